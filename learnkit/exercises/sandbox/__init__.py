"""Where an answer runs: a process of its own, and what the notebook and it say to each other.

limits    what an answer may take: time, memory, output
worker    an answer run on a case; knows no judge
wire      frames of bytes, and the outcome inside one
inside, conversation   the process around it
gpu       whether an answer that is right on the CPU would fail on a GPU
parcel    an answer made ready to travel
processes, workers   the processes, as the notebook sees them
settled   the notebook's global state, out of the way of a verdict
"""

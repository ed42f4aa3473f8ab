"""What an answer may take: time, memory and output. Each limit stands here, and nowhere else.

Time is seconds of computing (CPU time), so that a busy machine turns no verdict; an exercise may
ask for more with `seconds=`.
"""

SECONDS = 3.0  # an answer, for all cases of its exercise together
LOADING = 15.0  # what it imports, and its file
START = 20.0  # a worker, to be ready; torch takes five
BACKSTOP = 20.0  # wall seconds for each second of computing: for what sleeps, and computes nothing
MEMORY = 2 << 30  # bytes on top of what the worker holds
OUTPUT = 64 << 20  # bytes of results a case may have
PRINTED = 16 << 20  # bytes of print() kept; the report shows the first 2,000

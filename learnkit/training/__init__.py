"""Training, simple to read and serious underneath; it knows no model.

Read it in this order:

    device       which machine, and what pays on it
    pictures     a data set that stays on the device as bytes, and its order
    run          how far a training goes, and when it is kept
    loop         a generator of steps
    checkpoint   to go on as if never stopped
    keeping      when a checkpoint is written
    distributed  the same on many processes

Importing this room loads nothing: ask for the file you need.
"""

"""Training, simple to read and serious underneath; it knows no model.

Read it in this order:

    device       which machine, and what pays on it
    pictures     a data set that stays on the device as bytes, and its order
    datasets     garments and emoji to learn from, and those that judge
    photographs  tiles of photographs, blurred and noisy, and what is lost where they are mended
    run          how far a training goes, and when it is kept
    loop         a generator of steps
    penalties    what a loss adds for large weights
    augmentation new pictures out of old ones, and the hole with them
    transfer     what stays as it was learned, while the rest learns on
    checkpoint   to go on as if never stopped
    keeping      when a checkpoint is written
    data_parallel  what many processes do to a batch and to gradients, as arithmetic
    distributed  the same on many processes, by torch

Importing this room loads nothing: ask for the file you need.
"""

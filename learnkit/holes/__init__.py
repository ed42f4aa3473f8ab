"""Every hole of the course: bool arrays, True = to be filled.

Read it in this order:

    draw       one hole of each kind: a box, a half, pixels, strokes, letters, scratches
    published  five kinds on garments, one hole for each test picture: those of the table
    batches    holes of every kind and size, drawn anew for each batch of a training (torch)
    sheets     damage as photographs have it, cut out of sheets that are drawn once (torch)

Importing this room loads nothing: ask for the file you need.
"""

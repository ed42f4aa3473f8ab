"""Fills without a network, and the one form that every fill of the course has: NumPy and SciPy.

Read it in this order:

    protocol            fill(image, hole) -> image, and the one law that brush and table ask
    harmonic            the harmonic and the biharmonic fill: least slopes, least bending
    total_variation     the fill of least total variation, which lets an edge cross the hole
    exemplar            patches copied from the rest of the picture, edges first
    learned             fills that have seen other pictures: what they share, and the mean picture
    nearest_neighbours  the mean of the training pictures that are nearest on the known pixels
    linear_mmse         the best linear rule

Importing this room loads nothing: ask for the file you need.
"""

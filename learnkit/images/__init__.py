"""Pictures, holes, classical fills, and how to judge them: NumPy and SciPy, no model, no torch.

Read it in this order:

    data        photographs, Fashion-MNIST, emoji: all offline
    masks       holes: what is to be filled, True in a bool array
    damaged     the damaged pictures that the methods written by hand are tried on
    fill        the one form of every fill of the course, and its promises
    classical   the harmonic and the biharmonic fill: least slopes, least bending
    total_variation  the fill of least up and down, which lets an edge cross the hole
    learned_fills  fills that have seen other pictures: neighbours, and the best linear rule
    metrics     MSE, PSNR and SSIM, of one picture and of ten thousand
    frechet     how far two crowds of pictures are apart, by their features
    blobs       eight blobs on a circle, and which of them a crowd of points has found

Importing this room loads nothing: ask for the file you need.
"""

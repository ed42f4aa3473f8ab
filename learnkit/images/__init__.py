"""Pictures, holes, classical fills, and how to judge them: NumPy and SciPy, no model, no torch.

Read it in this order:

    data        photographs, Fashion-MNIST, emoji: all offline
    masks       holes: what is to be filled, True in a bool array
    damaged     the damaged pictures that every method of the course is tried on
    classical   the harmonic fill: the smoothest picture around what is known
    metrics     MSE, PSNR and SSIM, of one picture and of ten thousand
    frechet     how far two crowds of pictures are apart, by their features
    blobs       eight blobs on a circle, and which of them a crowd of points has found

Importing this room loads nothing: ask for the file you need.
"""

"""Pictures, and how to judge them: NumPy and SciPy, no model, no torch.

Read it in this order:

    data              photographs, Fashion-MNIST, emoji: all offline
    damaged           the damaged pictures that the methods written by hand are tried on
    metrics           MSE, PSNR and SSIM, of one picture and of ten thousand
    frechet           how far two crowds of pictures are apart, by their features
    precision_recall  are the made pictures good, and are all kinds of the real ones there
    preference        how sure a share of answers is
    heads             simulated CT slices of heads, with a lesion or without
    stereo            a pair of photographs, the disparity between them, and the depth
    ring              eight blobs on a circle, and which of them a crowd of points has found

Importing this room loads nothing: ask for the file you need.
"""

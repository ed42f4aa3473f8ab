"""The networks of the course, one paper a file: network, loss and sampler together.

Read it in this order:

    blocks       what several of them are made of
    autoencoder  pictures through a few numbers and back; pictures mended by dense blocks
    classifier   ten kinds of garments, and the features that tell them apart
    filling      what all networks share that fill holes
    linear_fill  the linear fill as a layer
    unet         the U-Net, and the one that fills holes over the linear fill
    vae          the variational autoencoder
    conditional_vae  one model that fills holes and invents pictures
    latent_search    holes filled by the VAE, which was never told of them
    gan          a generator and a discriminator that judges it
    diffusion    noise that a network learns to undo, step by step; DDPM and DDIM
    repaint      holes filled with a diffusion model's weights
    pretrained   any of them with its trained weights

Importing this room loads nothing: ask for the file you need.
"""

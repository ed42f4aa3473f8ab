"""The networks of the course, one paper a file: network, loss and sampler together.

Read it in this order:

    blocks           what several of them are made of
    attention        every place looks at every other
    autoencoder      pictures through a few numbers and back; pictures mended by dense blocks
    classifier       ten kinds of garments, and the features that tell them apart
    vae              the variational autoencoder
    gan              a generator and a discriminator that judges it
    masked           pictures with a hole: losses over it, pasting, checks
    as_fill          a network as a fill of NumPy pictures
    linear_fill      the linear fill as a layer
    unet             the U-Net, and the one that fills holes over the linear fill
    push_pull        a thin plate over the hole, in a few rounds of arithmetic
    photo_inpainter  holes in photographs of any size, filled over a plate
    partial_conv     convolutions that know of the hole, and two networks that fill it with them
    fixed_hole       a dense network for one hole, quick to train and to over-fit
    context_encoder  a hole filled by way of a few hundred numbers
    conditional_vae  one model that fills holes and invents pictures
    latent_search    holes filled by the VAE, which was never told of them
    noise_schedule   what each step of diffusion keeps of a picture, and which steps are taken
    diffusion        noise that a network learns to undo, step by step; DDPM and DDIM
    repaint          holes filled with a diffusion model's weights
    noise_predictor  a diffusion model and nothing else
    posterior_sampling  holes filled by one, pulled by what is known
    plug_and_play    holes filled by a network that takes off noise
    painter          one diffusion model that invents garments and is told of holes
    flow_matching    straight paths from noise to pictures, and the walk along them; guidance
    flow             one flow that is told of kinds and of holes
    latent_flow      latent diffusion: a flow that draws what a decoder paints from
    pretrained       any of them with its trained weights

Importing this room loads nothing: ask for the file you need.
"""

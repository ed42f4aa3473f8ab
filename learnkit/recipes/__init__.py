"""One file a trained model: its data, its objective and its measure; `learnkit train NAME` runs it.

Read it in this order:

    base              what a recipe is
    run               from a recipe to weights and a model card
    classifier        garments told apart; its features judge the generators
    denoiser          noise taken off photographs
    restorer          blurred and noisy photographs made sharp
    garment_denoiser  noise taken off garments
    inpainter         holes in garments filled by a U-Net over the linear fill
    context_encoder   holes filled through a bottleneck; what three small networks share
    partial_unet      holes filled by partial convolutions
    gated_unet        holes filled by gated convolutions
    photo_inpainter   holes in photographs of any size
    vae               garments from a variational autoencoder
    conditional_vae   garments filled and invented by one set of weights
    painter           the same by diffusion
    noise_predictor   garments by diffusion, trained on the plain denoising loss
    flow              garments, garments of a kind and holes, by straight paths from noise
    head_painter      holes in simulated CT slices, by the same painter
    healthy_head_painter  the same, from a painter that has never seen a lesion
    emoji_vae         emoji in colour, from another one
    emoji_prior       what it decodes: 48 numbers, drawn by a flow
    emoji_inpainter   holes in emoji, filled in colour
    gan               garments from a generative adversarial network

Importing this room loads nothing: `find(NAME)` loads one recipe.
"""

"""One file a trained model: its data, its objective and its measure; `learnkit train NAME` runs it.

Read it in this order:

    recipe            what a recipe is
    bake              from a recipe to weights and a model card
    garments          what most of them learn from
    classifier        garments told apart; its features judge the generators
    photographs       tiles of photographs, and how they are damaged
    denoiser          noise taken off photographs
    restorer          blurred and noisy photographs made sharp
    conditional_vae  garments filled and invented by one set of weights
    holes            what its pictures lack, for every recipe that fills
    garment_denoiser  noise taken off garments
    vae               garments from a variational autoencoder
    emoji_vae         emoji in colour, from another one
    gan               garments from a generative adversarial network

Importing this room loads nothing: `find(NAME)` loads one recipe.
"""

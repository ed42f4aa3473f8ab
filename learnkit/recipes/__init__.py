"""One file a trained model: its data, its objective and its measure; `learnkit train NAME` runs it.

Read it in this order:

    recipe      what a recipe is
    bake        from a recipe to weights and a model card
    garments    what most of them learn from
    classifier  garments told apart; its features judge the generators
    vae         garments from a variational autoencoder
    gan         garments from a generative adversarial network

Importing this room loads nothing: `find(NAME)` loads one recipe.
"""

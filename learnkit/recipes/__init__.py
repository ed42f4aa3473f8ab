"""One file a trained model: its data, its objective and its measure; `learnkit train NAME` runs it.

Read it in this order:

    recipe     what a recipe is
    bake       from a recipe to weights and a model card
    vae        garments from a variational autoencoder
    emoji_vae  emoji in colour, from another one

Importing this room loads nothing: `find(NAME)` loads one recipe.
"""

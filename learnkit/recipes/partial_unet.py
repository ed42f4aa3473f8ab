"""Holes in garments filled by partial convolutions, which count known pixels alone."""

from learnkit.recipes.context_encoder import small_filler

RECIPE = small_filler(
    "partial_unet",
    "A small U-Net of partial convolutions, which fills holes in garments.",
    steps=5_000,
    batch_size=64,
    lr=4e-3,
)

"""Holes in garments filled by gated convolutions, which learn which places count."""

from learnkit.recipes.context_encoder import small_filler

RECIPE = small_filler(
    "gated_unet",
    "A small U-Net of gated convolutions, which fills holes in garments.",
    steps=5_000,
    batch_size=64,
    lr=4e-3,
)

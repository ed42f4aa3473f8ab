"""Holes in garments filled by partial convolutions, which count known pixels alone."""

from learnkit.recipes.context_encoder import small_filler

RECIPE = small_filler(
    "partial_unet",
    "A small U-Net of partial convolutions, which fills holes in garments.",
    steps=5_000,
    batch_size=64,
    lr=4e-3,
    missed=(
        "Asked: an error no worse than a plain convolution's. In stacks of one shape, the mean of "
        "two seeds, partial ones are 0.14 dB ahead of plain ones after 150 steps, 0.03 dB after "
        "600, and 0.22 dB behind after 1,500, where the plain ones have learned what the hole is. "
        "To try next: the last layers told where the hole was.",
    ),
)

"""Holes in garments filled through a bottleneck: the context encoder, without an adversary."""

from learnkit.recipes.small_fillers import small_filler

RECIPE = small_filler(
    "context_encoder",
    "A context encoder: what is around the hole as 64 numbers, and the garment painted from them.",
    steps=9_000,
    batch_size=128,
    lr=3e-3,
)

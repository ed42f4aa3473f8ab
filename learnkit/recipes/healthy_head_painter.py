"""The painter of heads that has seen healthy ones alone, and so never draws a lesion."""

from learnkit.recipes.head_painter import painter_of_heads

RECIPE = painter_of_heads(
    "healthy_head_painter",
    "A diffusion model that fills holes in simulated heads, and has never seen a lesion.",
    lesions=0.0,
)

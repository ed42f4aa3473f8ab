"""A network that makes a blurred and noisy photograph sharp: the one of lesson 07."""

from torch import nn

from learnkit.recipes.base import Recipe
from learnkit.training.photographs import psnr_objective, psnr_of_held_out, tiles

BLUR, SIGMA = 1.2, 0.05  # pixels; of white


def measure(model: nn.Module) -> dict[str, float]:
    """PSNR of the two held-out photographs, damaged as in training."""
    return {"PSNR, blurred and noisy, dB": psnr_of_held_out(model, BLUR, SIGMA)}


RECIPE = Recipe(
    name="restorer",
    what="A network of dense blocks that sharpens a blurred photograph and takes its noise off.",
    data="sixteen of scikit-image's photographs; astronaut and chelsea are kept aside",
    pictures=tiles,
    objective=psnr_objective(blur=BLUR, low=SIGMA, high=SIGMA),
    measure=measure,
    steps=2_000,
    batch_size=16,
    lr=2e-3,
    clip=1.0,
)

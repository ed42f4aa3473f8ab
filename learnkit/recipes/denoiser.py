"""A network that takes the noise off a photograph, of whatever strength: it is not told which."""

from torch import nn

from learnkit.recipes.base import Recipe
from learnkit.training.photographs import psnr_objective, psnr_of_held_out, tiles


def measure(model: nn.Module) -> dict[str, float]:
    """PSNR of the two held-out photographs, at two strengths of noise."""
    return {
        f"PSNR at sigma {sigma}, dB": psnr_of_held_out(model, 0.0, sigma) for sigma in (0.1, 0.2)
    }


RECIPE = Recipe(
    name="denoiser",
    what="A network of dense blocks that takes noise of any strength off a photograph.",
    data="sixteen of scikit-image's photographs; astronaut and chelsea are kept aside",
    pictures=tiles,
    objective=psnr_objective(blur=0.0, low=0.0, high=0.25),
    measure=measure,
    steps=4_000,
    batch_size=16,
    lr=2e-3,
    clip=1.0,
)

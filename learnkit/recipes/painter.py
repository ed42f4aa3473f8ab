"""Garments from noise, and holes in garments filled, by one diffusion network.

Half of the garments of a batch are drowned wholly, the others in a hole of any kind; both come out
of the same weights.
"""

from collections.abc import Callable

import torch
from torch import nn

from learnkit.models.painter import Painter, T
from learnkit.recipes.garments import garments
from learnkit.recipes.holes import random_holes
from learnkit.recipes.recipe import Recipe
from learnkit.training import distributed

KINDS = {"everything": 64, "box": 20, "half": 12, "scatter": 16, "strokes": 16}  # of 128


def objective(generator: torch.Generator) -> Callable[[Painter, torch.Tensor], torch.Tensor]:
    """The denoising loss, at noise levels spread evenly over the batch."""

    def denoising(model: Painter, images: torch.Tensor) -> torch.Tensor:
        n, _, h, w = images.shape
        hole = random_holes(KINDS, h, w, generator, wide=True)
        # one level in each of n equal parts of the way, in an order of their own
        order = torch.randperm(n, generator=generator, device=generator.device)
        within = torch.rand(n, generator=generator, device=generator.device)
        t = ((order + within) / n * T).long().clamp(max=T - 1)
        return model.loss(images, hole, t, distributed.randn(images.shape, generator))

    return denoising


@torch.no_grad()
def measure(model: nn.Module) -> dict[str, float]:
    """to come"""
    return {"x": 0.0}


RECIPE = Recipe(
    name="painter",
    what="A diffusion network that invents garments and fills holes in them.",
    data="Fashion-MNIST (MIT, Zalando SE), training pictures",
    pictures=garments,
    objective=objective,
    measure=measure,
    steps=6_000,
    batch_size=128,
    lr=1e-3,
    clip=1.0,
)

"""Holes in garments filled through a bottleneck: the context encoder, without an adversary.

Loss and measure are those of two more small networks that fill holes, of partial and of gated
convolutions. None of the three sees the linear fill: each has the cut picture alone, and is what
its paper adds to a plain network, at a size that ten minutes of a CPU can train. They are rows to
compare with.
"""

from collections.abc import Callable

import torch
from torch import nn

from learnkit.holes.batches import portions, random_holes
from learnkit.recipes.base import Recipe
from learnkit.recipes.inpainter import KINDS, measure
from learnkit.tensors import Images, Scalar
from learnkit.training import distributed
from learnkit.training.datasets import garments


def objective(generator: torch.Generator) -> Callable[[nn.Module, Images], Scalar]:
    """The mean squared error over all holes of the batch, a hole of its own for each garment.

    The batch is that of all processes, whose holes are not equally large: `hole_mse` of each would
    weigh their pixels differently.
    """

    def error(model: nn.Module, images: Images) -> Scalar:
        n, c, h, w = images.shape
        holes = random_holes(portions(KINDS, n * distributed.world_size()), h, w, generator)
        hole = distributed.shard(holes)
        wrong = torch.where(hole, model(images, hole).float() - images, 0).square()
        return wrong.sum() * distributed.world_size() / (c * holes.sum())

    return error


def small_filler(name: str, what: str, *, steps: int, batch_size: int, lr: float) -> Recipe:
    """The recipe of the small network `name`."""
    return Recipe(
        name=name,
        what=what,
        data="Fashion-MNIST (MIT, Zalando SE), training pictures",
        pictures=garments,
        objective=objective,
        measure=measure,
        steps=steps,
        batch_size=batch_size,
        lr=lr,
        clip=1.0,
    )


RECIPE = small_filler(
    "context_encoder",
    "A context encoder: what is around the hole as 64 numbers, and the garment painted from them.",
    steps=9_000,
    batch_size=128,
    lr=3e-3,
)

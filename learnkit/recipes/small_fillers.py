"""What the small networks that fill holes share: pictures, holes, loss and measure.

None of them sees the linear fill: each has the cut picture alone, and is what its paper adds to a
plain network, at a size that ten minutes of a CPU can train. They are rows to compare with.
"""

from collections.abc import Callable

import torch
from torch import nn

from learnkit.recipes.garments import garments
from learnkit.recipes.holes import portions, random_holes
from learnkit.recipes.inpainter import KINDS, measure
from learnkit.recipes.recipe import Recipe
from learnkit.tensors import Images, Scalar
from learnkit.training import distributed


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

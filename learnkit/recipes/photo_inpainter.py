"""Scratches and writing taken off photographs of any size, and blots and lost pixels filled.

The network learns on tiles of 64 x 64 pixels and is judged on whole photographs that it never saw:
in how many decibels it is above the biharmonic fill, which is the best there is without learning
where damage is thin. Colours of the tiles are mixed up, for few of the photographs have any.
"""

from collections.abc import Callable

import numpy as np
import torch
from torch import nn

from learnkit.fills.harmonic import biharmonic
from learnkit.holes import draw
from learnkit.holes.batches import portions
from learnkit.holes.sheets import Damage, damages
from learnkit.images.data import photograph
from learnkit.images.metrics import psnr
from learnkit.models.as_fill import fill_with
from learnkit.models.masked import mean_hole_psnr
from learnkit.recipes.base import Recipe
from learnkit.shapes import Hole
from learnkit.tensors import Images, Scalar
from learnkit.training import distributed
from learnkit.training.photographs import HELD_OUT, tiles

KINDS: dict[Damage, int] = {"lines": 6, "letters": 6, "pixels": 2, "blots": 2}  # of 16 holes
DAMAGE: dict[str, Callable[[tuple[int, ...]], Hole]] = {
    "scratches": lambda shape: draw.scratches(shape, count=12, seed=0),
    "text": lambda shape: draw.text(shape, "fill the hole", size=22),
}


def objective(generator: torch.Generator) -> Callable[[nn.Module, Images], Scalar]:
    """Minus the mean PSNR of the holes, in dB: each picture counts alike, unless it is easy."""

    def minus_hole_psnr(model: nn.Module, images: Images) -> Scalar:
        n, _, h, w = images.shape
        kinds = portions(KINDS, n * distributed.world_size())
        hole = distributed.shard(damages(kinds, h, w, generator))
        images = recoloured(turned(images, generator), generator)
        return -mean_hole_psnr(model(images, hole).float(), images, hole)

    return minus_hole_psnr


def turned(images: Images, generator: torch.Generator) -> Images:
    """Square pictures mirrored and transposed at random: each of eight ways."""
    dice = distributed.rand((3, len(images), 1, 1, 1), generator, dim=1)
    images = torch.where(dice[0] < 0.5, images, images.transpose(2, 3))
    images = torch.where(dice[1] < 0.5, images, images.flip(2))
    return torch.where(dice[2] < 0.5, images, images.flip(3))


def recoloured(images: Images, generator: torch.Generator) -> Images:
    """The channels in random order, and in half of the pictures each darker by up to a half."""
    n = len(images)
    places = distributed.rand((n, 3), generator).argsort(dim=1)[:, :, None, None]
    gain = 1 - 0.5 * distributed.rand((n, 3, 1, 1), generator)
    gain = torch.where(distributed.rand((n, 1, 1, 1), generator) < 0.5, gain, 1)
    return gain * images.gather(1, places.expand_as(images))


def measure(model: nn.Module) -> dict[str, float]:
    """Hole PSNR of the held-out photographs at full size, and what of it a plate would not give."""
    fill, found = fill_with(model), {}
    for name in HELD_OUT:
        image = photograph(name)
        for kind, drawn in DAMAGE.items():
            hole = drawn(image.shape)
            score = psnr(fill(draw.cut_hole(image, hole), hole), image, hole=hole)
            found[f"hole PSNR, {name}, {kind}, dB"] = score
            plate = psnr(biharmonic(image, hole), image, hole=hole)
            found[f"above biharmonic, {name}, {kind}, dB"] = score - plate
    found["above biharmonic, mean, dB"] = float(
        np.mean([value for what, value in found.items() if what.startswith("above")])
    )
    return found


RECIPE = Recipe(
    name="photo_inpainter",
    what="A convolutional network over a thin plate that fills holes in photographs of any size.",
    data="sixteen of scikit-image's photographs; astronaut and chelsea are kept aside",
    pictures=tiles,
    objective=objective,
    measure=measure,
    steps=17_000,
    batch_size=16,
    lr=2e-3,
    clip=1.0,
)

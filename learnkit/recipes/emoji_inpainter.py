"""Holes in emoji, in colour: the network of photographs, taught by 1,719 small drawings.

Boxes and halves are larger beside a picture of 32 x 32 than damage is in a photograph, so holes are
those that the garments have. The emoji that are measured were never trained on: every tenth.
"""

from collections.abc import Callable

import numpy as np
import torch
from torch import nn

from learnkit.fills.harmonic import biharmonic
from learnkit.fills.protocol import each
from learnkit.holes import draw
from learnkit.holes.batches import Kind, portions, random_holes
from learnkit.images.metrics import pooled_psnr
from learnkit.models.as_fill import batch_fill
from learnkit.models.masked import mean_hole_psnr
from learnkit.models.pretrained import Network
from learnkit.recipes.base import Recipe
from learnkit.tensors import Images, Scalar
from learnkit.training import distributed
from learnkit.training.datasets import emoji_shown, emoji_unseen

KINDS: dict[Kind, int] = {"box": 6, "half": 2, "scatter": 4, "strokes": 4}  # of 16 holes
SIDE = 32
ASKED = {
    "centre 16x16": draw.box((SIDE, SIDE), height=16, width=16),
    "random 50 %, one hole for all": draw.scatter((SIDE, SIDE), fraction=0.5, seed=0),
}


def objective(generator: torch.Generator) -> Callable[[nn.Module, Images], Scalar]:
    """Minus the mean PSNR of the holes, in dB; half of the emoji are mirrored."""

    def minus_hole_psnr(model: nn.Module, images: Images) -> Scalar:
        n = len(images)
        kinds = portions(KINDS, n * distributed.world_size())
        hole = distributed.shard(random_holes(kinds, SIDE, SIDE, generator))
        dice = distributed.rand((n, 1, 1, 1), generator)
        images = torch.where(dice < 0.5, images, images.flip(3))
        return -mean_hole_psnr(model(images, hole).float(), images, hole)

    return minus_hole_psnr


def measure(model: Network) -> dict[str, float]:
    """Hole PSNR over all 192 emoji kept aside, pooled; and the biharmonic fill's."""
    device = next(model.parameters()).device
    unseen = emoji_unseen()
    images = unseen.first(len(unseen)).permute(0, 2, 3, 1).double().numpy()
    found = {}
    for kind, hole in ASKED.items():
        holes = np.tile(hole, (len(images), 1, 1))
        for what, fill in (
            ("", batch_fill(model.fill, device)),
            (", biharmonic", each(biharmonic)),
        ):
            score = pooled_psnr(fill(images, holes), images, holes=holes)
            found[f"hole PSNR, {kind}{what}, dB"] = score
    return found


RECIPE = Recipe(
    name="emoji_inpainter",
    what="A convolutional network over a thin plate that fills holes in emoji, in colour.",
    data="Noto emoji (Apache-2.0, Google), nine of ten",
    pictures=emoji_shown,
    objective=objective,
    measure=measure,
    steps=6_000,
    batch_size=32,
    lr=2e-3,
    clip=1.0,
)

"""The painter of lesson 12 on simulated heads, of which every second one has a lesion.

`healthy_head_painter` is the same but for its data: it has never seen a lesion.
"""

from functools import partial

import numpy as np
import torch

from learnkit.holes import draw
from learnkit.images.heads import SIZE, heads
from learnkit.models.masked import hole_psnr
from learnkit.models.painter import Painter
from learnkit.recipes.base import Recipe
from learnkit.recipes.inpainter import training
from learnkit.recipes.painter import MIXED, objective
from learnkit.training.datasets import heads_shown
from learnkit.training.pictures import resident

COUNT, DRAWS = 200, 16
MIXED_HOLES = partial(objective, kinds=MIXED)


def measure(model: Painter) -> dict[str, float]:
    """Hole PSNR on unseen heads; the truth within two standard deviations of the draws."""
    device = model.alpha_bar.device
    unseen = heads(COUNT, np.random.default_rng(0), lesions=1.0)
    images = resident(unseen.images, device=device).first(COUNT)
    hole = torch.from_numpy(draw.box((SIZE, SIZE), height=10, width=10)).to(device)[None, None]
    draws = model.fills(images, hole, DRAWS, torch.Generator(device).manual_seed(0))
    mean, spread = draws.mean(dim=0), draws.std(dim=0)
    covered = (images - mean).abs() <= 2 * spread
    lesion = torch.from_numpy(unseen.lesions).to(device)[:, None] & hole
    kind = f"centre 10x10, {COUNT} heads with a lesion"
    return {
        f"hole PSNR of {kind}, mean of {DRAWS}, dB": hole_psnr(mean, images, hole),
        f"pixels within 2 standard deviations, {kind}, %": 100 * _share(covered, hole & ~lesion),
        f"pixels of lesions within 2 standard deviations, {kind}, %": 100 * _share(covered, lesion),
    }


def _share(covered: torch.Tensor, where: torch.Tensor) -> float:
    return covered[where.expand_as(covered)].float().mean().item()


def painter_of_heads(name: str, what: str, *, lesions: float) -> Recipe:
    """The recipe of a painter that learns from heads with this share of lesions."""
    return Recipe(
        name=name,
        what=what,
        data=f"20,000 simulated heads, {100 * lesions:.0f} % of them with a lesion",
        pictures=partial(heads_shown, lesions=lesions),
        objective=MIXED_HOLES,
        training=training,
        measure=measure,
        steps=8_000,
        batch_size=64,
        lr=1.5e-3,
        clip=1.0,
    )


RECIPE = painter_of_heads(
    "head_painter",
    "A diffusion model that fills holes in simulated CT slices of heads.",
    lesions=0.5,
)

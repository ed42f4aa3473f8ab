"""Holes in garments filled by a U-Net over the linear fill.

Holes of every kind are drawn anew for every batch, and the error of each is measured in units of
what the linear fill is expected to leave there: a loss of 1 is the linear fill's own, 0.79 one
decibel better. So a hole of single pixels, whose errors are small, counts as much as a half.
Seven of sixteen holes are halves, the kind where most is left to learn. Eight garments share a
hole, and with it the factorisation that the linear fill needs.
"""

from collections.abc import Callable, Iterator
from typing import Any

import torch

from learnkit.holes.batches import Kind, random_holes
from learnkit.holes.published import MEASURED
from learnkit.models.masked import hole_psnr
from learnkit.models.pretrained import Network
from learnkit.models.unet import Inpainter
from learnkit.recipes.base import Recipe
from learnkit.recipes.run import by_objective
from learnkit.tensors import Images, Scalar
from learnkit.training.datasets import garments, unseen
from learnkit.training.loop import Step
from learnkit.training.pictures import Pictures
from learnkit.training.run import Run

KINDS: dict[Kind, int] = {"box": 4, "half": 7, "scatter": 2, "strokes": 3}  # 16, to a batch of 128


def training(
    recipe: Recipe, model: Network, pictures: Pictures, run: Run, **options: Any
) -> Iterator[Step]:
    """The linear fill of `model` is solved from all pictures; then what stands on it is trained."""
    model.linear.to(pictures.images.device).fit(pictures.first(len(pictures)))
    yield from by_objective(recipe, model, pictures, run, **options)


def objective(generator: torch.Generator) -> Callable[[Inpainter, Images], Scalar]:
    """The mean over the holes of (squared error / the one expected of the linear fill)."""

    def relative_error(model: Inpainter, images: Images) -> Scalar:
        n, _, h, w = images.shape
        holes = random_holes(KINDS, h, w, generator)
        if n % len(holes):
            raise ValueError(f"a batch must be a multiple of its {len(holes)} holes, got {n}")
        which = torch.arange(n, device=holes.device) // (n // len(holes))
        hole, solved = holes[which], model.linear.solve(holes)
        pred = model(images, hole, solved.fill(images, which)).float()
        errors = torch.where(hole, (pred - images).square(), 0).reshape(len(holes), -1).sum(dim=1)
        counts = hole.reshape(len(holes), -1).sum(dim=1)
        return (errors / counts / solved.expected_mse().clamp(min=1e-4)).mean()

    return relative_error


@torch.no_grad()
def measure(model: Network) -> dict[str, float]:
    """Hole PSNR over the first 500 test garments, pooled."""
    device = next(model.parameters()).device
    images, scores = unseen(device).first(500), {}
    for name, hole in MEASURED.items():
        place = torch.from_numpy(hole).to(device)[None, None]
        scores[f"hole PSNR, {name}, dB"] = hole_psnr(model.fill(images, place), images, place)
    return scores


RECIPE = Recipe(
    name="inpainter",
    what="A U-Net that fills holes in garments, over the linear fill.",
    data="Fashion-MNIST (MIT, Zalando SE), training pictures",
    pictures=garments,
    objective=objective,
    training=training,
    measure=measure,
    steps=14_000,
    batch_size=128,
    lr=1.5e-3,
    clip=1.0,
)

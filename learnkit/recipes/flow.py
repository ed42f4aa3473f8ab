"""The flow learns: straight paths from noise to garments, with and without kinds and holes.

Half of the pictures have a hole, four of them one together, as the painter's recipe has it; in the
other half it covers everything. Kinds are left out for some of either half, for holes more often:
a hole is mostly filled without a word of what is in it. The squared error of the velocity in the
hole is `flow_loss`, measured in units of what it would be if the hole were Gaussian with the
variance L that the linear fill is expected to leave, L / ((1 - t)² + t² L), so that no time and no
kind of hole drowns the others. Times lie closer together in the middle of the way.
Source: Esser et al. (2024), Scaling Rectified Flow Transformers, section 3.1, "cosmap".
"""

import math
from collections.abc import Callable

import torch

from learnkit.images.frechet import frechet_of
from learnkit.models.flow import Flow
from learnkit.models.flow_matching import between, spread
from learnkit.models.pretrained import garment_features
from learnkit.recipes import painter
from learnkit.recipes.base import Recipe
from learnkit.recipes.gan import real_features
from learnkit.recipes.inpainter import training as fit_and_train
from learnkit.recipes.noise_predictor import AT_ONCE, frechet_by_calls
from learnkit.tensors import Images, Labels, Rows, Scalar
from learnkit.training import distributed
from learnkit.training.datasets import garments
from learnkit.training.pictures import Pictures

SCALE = 1.5  # of guidance, where draws are measured
DRAWS = 2_000  # that are measured: fewer than for others, and so the distance is no smaller
UNSAID = 0.15, 0.5  # how often the kind is left out: of whole pictures, and of holes


def objective(
    generator: torch.Generator,
) -> Callable[[Flow, tuple[Images, Labels]], Scalar]:
    """The mean over the pictures of (squared error of the velocity in the hole / the expected)."""

    def relative_error(model: Flow, batch: tuple[Images, Labels]) -> Scalar:
        images, labels = batch
        n, _, h, w = images.shape
        whole = n * distributed.world_size()
        holes, which = painter.holes_of_a_batch(painter.MIXED, whole, h, w, generator)
        which, solved = distributed.shard(which), model.linear.solve(holes)
        hole = holes[which]
        left = 4 * solved.expected_mse()[which].clamp(min=3e-4).reshape(-1, 1, 1, 1)
        t = distributed.shard(times(whole, generator))
        x0 = distributed.randn(tuple(images.shape), generator)
        x1, guess = 2 * images - 1, 2 * solved.fill(images, which) - 1

        everything, dice = which == len(holes) - 1, distributed.rand((n,), generator)
        unsaid = dice < torch.where(everything, *UNSAID)
        labels = torch.where(unsaid, model.empty, labels)
        told = model(between(x0, x1, t), t, labels, guess, hole)
        wrong = (told - (x1 - x0)).square()
        t = spread(t, x1)
        expected = left / ((1 - t) ** 2 + t**2 * left)
        return painter.mean_in_holes(wrong / expected, hole)

    return relative_error


def times(n: int, generator: torch.Generator) -> Rows:
    """A time for each picture, one from every n-th part of the way, in random order."""
    return 1 - 1 / (1 + torch.tan(math.pi / 2 * painter.even_shares(n, generator)))


def labelled(device: torch.device) -> Pictures:
    """All training garments, with their kinds."""
    return garments(device, labels=True)


def measure(model: Flow) -> dict[str, float]:
    """How far draws are from garments, by calls, told the kind or not; hole PSNR of draws."""
    return distances(model) | distances_told(model) | distance_guided(model) | holes(model)


def distances(model: Flow) -> dict[str, float]:
    """Frechet distances of DRAWS garments of any kind, by calls of the network."""

    def of_any_kind(count: int, noise: torch.Generator, calls: int) -> Images:
        return model.sample(count, noise, calls=calls)

    return frechet_by_calls(of_any_kind, model.linear.mean.device, draws=DRAWS)


def distances_told(model: Flow) -> dict[str, float]:
    """The same of garments of ten kinds, as many of each."""

    def of_ten_kinds(count: int, noise: torch.Generator, calls: int) -> Images:
        kinds = torch.arange(count, device=noise.device) % model.empty
        return model.sample(count, noise, calls=calls, labels=kinds)

    device = model.linear.mean.device
    return frechet_by_calls(of_ten_kinds, device, draws=DRAWS, what=", told the kind")


def distance_guided(model: Flow) -> dict[str, float]:
    """The same in 25 steps, guided by SCALE: each step asks the network of two pictures."""
    noise = torch.Generator(model.linear.mean.device).manual_seed(0)
    kinds = torch.arange(AT_ONCE, device=noise.device) % model.empty
    made = [
        model.sample(AT_ONCE, noise, labels=kinds, scale=SCALE).cpu()
        for _ in range(DRAWS // AT_ONCE)
    ]
    distance = frechet_of(garment_features(torch.cat(made)), real_features())
    return {f"Frechet classifier distance, told the kind, scale {SCALE}, 25 steps": distance}


def holes(model: Flow) -> dict[str, float]:
    """Hole PSNR of draws, as the painter's."""
    noise = torch.Generator(model.linear.mean.device).manual_seed(0)
    return painter.hole_psnr_of_draws(model, noise)


RECIPE = Recipe(
    name="flow",
    what="A flow that paints garments, garments of a kind, and holes in garments.",
    data="Fashion-MNIST (MIT, Zalando SE), training pictures and labels",
    pictures=labelled,
    objective=objective,
    training=fit_and_train,
    measure=measure,
    steps=12_000,
    batch_size=128,
    lr=1.5e-3,
    clip=1.0,
)

"""The painter learns: noise is put into holes of every kind, half of them as large as the picture.

Four garments share a hole, and with it the factorisation that the linear fill needs. Were the rest
of a hole Gaussian with variance L, what the linear fill is expected to leave, pixel for pixel, the
best guess of it through noise of the level ᾱ would have the squared error L ᾱ' / (L ᾱ + ᾱ'),
ᾱ' = 1 - ᾱ. That of each picture is measured in this unit, so that no level of noise and no kind of
hole drowns the others.
"""

from collections.abc import Callable
from typing import Any

import torch
from jaxtyping import Bool
from torch import Tensor

from learnkit.holes.batches import Kind, portions, random_holes
from learnkit.holes.published import MEASURED
from learnkit.images.frechet import frechet_of
from learnkit.models.diffusion import level, noised
from learnkit.models.masked import hole_psnr
from learnkit.models.painter import Painter
from learnkit.models.pretrained import garment_features
from learnkit.recipes.base import Recipe
from learnkit.recipes.gan import real_features
from learnkit.recipes.inpainter import training
from learnkit.tensors import Grey, Hole, Images, Labels, Rows, Scalar, Steps
from learnkit.training import distributed
from learnkit.training.datasets import garments, unseen

SHARE = 4  # garments to a hole
# of 16 holes, for half of a batch of 128: halves are the hardest
KINDS: dict[Kind, int] = {"box": 4, "half": 6, "scatter": 3, "strokes": 3}
MIXED: dict[Kind, int] = {"box": 5, "half": 3, "scatter": 4, "strokes": 4}  # flow's and heads'
COUNT, FIRST, DRAWS = 1_000, 100, 16


def objective(
    generator: torch.Generator, kinds: dict[Kind, int] = KINDS
) -> Callable[[Painter, Images], Scalar]:
    """The mean over the pictures of (squared error of x0 in the hole / the expected one)."""

    def relative_error(model: Painter, images: Images) -> Scalar:
        n, _, h, w = images.shape
        whole = n * distributed.world_size()
        holes, which = holes_of_a_batch(kinds, whole, h, w, generator)
        which, solved = distributed.shard(which), model.linear.solve(holes)
        hole, left = (
            holes[which],
            4 * solved.expected_mse()[which].reshape(-1, 1, 1, 1),
        )  # in [-1, 1]
        t = distributed.shard(_times(whole, len(model.alpha_bar), generator))
        noise = distributed.randn(tuple(images.shape), generator)

        x0, guess = 2 * images - 1, 2 * solved.fill(images, which) - 1
        a = level(model.alpha_bar, t, images)
        xt = noised(x0, noise, a)  # `q_sample` would ask whether t is a step
        F = model(xt, t, x0, guess, hole).float()
        wrong = (F - (a.sqrt() * noise - (1 - a).sqrt() * (x0 - guess))).square()
        worth = a + (1 - a) / left.clamp(min=1e-3)  # of F's error; x0's is √(1 - ᾱ) times as large
        return mean_in_holes(worth * wrong, hole)

    return relative_error


def mean_in_holes(errors: Grey, hole: Hole) -> Scalar:
    """The mean over the pictures of the mean over each one's hole."""
    each = torch.where(hole, errors, 0).flatten(1).sum(dim=1)
    return (each / hole.flatten(1).sum(dim=1)).mean()


def holes_of_a_batch(
    kinds: dict[Kind, int], n: int, h: int, w: int, generator: torch.Generator
) -> tuple[Bool[Tensor, "_ 1 h w"], Labels]:
    """The holes of a batch of n, and which of them each picture has: half have the last."""
    groups = max(1, n // 2 // SHARE)
    some = random_holes(portions(kinds, groups), h, w, generator, wide=True)
    everything = torch.ones(1, 1, h, w, dtype=torch.bool, device=some.device)
    which = (torch.arange(n, device=some.device) // SHARE).clamp(max=groups)
    return torch.cat([some, everything]), which


def _times(n: int, T: int, generator: torch.Generator) -> Steps:
    """A step for each picture, one from every n-th part of the schedule, in random order."""
    return (even_shares(n, generator) * T).long().clamp(max=T - 1)


def even_shares(n: int, generator: torch.Generator) -> Rows:
    """A number in [0, 1) for each picture, one from every n-th part, in random order."""
    device = generator.device
    places = torch.randperm(n, generator=generator, device=device)
    within = torch.rand(n, generator=generator, device=device, dtype=torch.float32)
    return (places + within) / n


def hole_psnr_of_draws(model: Any, dice: torch.Generator) -> dict[str, float]:
    """Hole PSNR of one draw and of the mean of DRAWS, as `fill` has it, on FIRST test garments."""
    images, found = unseen(dice.device).first(FIRST), {}
    for kind in ("centre 14x14", "right half"):
        place = torch.from_numpy(MEASURED[kind]).to(dice.device)[None, None]
        draws = model.fills(images, place, DRAWS, dice, opposite=True)
        found[f"hole PSNR of {kind}, {FIRST} garments, one draw, dB"] = hole_psnr(
            draws[0], images, place
        )
        found[f"hole PSNR of {kind}, {FIRST} garments, mean of {DRAWS}, dB"] = hole_psnr(
            draws.mean(dim=0), images, place
        )
    return found


def measure(model: Painter) -> dict[str, float]:
    """The Frechet distance of COUNT inventions; hole PSNR on the first FIRST test garments."""
    dice = torch.Generator(model.alpha_bar.device).manual_seed(0)
    found = hole_psnr_of_draws(model, dice)
    made = model.sample(COUNT, dice).cpu()
    found[f"Frechet classifier distance of {COUNT:,} inventions"] = frechet_of(
        garment_features(made), real_features()
    )
    return found


RECIPE = Recipe(
    name="painter",
    what="A diffusion model that invents garments and fills holes in them with the same weights.",
    data="Fashion-MNIST (MIT, Zalando SE), training pictures",
    pictures=garments,
    objective=objective,
    training=training,
    measure=measure,
    steps=10_000,
    batch_size=128,
    lr=1.5e-3,
    clip=1.0,
)

"""`fill`, lessons 10, 11, 12 and 18: the five published holes, on garments that no table shows."""

from functools import cache

import numpy as np
import torch

from learnkit.exercises.challenges.challenge import Challenge, Results, Rival
from learnkit.exercises.sandbox.worker import OddResultError
from learnkit.exercises.table import Case, case
from learnkit.exercises.tensors import told
from learnkit.holes import published
from learnkit.images.data import fashion_mnist

FIRST, COUNT = 1_000, 40  # the table of holes has test garments 0 to 499


def asked(image, hole):
    """The signature: pictures (n, 1, 28, 28), 0 in their holes, and the holes (n, 1, 28, 28)."""


@cache
def garments() -> torch.Tensor:
    """The truths, (COUNT, 1, 28, 28)."""
    images, _ = fashion_mnist("test")
    return torch.from_numpy(images[FIRST : FIRST + COUNT].astype(np.float32) / 255)[:, None]


@cache
def holes() -> list[torch.Tensor]:
    """The holes of each kind, (COUNT, 1, 28, 28)."""
    numbers = range(FIRST, FIRST + COUNT)
    kinds = published.KINDS.values()
    return [
        torch.from_numpy(np.stack([kind.of_picture(i) for i in numbers]))[:, None] for kind in kinds
    ]


def cases() -> list[Case]:
    """The garments, five times, with 0 in their holes."""
    truth = garments()
    return [case(torch.where(hole, 0, truth), hole) for hole in holes()]


def whole_pictures(result, image, hole):
    """The pictures that came back, clipped to [0, 1]; a NumPy array will do."""
    pictures = torch.as_tensor(result).detach().float()
    if pictures.shape != image.shape:
        raise OddResultError(
            f"You return {told(result)}; the exercise asks for pictures of the shape "
            f"{tuple(image.shape)}."
        )
    if not pictures.isfinite().all():
        raise OddResultError("Your pictures hold NaN or infinity.")
    return {"pictures": pictures.clamp(0, 1)}


def score(results: Results) -> float:
    """The mean over the kinds of holes of the PSNR, pooled over all pixels in them, in dB."""
    truth, found = garments(), []
    for got, hole in zip(results, holes(), strict=True):
        errors = (torch.from_numpy(got["pictures"]) - truth)[hole].square()
        found.append(-10 * errors.mean().log10().item())
    return float(np.mean(found))


fill = Challenge(
    "fill",
    asked,
    on=f"in five kinds of holes of {COUNT} garments, on average",
    unit="dB",
    cases=cases,
    score=score,
    probe=whole_pictures,
    seconds=60.0,
    prewarm=("torch",),
    rivals=(
        Rival("biharmonic", 12.73),
        Rival("harmonic", 12.84),
        Rival("linear MMSE", 16.36),
        Rival("the flow, mean of 16", 17.47),
        Rival("the U-Net of lesson 10", 17.85),
    ),
)

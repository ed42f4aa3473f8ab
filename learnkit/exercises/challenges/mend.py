"""`mend`, lesson 02: fill the holes of six grey photographs, each damaged in its own way."""

from functools import cache

import numpy as np

from learnkit.exercises.challenges.challenge import Challenge, Rival
from learnkit.exercises.challenges.common import Pictures, cut, mean_psnr, part, whole_picture
from learnkit.holes import draw

SIDE = 64


def asked(image, hole):
    """The signature: a grey picture (h, w), 0 in its hole, and the hole (h, w)."""


@cache
def pictures() -> Pictures:
    """The truths, (SIDE, SIDE) and grey, and their holes."""
    shape = (SIDE, SIDE)
    return [
        (_grey("camera", 128, 10, 40), draw.scratches(shape, count=8, seed=1)),
        (_grey("coins", 192, 60, 90), draw.box(shape, height=16, width=16)),
        (_grey("moon", 256, 90, 90), draw.brush(shape, strokes=4, width=5, seed=2)),
        (_grey("rocket", 160, 60, 90), draw.scatter(shape, fraction=0.8, seed=3)),
        (_grey("brick", 128, 20, 20), draw.brush(shape, strokes=3, width=7, seed=4)),
        (_grey("clock", 128, 30, 60), draw.scatter(shape, fraction=0.5, seed=5)),
    ]


def _grey(name: str, height: int, top: int, left: int) -> np.ndarray:
    image = part(name, height, top, left, SIDE)
    return image.mean(axis=2) if image.ndim == 3 else image


mend = Challenge(
    "mend",
    asked,
    on="in the holes of six photographs, on average",
    unit="dB",
    cases=lambda: cut(pictures()),
    score=lambda results: mean_psnr(results, pictures()),
    probe=whole_picture,
    rivals=(
        Rival("the mean colour", 18.28),
        Rival("30 steps of descent, lr = 0.12", 22.72),
        Rival("100 steps", 26.13),
        Rival("harmonic: where the descent ends", 26.14),
        Rival("biharmonic", 26.86),
    ),
)

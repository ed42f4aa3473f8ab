"""`paint`, lesson 05: the missing part of three colour photographs, by whatever you can train."""

from functools import cache

from learnkit.exercises.challenges.challenge import Challenge, Rival
from learnkit.exercises.challenges.common import Pictures, cut, mean_psnr, part, whole_picture
from learnkit.holes import draw

SIDE = 48


def asked(known, hole):
    """The signature: a colour picture (h, w, 3), 0 in its hole, and the hole (h, w)."""


@cache
def pictures() -> Pictures:
    """The truths, (SIDE, SIDE, 3), and their holes."""
    shape = (SIDE, SIDE)
    return [
        (part("coffee", 96, 20, 40, SIDE), draw.box(shape, height=12, width=12)),
        (part("rocket", 96, 30, 60, SIDE), draw.brush(shape, strokes=3, width=5, seed=1)),
        (part("retina", 96, 24, 10, SIDE), draw.scatter(shape, fraction=0.7, seed=2)),
    ]


paint = Challenge(
    "paint",
    asked,
    on="in the holes of three colour photographs, on average",
    unit="dB",
    cases=lambda: cut(pictures()),
    score=lambda results: mean_psnr(results, pictures()),
    probe=whole_picture,
    seconds=60.0,
    rivals=(
        Rival("the mean colour", 16.85),
        Rival("the lesson's network with waves of scale 4, 500 steps", 18.78),
        Rival("the lesson's network with bare coordinates, 500 steps", 19.85),
        Rival("harmonic", 23.32),
        Rival("biharmonic", 24.42),
        Rival("the lesson's network with waves of scale 1, 500 steps", 24.64),
    ),
)

"""The published holes: five kinds on 28 x 28 pixels, test picture i always with the same hole.

Three kinds are one hole for all pictures. Of the other two each picture has its own, made with its
number as the seed: half of the pixels, drawn anew, and three strokes of a brush, which cover
about a quarter. `MEASURED` are the four that the cards of the shipped weights speak of.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from learnkit.holes import draw
from learnkit.shapes import Hole, Holes, check_at_least

SHAPE = (28, 28)


@dataclass(frozen=True)
class Kind:
    """A kind of hole: its name in a table, and the hole of picture i."""

    title: str
    of_picture: Callable[[int], Hole]


KINDS: dict[str, Kind] = {
    "centre14": Kind("centre 14x14", lambda i: draw.box(SHAPE, height=14, width=14)),
    "centre10": Kind("centre 10x10", lambda i: draw.box(SHAPE, height=10, width=10)),
    "right": Kind("right half", lambda i: draw.half(SHAPE, side="right")),
    "random": Kind("random 50 %", lambda i: draw.scatter(SHAPE, fraction=0.5, seed=i)),
    "brush": Kind("brush", lambda i: draw.brush(SHAPE, strokes=3, width=4, seed=i)),
}

MEASURED: dict[str, Hole] = {  # one hole for all garments: of "random 50 %" the first picture's
    "centre 14x14": KINDS["centre14"].of_picture(0),
    "centre 10x10": KINDS["centre10"].of_picture(0),
    "right half": KINDS["right"].of_picture(0),
    "random 50 %, one hole for all": KINDS["random"].of_picture(0),
}


def holes(kind: str, count: int) -> Holes:
    """The holes of the first `count` test pictures, (count, 28, 28) bool, True = to be filled.

    Raises ValueError where there is no such kind, or `count` is below 1.

    >>> holes("right", 500).shape
    (500, 28, 28)
    """
    check_kind(kind)
    check_at_least(1, count=count)
    return np.stack([KINDS[kind].of_picture(i) for i in range(count)])


def check_kind(kind: str) -> None:
    """Raises ValueError where there is no such kind of hole."""
    if kind not in KINDS:
        raise ValueError(f"no hole is called {kind!r}; there are {', '.join(KINDS)}")

"""Simulated CT slices of heads, with a lesion or without: what the course has in place of patients.

Each head is drawn anew from ellipses, as Shepp and Logan drew theirs: a skull, the brain in it, two
dark ventricles, a brighter region in front, and noise. A lesion is a small bright ellipse somewhere
in the brain. So the truth is known for as many heads as one wants: where the lesion is, and how
often there is one.
Source: Shepp and Logan (1974), The Fourier reconstruction of a head section.
"""

from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Float

from learnkit.shapes import check_at_least

SIZE = 28  # pixels a side, as the garments have
NOISE = 0.015  # of the scanner, standard deviation
CONTRAST = (0.2, 0.35)  # how much brighter a lesion is than the brain


class Heads(NamedTuple):
    """Slices in [0, 1] and where the lesions are: nowhere in a healthy head."""

    images: Float[np.ndarray, "n 28 28"]
    lesions: Bool[np.ndarray, "n 28 28"]


def heads(n: int, generator: np.random.Generator, *, lesions: float = 0.5) -> Heads:
    """`n` heads, each of which has a lesion with the probability `lesions`.

    A pixel belongs to a lesion where at least half of it does.
    Raises ValueError where n is below 1 or `lesions` is no probability.

    >>> images, lesions = heads(4, np.random.default_rng(0), lesions=0.0)
    >>> images.shape, bool(lesions.any())
    ((4, 28, 28), False)
    """
    check_at_least(1, n=n)
    if not 0 <= lesions <= 1:
        raise ValueError(f"lesions is a probability, between 0 and 1, got {lesions}")

    def within(low: float, high: float) -> Float[np.ndarray, "n 1 1"]:
        return generator.uniform(low, high, (n, 1, 1))

    # lengths are in units of half the picture's side; x to the right, y down, from the centre
    tilt, wide, long = within(-0.12, 0.12), within(0.62, 0.74), within(0.8, 0.9)
    middle = (within(-0.05, 0.05), within(-0.05, 0.05))
    bone, brain = within(0.06, 0.1), within(0.3, 0.42)
    images = within(0.8, 0.95) * _ellipse(middle, wide, long, tilt)
    images = _painted(images, brain, _ellipse(middle, wide - bone, long - bone, tilt))

    front = (middle[0], middle[1] - within(0.3, 0.45))
    images = _painted(images, brain + 0.1, _ellipse(front, within(0.18, 0.26), within(0.18, 0.26)))
    for side in (-1, 1):
        place = (middle[0] + side * within(0.18, 0.28), middle[1] + within(0.0, 0.12))
        lean = tilt + side * within(0.15, 0.35)
        images = _painted(
            images,
            within(0.08, 0.16),
            _ellipse(place, within(0.08, 0.14), within(0.25, 0.38), lean),
        )

    # evenly over an ellipse of 3/4 of the head's size: the root of the radius makes it even
    far, turn = 0.75 * np.sqrt(within(0.0, 1.0)), within(0.0, 2 * np.pi)
    centre = (middle[0] + far * wide * np.cos(turn), middle[1] + far * long * np.sin(turn))
    shape = _ellipse(centre, within(0.09, 0.15), within(0.09, 0.15), within(0.0, np.pi))
    shape = np.where(within(0.0, 1.0) < lesions, shape, 0)
    images = _painted(images, brain + within(*CONTRAST), shape)
    images = images + NOISE * generator.standard_normal(images.shape)
    return Heads(images.clip(0, 1), shape >= 0.5)


def _ellipse(
    centre: tuple[np.ndarray, np.ndarray],
    a: np.ndarray,
    b: np.ndarray,
    angle: np.ndarray | float = 0.0,
) -> Float[np.ndarray, "n 28 28"]:
    """How much of each pixel lies within an ellipse of half axes a and b, between 0 and 1."""
    places = (np.arange(SIZE) + 0.5) / SIZE * 2 - 1
    x, y = places[None, None, :] - centre[0], places[None, :, None] - centre[1]
    along, across = x * np.cos(angle) + y * np.sin(angle), y * np.cos(angle) - x * np.sin(angle)
    r = np.sqrt((along / a) ** 2 + (across / b) ** 2)
    pixels_inside = (1 - r) * np.minimum(a, b) * SIZE / 2  # along the shorter half axis
    return (pixels_inside + 0.5).clip(0, 1)


def _painted(below: np.ndarray, value: np.ndarray, cover: np.ndarray) -> np.ndarray:
    return below + cover * (value - below)

"""One method's fill of one hole: let in, timed, checked and scored, whatever it does.

The method gets a copy of the picture with the hole cut out, so it cannot see the truth. What it
returns counts where it keeps the law of `learnkit.fills.protocol`, as in the course's table.
Whatever goes wrong becomes a sentence: a method that fails must not take the others with it.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from learnkit.fills.protocol import Fill, check_filled
from learnkit.images.metrics import psnr
from learnkit.shapes import Hole, Image

EXACT = 100.0  # dB: an error of 1/100,000 of black to white, which is rounding
LONGEST_SENTENCE = 300


@dataclass(frozen=True, eq=False)
class Attempt:
    """What came of it: the filled picture and its score in dB, or neither, and words for both."""

    words: str
    image: Image | None = field(default=None, repr=False)
    score: float | None = None  # None where there is nothing to score, too
    seconds: float = 0.0


def attempt(fill: Fill, image: Image, hole: Hole) -> Attempt:
    """Fills the hole, and says how well and how fast; an error of the method is said as well.

    `image` and `hole` are a widget's own, checked where they came in.
    """
    if not hole.any():
        return Attempt("nothing to fill", image.copy())
    cut = image.copy()
    cut[hole] = 0
    start = time.perf_counter()
    try:
        filled = fill(cut.copy(), hole.copy())
        seconds = time.perf_counter() - start
        check_filled(filled, cut, hole)
    except (Exception, SystemExit, KeyboardInterrupt) as error:  # exit() must not end the kernel
        return Attempt(_sentence(error), seconds=time.perf_counter() - start)
    filled = filled.astype(np.float64)
    score = psnr(filled, np.asarray(image, np.float64), hole=hole)
    return Attempt(f"{decibels(score)}, {duration(seconds)}", filled, score, seconds)


def decibels(score: float) -> str:
    """A score in words: of what is exact but for rounding, no number.

    >>> decibels(16.123), decibels(float("inf"))
    ('16.1 dB', 'no error at all')
    """
    return f"{score:.1f} dB" if score < EXACT else "no error at all"


def duration(seconds: float) -> str:
    """A time as people say it: two digits of milliseconds or seconds.

    >>> duration(0.00042), duration(0.0234), duration(1.26)
    ('0.4 ms', '23 ms', '1.3 s')
    """
    ms = 1000 * seconds
    if ms < 0.1:
        return "< 0.1 ms"
    if ms < 9.95:
        return f"{ms:.1f} ms"
    return f"{ms:.0f} ms" if ms < 999.5 else f"{seconds:.1f} s"


def check_methods(methods: Mapping[str, Fill]) -> None:
    """Raises TypeError where a method is no function, ValueError where there is none at all."""
    for name, fill in methods.items():
        if not callable(fill):
            kind = type(fill).__name__
            raise TypeError(f"the method {name!r} must be a function fill(image, hole), got {kind}")
    if not methods:
        raise ValueError("there is no method to fill holes: pass a name and a function each")


def check_among(names: Mapping[str, object], what: str, *wanted: str) -> None:
    """Raises ValueError where a name that is wanted is not there."""
    for name in wanted:
        if name not in names:
            raise ValueError(f"{what} must be among {', '.join(names)}; got {name!r}")


def _sentence(error: BaseException) -> str:
    text = " ".join(str(error).split())
    kind = type(error).__name__
    if not text:
        return f"it stopped with {kind}, and no word why"
    words = text if isinstance(error, ValueError) else f"{kind}: {text}"
    return words if len(words) <= LONGEST_SENTENCE else words[: LONGEST_SENTENCE - 1] + "…"

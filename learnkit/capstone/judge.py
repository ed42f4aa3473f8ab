"""The rubric of the capstone as far as a program can measure it: 50 of 100 points.

What a program cannot see (is the question one that somebody has, is the method understood, are the
limits honest) is read by the instructor, for the other 50.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from learnkit.benchmark.from_file import place
from learnkit.capstone.fields import pictures
from learnkit.capstone.submission import TEXTS, Submission
from learnkit.fills.harmonic import harmonic
from learnkit.fills.protocol import check_filled
from learnkit.images.damaged import Damaged
from learnkit.images.metrics import psnr

COUNT = 8  # fills of one picture
LEAST = 0.001  # standard deviation of the fills, mean over a hole
DECIBELS = 2.0  # above the baseline, for all points
CORRELATION = 0.3  # of uncertainty and error, for all points
READ = {  # by the instructor: the points of each
    "QUESTION: a question that somebody has": 10,
    "METHOD: understood, and its source named": 10,
    "RESULTS: a fair comparison, and the right measure": 10,
    "LIMITS: failures shown, misuse named": 15,
    "the code can be read": 5,
}


@dataclass(frozen=True)
class Criterion:
    """A line of the rubric; `points` is None where the instructor decides."""

    name: str
    points: int | None
    most: int
    found: str


def judge(work: Submission, file: str) -> Iterator[Criterion]:
    """The lines of the rubric, one after the other, as soon as each is measured.

    Where a part is missing or fails, its line has 0 points and says what to do. `file` is the
    submission's name, for the line numbers of its errors.
    """
    for name, most, needs, measure in MEASURED:
        lacks = [work.missing[part] for part in ("FIELD", needs) if part in work.missing]
        if lacks:
            yield Criterion(name, 0, most, lacks[0])
            continue
        try:
            share, found = measure(work, pictures(work.field or "", "judged"))
        except (Exception, SystemExit) as error:  # whatever a submission raises
            share, found = 0.0, f"{type(error).__name__}: {error}{place(error, file)}"
        points = int(most * min(1.0, max(0.0, share)) + 1e-9)  # whole ones
        yield Criterion(name, points, most, found)
    for (name, most), text in zip(READ.items(), [*TEXTS, ""], strict=True):
        yield Criterion(name, None, most, "missing" if text in work.missing else "to be read")


def _law(work: Submission, judged: list[Damaged]) -> tuple[float, str]:
    for one in judged:
        _filled(work, one)
    return 1.0, _on(judged)


def _gain(work: Submission, judged: list[Damaged]) -> tuple[float, str]:
    gains = [
        psnr(_filled(work, one), one.image, hole=one.hole)
        - psnr(harmonic(one.cut, one.hole), one.image, hole=one.hole)
        for one in judged
    ]
    mean = float(np.mean(gains))
    return mean / DECIBELS, f"{mean:+.2f} dB in the hole, {_on(judged)}; {DECIBELS:g} dB for all"


def _several(work: Submission, judged: list[Damaged]) -> tuple[float, str]:
    for one in judged:
        fills = _drawn(work, one)
        if not np.array_equal(fills, _drawn(work, one)):
            return 0.0, "two calls with the same seed differ: make all randomness from seed"
        if fills.std(axis=0)[one.hole].mean() < LEAST:
            return 0.0, f"the {COUNT} fills of one picture are all the same, or nearly"
        if np.array_equal(fills, _drawn(work, one, seed=1)):
            return 0.0, "two seeds give the same fills: make all randomness from seed"
    return 1.0, f"{COUNT} fills each, {_on(judged)}"


def _warns(work: Submission, judged: list[Damaged]) -> tuple[float, str]:
    from scipy.stats import spearmanr

    doubts, errors = [], []
    for one in judged:
        fills = _drawn(work, one)
        doubts.append(fills.std(axis=0)[one.hole].ravel())
        errors.append(np.abs(fills.mean(axis=0) - one.image)[one.hole].ravel())
    doubt = np.concatenate(doubts)
    if np.ptp(doubt) < 1e-12:
        return 0.0, "the uncertainty is the same everywhere, and says nothing"
    found = float(spearmanr(doubt, np.concatenate(errors)).statistic)
    return found / CORRELATION, (
        f"rank correlation of uncertainty and error {found:+.2f}; {CORRELATION:g} for all"
    )


def _filled(work: Submission, one: Damaged) -> np.ndarray:
    """The submission's fill, which never sees what is under the hole; raises as the law does."""
    image = one.cut
    filled = work.functions["fill"](image.copy(), one.hole.copy())
    check_filled(filled, image, one.hole)
    return filled


def _drawn(work: Submission, one: Damaged, seed: int = 0) -> np.ndarray:
    """COUNT fills, each of which keeps the law."""
    image = one.cut
    fills: Any = work.functions["fills"](image.copy(), one.hole.copy(), COUNT, seed)
    if not isinstance(fills, np.ndarray) or fills.shape != (COUNT, *image.shape):
        shape = fills.shape if isinstance(fills, np.ndarray) else type(fills).__name__
        raise ValueError(f"fills returns an array of shape {(COUNT, *image.shape)}, got {shape}")
    for filled in fills:
        check_filled(filled, image, one.hole)
    return fills


def _on(judged: list[Damaged]) -> str:
    return f"on {len(judged)} pictures"


MEASURED: list[tuple[str, int, str, Callable[..., tuple[float, str]]]] = [
    ("keeps the known pixels, shape and range", 10, "fill", _law),
    ("better than the harmonic fill", 20, "fill", _gain),
    ("several fills, which differ", 10, "fills", _several),
    ("uncertain where it is wrong", 10, "fills", _warns),
]

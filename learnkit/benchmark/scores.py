"""What one method reaches on one kind of hole, and what it takes: scores, a time, a training.

The error is taken over the hole alone, once pooled over all pictures and once as a mean of each
picture's decibels; SSIM and the Frechet classifier distance judge the whole filled pictures. A
method that breaks the form of a fill, or raises, has a sentence instead of numbers.
"""

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

from learnkit.fills.protocol import BatchFill, check_filled
from learnkit.images.frechet import frechet_of
from learnkit.images.metrics import pooled_psnr, psnr_of_each, ssim_of_each
from learnkit.shapes import Holes, Images

CAP = 50.0  # dB: an error below one grey level of 255 is none, and no row is infinite
REPEATS = 3  # timed runs, at most: a method that takes longer than PATIENCE is timed once
PATIENCE = 5.0  # seconds
WARM_UP = 8  # pictures


class Column(NamedTuple):
    """How a field of `Row` is printed: what stands above it, how wide, in which format."""

    head: str
    width: int
    style: str = ""


def _number(head: str, width: int, style: str = "") -> Any:
    return field(default=None, metadata={"column": Column(head, width, style)})


@dataclass(frozen=True)
class Row:
    """One line of the table. Numbers are None where `error` says why there are none.

    A new number is a field here and an entry in `measure` (or in `Method.training`, if it belongs
    to the method): the files of the table follow.
    """

    method: str = field(metadata={"column": Column("method", 32)})
    hole: str = field(metadata={"column": Column("hole", 14)})
    pictures: int
    training: int  # pictures that it learned from, if it learned
    # dB over the hole: errors pooled, or a mean over the pictures; at most CAP
    pooled_psnr: float | None = _number("pooled dB", 10, ".2f")
    mean_psnr: float | None = _number("mean dB", 9, ".2f")
    ssim: float | None = _number("SSIM", 7, ".3f")  # whole picture, Gaussian window
    frechet: float | None = _number("Frechet", 9, ".2f")  # classifier distance to the true ones
    milliseconds: float | None = _number("ms/picture", 11, ".3f")
    parameters: int | None = _number("weights", 11, ",")  # numbers that a network has learned
    seconds: float | None = _number("training, s", 13, ",.1f")  # to train it, once for all holes
    error: str = ""


def measure(fill: BatchFill, images: Images, holes: Holes, *, frechet: bool = True) -> dict:
    """The numbers of a `Row`, as its keyword arguments.

    What stands in the hole is the truth, so the fill is handed pictures in which it is 0.
    Raises as `check_filled` does where the fill breaks its promises, and as the fill does.
    """
    cut = np.where(holes, 0, images)
    filled, milliseconds = timed(fill, cut, holes)
    each_one = psnr_of_each(filled, images, holes=holes).clip(max=CAP)
    return {
        "pooled_psnr": min(CAP, pooled_psnr(filled, images, holes=holes)),
        "mean_psnr": float(each_one.mean()),
        "ssim": float(ssim_of_each(filled, images).mean()),
        "frechet": frechet_classifier_distance(filled, images) if frechet else None,
        "milliseconds": milliseconds,
    }


def timed(
    fill: BatchFill,
    cut: Images,
    holes: Holes,
    *,
    clock: Callable[[], float] = time.perf_counter,
) -> tuple[Images, float]:
    """The pictures filled, checked, and the milliseconds a picture: the median of some runs.

    A few pictures go first, untimed. The runs end at REPEATS, or after PATIENCE seconds. The
    fill is handed copies, so that it cannot change what it is judged by.
    """
    few = slice(0, WARM_UP)
    check_filled(fill(cut[few].copy(), holes[few].copy()), cut[few], holes[few])
    seconds: list[float] = []
    while len(seconds) < REPEATS and sum(seconds) < PATIENCE:
        images, its_holes = cut.copy(), holes.copy()
        began = clock()
        filled = fill(images, its_holes)
        seconds.append(clock() - began)
    check_filled(filled, cut, holes)
    return filled.astype(cut.dtype), 1e3 * statistics.median(seconds) / len(cut)


def frechet_classifier_distance(filled: Images, images: Images) -> float | None:
    """How far the crowd of filled pictures is from the true ones, by what our classifier sees.

    Garments (n, 28, 28). None where there are fewer than two pictures. It is larger for a small
    crowd: compare rows of one number of pictures.
    """
    if len(images) < 2:
        return None
    import torch

    from learnkit.models.pretrained import garment_features

    crowds = (torch.from_numpy(x.astype(np.float32))[:, None] for x in (filled, images))
    return frechet_of(*map(garment_features, crowds))

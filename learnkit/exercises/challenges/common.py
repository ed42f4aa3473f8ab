"""What `mend` and `paint` share: parts of photographs with holes, and their score."""

import numpy as np

from learnkit.exercises.challenges.challenge import Results
from learnkit.exercises.sandbox.worker import OddResultError
from learnkit.exercises.table import Case, case
from learnkit.holes import draw
from learnkit.images.data import photograph
from learnkit.images.metrics import psnr

Pictures = list[tuple[np.ndarray, np.ndarray]]  # each truth, and its hole


def part(name: str, height: int, top: int, left: int, side: int) -> np.ndarray:
    """A square of a photograph that was scaled to `height` first."""
    return photograph(name, height=height)[top : top + side, left : left + side]


def cut(pictures: Pictures) -> list[Case]:
    """The pictures with 0 in their holes, each with its hole."""
    return [case(draw.cut_hole(image, hole), hole) for image, hole in pictures]


def whole_picture(result, given, hole):
    """The picture that came back, clipped to [0, 1]."""
    picture = np.asarray(result, dtype=float)
    if picture.shape != given.shape:
        raise OddResultError(
            f"Your picture has the shape {picture.shape}; that of the damaged one is {given.shape}."
        )
    if not np.isfinite(picture).all():
        raise OddResultError("Your picture holds NaN or infinity: is a step too large?")
    return {"picture": picture.clip(0, 1)}


def mean_psnr(results: Results, pictures: Pictures) -> float:
    """The mean over the pictures of the PSNR in the hole, in dB."""
    both = zip(results, pictures, strict=True)
    return float(np.mean([psnr(got["picture"], image, hole=hole) for got, (image, hole) in both]))

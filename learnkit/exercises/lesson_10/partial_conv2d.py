"""`partial_conv2d`: how an answer is tried, and the hints."""

import numpy as np
import torch

from learnkit.exercises.lesson_10.common import drawn_hole, one_tensor, picture, tensors
from learnkit.exercises.sandbox.worker import OddResultError
from learnkit.exercises.table import Exercise, case
from learnkit.exercises.tensors import f32

_rng = np.random.default_rng(10)


_BOOL = (
    "Your known holds numbers; it must be bool, as the one that came in, for the next layer asks "
    "~known of it. Write count > 0."
)


def _two(result, image, known, weight, bias):
    if not isinstance(result, tuple | list) or len(result) != 2:
        got = f"{len(result)} things" if isinstance(result, tuple | list) else "one thing"
        raise OddResultError(f"You return {got}; the exercise asks for two: return out, known.")
    out, there = result
    one_tensor(out, "out")
    one_tensor(there, "known")
    if out.dtype == torch.bool and there.dtype != torch.bool:
        raise OddResultError("The two are swapped: first out, then known.")
    if there.dtype != torch.bool:
        raise OddResultError(_BOOL)
    return {"out": out, "known": there}


def _kernel(*shape):
    return f32(_rng.normal(0, 1, shape).round(1))


def _known(rows):
    return ~drawn_hole(rows)


partial_conv2d = Exercise.beside(
    __name__,
    cases=[
        case(
            f32([[[[1.0, 2.0], [3.0, 4.0]]]]),
            _known([["..", ".#"]]),
            f32([[[[1.0, 2.0], [0.5, 1.0]]]]),
            f32([0.5]),
        ),
        case(
            f32([[[[0.1, 0.9, 0.4], [0.7, 0.2, 0.6]]]]),
            _known([["...", "..."]]),
            f32([[[[1.0, 2.0], [0.5, -1.0]]]]),
            f32([0.25]),
        ),
        case(
            f32([[[[0.2, 0.5, 0.9, 0.3], [0.6, 0.1, 0.4, 0.8], [0.3, 0.7, 0.5, 0.2]]]]),
            _known([["..##", ".###", "..##"]]),
            f32([[[[1.0, -1.0], [2.0, 0.5]]]]),
            f32([-0.4]),
            note="a grey picture of 3 x 4 pixels, a kernel of 2 x 2; the last two columns are "
            "unknown, so the windows on the right hold nothing that is known; bias -0.4",
        ),
        case(
            picture(_rng, 1, 3, 3, 3),
            _known([["..#", ".##", ".##"]]),
            _kernel(2, 3, 2, 2),
            f32([0.3, -0.2]),
            note="a colour picture of 3 x 3 pixels, five of them unknown; two kernels of 2 x 2",
        ),
        case(
            picture(_rng, 2, 1, 3, 3),
            _known([["###", "###", "###"], ["...", "#..", "..."]]),
            _kernel(2, 1, 3, 3),
            f32([0.5, 0.1]),
            note="two grey pictures of 3 x 3 pixels, nothing known in the first; kernels of 3 x 3",
        ),
        case(
            picture(_rng, 1, 2, 2, 3) * f32([0, 1, 1]),
            _known([[".#.", "#.."]]),
            _kernel(3, 2, 1, 1),
            f32([0, 0, 0]),
            note="a picture of two channels, its left column black; three kernels of 1 x 1, so "
            "that a window is one pixel; no bias",
        ),
        case(
            picture(_rng, 2, 2, 5, 6),
            _rng.random((2, 1, 5, 6)) < 0.35,
            _kernel(3, 2, 3, 3),
            f32([0.4, -0.3, 0.1]),
            note="two pictures of two channels and 5 x 6 pixels, a third of them known; three "
            "kernels of 3 x 3",
        ),
    ],
    build=tensors,
    probe=_two,
    hints=(
        "Cut the unknown pixels out, then convolve as ever. A window that knew only m of its k² "
        "pixels then sums too little: stretch it by k² / m. Where m is 0, out is 0, known False.",
        "How many a window knows is a convolution, too: known as numbers, with a kernel of ones "
        "(1, 1, k, k). Divide by count.clamp(min=1), add the bias after that, and choose with "
        "torch.where(count > 0, ..., 0).",
    ),
    why="With a gain, a hole does not darken what is near it, and with each layer the hole gets "
    "smaller. Clamp the count, so that no 0/0 arises: behind torch.where it does not show, and its "
    "gradient would be NaN.",
    points=3,
    prewarm=("torch",),
    rtol=1e-5,
    atol=2e-6,
    equivalent=[
        "+ k = weight.shape[-2]",  # kernels are square
        "(k * k / count)",  # 0/0 there, and torch.where passes it by
        "count.clamp(min=0)",
    ],
)

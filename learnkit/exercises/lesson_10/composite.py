"""`composite`: how an answer is tried, and the hints."""

import numpy as np
import torch

from learnkit.exercises.lesson_10.common import drawn_hole, one_tensor, picture, tensors
from learnkit.exercises.sandbox.worker import OddResultError
from learnkit.exercises.table import Exercise, case
from learnkit.exercises.tensors import f32

_rng = np.random.default_rng(1010)


_KNOWN_ROUNDED = (
    "You reach the known pixels by arithmetic, and it rounds: their last bits are no longer those "
    "of image. Take them as they are, torch.where(hole, pred, image)."
)
_HOLE_ROUNDED = (
    "You reach the pixels of the hole by arithmetic, and it rounds: their last bits are no longer "
    "those of pred. Take them as they are, torch.where(hole, pred, image)."
)


def _bit_for_bit(result, pred, image, hole):
    one_tensor(result, "the filled picture")
    want = torch.where(hole, pred, image)
    if result.shape == want.shape and result.dtype == want.dtype:
        differs = result != want
        if differs.any() and torch.allclose(result, want, rtol=1e-5, atol=1e-6):
            raise OddResultError(_KNOWN_ROUNDED if (differs & ~hole).any() else _HOLE_ROUNDED)
    return {"picture": result}


composite = Exercise.beside(
    __name__,
    cases=[
        case(f32([[[[0.9, 0.8]]]]), f32([[[[0.1, 0.3]]]]), drawn_hole([["#."]])),
        case(
            f32([[[[0.9, 0.2, 0.7], [0.6, 0.3, 0.1]]]]),
            f32([[[[0.5, 0.4, 0.0], [0.0, 0.3, 0.8]]]]),
            drawn_hole([[".##", "..."]]),
        ),
        case(picture(_rng, 1, 3, 1, 2), picture(_rng, 1, 3, 1, 2), drawn_hole([[".#"]])),
        case(
            f32(_rng.normal(0.5, 1, (2, 1, 2, 2)).round(2)),
            picture(_rng, 2, 1, 2, 2),
            drawn_hole([["#.", "##"], ["..", ".#"]]),
        ),
        case(picture(_rng, 1, 1, 2, 2), picture(_rng, 1, 1, 2, 2), drawn_hole([["..", ".."]])),
        case(picture(_rng, 1, 1, 2, 2), picture(_rng, 1, 1, 2, 2), drawn_hole([["##", "##"]])),
        case(
            picture(_rng, 2, 3, 4, 4),
            picture(_rng, 2, 3, 4, 4),
            _rng.random((2, 1, 4, 4)) < 0.4,
            note="two colour pictures of 4 x 4 pixels, each with a hole of its own",
        ),
    ],
    build=tensors,
    probe=_bit_for_bit,
    hints=(
        "Each pixel comes from one of two pictures: from pred where hole is True, from image where "
        "it is not. Neither picture is changed.",
        "torch.where(condition, a, b) takes a where the condition is True, and b elsewhere; the "
        "one channel of hole serves all channels of the picture.",
    ),
    why="What is known stays known, bit for bit, whatever the network painted over it. A score "
    "over whole pictures would count these pixels as a success: that is why the table looks at "
    "the hole alone.",
    prewarm=("torch",),
    rtol=0.0,
    atol=0.0,
)

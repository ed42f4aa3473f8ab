"""`hole_mse`: how an answer is tried, and the hints."""

import numpy as np
import torch

from learnkit.exercises.lesson_10.common import drawn_hole, one_tensor, picture
from learnkit.exercises.mistakes import Mistake
from learnkit.exercises.sandbox.worker import OddResultError
from learnkit.exercises.table import Exercise, case
from learnkit.exercises.tensors import f32

_rng = np.random.default_rng(10)


_NO_SLOPE = (
    "No gradient flows back through your loss: .detach(), .data, .item(), NumPy or "
    "torch.no_grad() cuts it off, and the network would never learn. Leave that out."
)


def _a_loss(pred, target, hole):
    """`pred` as a network gives it: no leaf, but the end of a graph. The leaf travels on it."""
    leaf = torch.tensor(pred).requires_grad_()
    pred = leaf.clone()
    pred.leaf = leaf
    return (pred, torch.tensor(target), torch.tensor(hole)), {}


_NOTHING_MEASURED = (
    "You return something for an empty hole, as if it had a score. Nothing was measured: raise "
    "ValueError."
)


def _loss_and_slope(loss, pred, target, hole):
    if not hole.any() and not (torch.is_tensor(loss) and loss.requires_grad):
        raise OddResultError(_NOTHING_MEASURED)
    one_tensor(loss, "the loss")
    if not loss.requires_grad:
        raise OddResultError(_NO_SLOPE)
    (slope,) = torch.autograd.grad(loss.sum(), pred.leaf, allow_unused=True)
    slope = torch.zeros_like(pred.leaf) if slope is None else slope
    return {"loss": loss, "gradient with respect to pred": slope}


hole_mse = Exercise.beside(
    __name__,
    cases=[
        case(f32([[[[0.9, 0.5]]]]), f32([[[[0.4, 0.2]]]]), drawn_hole([["#."]])),
        case(
            f32([[[[0.9, 0.4, 0.0], [0.6, 0.3, 0.1]]]]),
            f32([[[[0.5, 0.4, 0.3], [0.1, 0.3, 0.5]]]]),
            drawn_hole([[".##", "..."]]),
            note="one grey picture of 2 x 3 pixels; of the two of its hole one is painted exactly",
        ),
        case(
            f32([[[[0.9, 0.2]], [[0.4, 0.6]], [[0.7, 0.1]]]]),
            f32([[[[0.5, 0.5]], [[0.6, 0.1]], [[0.8, 0.9]]]]),
            drawn_hole([["#."]]),
            note="one colour picture of 1 x 2 pixels; its left pixel is the hole",
        ),
        case(
            picture(_rng, 2, 1, 2, 3),
            picture(_rng, 2, 1, 2, 3),
            drawn_hole([["#..", "..."], [".##", "#.#"]]),
            note="two grey pictures of 2 x 3 pixels; one pixel is missing in the first, four in "
            "the second",
        ),
        case(
            picture(_rng, 3, 1, 2, 2),
            picture(_rng, 3, 1, 2, 2),
            drawn_hole([["#.", ".."], ["..", ".."], [".#", "##"]]),
            note="three grey pictures of 2 x 2 pixels; the second has no hole, the others have "
            "one of 1 and of 3 pixels",
        ),
        case(
            picture(_rng, 1, 3, 2, 2),
            picture(_rng, 1, 3, 2, 2),
            drawn_hole([["##", "##"]]),
            note="a full hole",
        ),
        case(
            picture(_rng, 2, 3, 4, 4),
            picture(_rng, 2, 3, 4, 4),
            _rng.random((2, 1, 4, 4)) < 0.4,
            note="two colour pictures of 4 x 4 pixels, each with a hole of its own",
        ),
        case(
            picture(_rng, 1, 1, 2, 2),
            picture(_rng, 1, 1, 2, 2),
            drawn_hole([["..", ".."]]),
            note="an empty hole: your function should raise ValueError",
        ),
    ],
    build=_a_loss,
    probe=_loss_and_slope,
    hints=(
        "Square the differences, keep those of the hole, and take their mean. A colour picture has "
        "three numbers at each pixel of the hole, and all three count.",
        "hole has one channel; hole.expand_as(pred) has as many as pred, and picks out of the "
        "squared differences. Where not hole.any(), raise ValueError.",
    ),
    why="Known pixels are put back in any case, so a loss over the whole picture spends the "
    "network on copying. And a mean that forgets the three channels is wrong by 4.77 dB, "
    "10 log10(3), in every table that it reaches.",
    prewarm=("torch",),
    rtol=1e-5,
    atol=1e-6,
)


def _asking_first(answer):
    """The same mistake by somebody who did think of the empty hole."""

    def asking(pred, target, hole):
        if not hole.any():
            raise ValueError("the hole is empty")
        return answer(pred, target, hole)

    asking.__name__ = f"{answer.__name__}_asking_first"
    return asking


def _twice(mistake):
    """A mistake with and without the check of an empty hole."""
    yield Mistake(_asking_first(mistake.answer), mistake.sentence)
    yield Mistake(mistake.answer, mistake.sentence + " And an empty hole must raise ValueError.")


# What stands above this cell is about the empty hole itself.
_first = [mistake.name for mistake in hole_mse.mistakes].index("channels_not_counted")
hole_mse.mistakes[_first:] = [
    one for mistake in hole_mse.mistakes[_first:] for one in _twice(mistake)
]

"""`Residual`: how an answer is tried, and the hints."""

import numpy as np
import torch
from torch import nn

from learnkit.exercises.lesson_07.common import check_module, gradients, pictures
from learnkit.exercises.sandbox.worker import Count, OddResultError
from learnkit.exercises.table import Exercise, case

_rng = np.random.default_rng(77)

_OVERWRITTEN = (
    "Your += writes into x, or into what the block gives, and both are still needed for the "
    "gradient: write x + self.block(x), which makes a new tensor."
)


class _Counting(nn.Module):
    """A block that keeps the shape of x, counts its calls, and knows what x it is tried with."""

    def __init__(self, x, weights, kind):
        super().__init__()
        channels = x.shape[1]
        if kind == "linear":
            self.layer = nn.Linear(channels, channels, bias=False)
        else:
            self.layer = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        self.behind = nn.ReLU() if kind == "convolution and ReLU" else nn.Identity()
        self.calls = 0
        with torch.no_grad():
            self.layer.weight.copy_(torch.from_numpy(weights).reshape(self.layer.weight.shape))
        self.tried_with = torch.from_numpy(x).float()

    def forward(self, x):
        self.calls += 1
        return self.behind(self.layer(x))


def _block(x, weights, kind):
    return (_Counting(x, weights, kind),), {}


def _called(result, block):
    """What the answer makes of x; raises OddResultError where there is a word for it."""
    check_module(result, "Residual")
    x = block.tried_with.clone().requires_grad_()
    given = x * 1.0  # no leaf: what is changed in place is seen, and not forbidden by torch
    y = result(given)
    if y is None:
        raise OddResultError("Your forward returns None: end it with a return.")
    if not isinstance(y, torch.Tensor):
        raise OddResultError(
            f"Your forward returns a {type(y).__name__}; the exercise asks for one tensor."
        )
    return x, given, y


def _looked_at(result, block):
    x, given, y = _called(result, block)
    calls = block.calls
    known = {id(p) for p in result.parameters()}
    leaves = [x, block.layer.weight]
    by_x, by_weights = (
        torch.zeros_like(leaf) if grad is None else grad
        for leaf, grad in zip(
            leaves, gradients(y.square().sum(), leaves, _OVERWRITTEN), strict=True
        )
    )
    return {
        "count of calls of the block": Count(calls),
        "output": y.detach(),
        "count of numbers of x that your layer changes": Count(
            (given.detach() != block.tried_with).sum()
        ),
        "count of the block's weights that parameters() does not know": Count(
            sum(id(p) not in known for p in block.parameters())
        ),
        "count of parameters that are not the block's": Count(
            len(known - {id(p) for p in block.parameters()})
        ),
        "gradient of the output's squares with respect to x": by_x,
        "gradient of the output's squares with respect to the block's weights": by_weights,
    }


Residual = Exercise.beside(
    __name__,
    cases=[
        case(
            np.array([[2.0]]),
            np.array([[3.0]]),
            "linear",
            note="the block multiplies by 3; x = [[2]]",
        ),
        case(
            pictures(_rng, 2, 3) - 0.5,
            pictures(_rng, 3, 3) - 0.5,
            "linear",
            note="the block is a linear layer; x has negative numbers, too",
        ),
        case(
            pictures(_rng, 2, 2, 3, 4) - 0.5,
            pictures(_rng, 2, 2, 3, 3) - 0.5,
            "convolution",
            note="the block is a convolution; x of size (2, 2, 3, 4)",
        ),
        case(
            pictures(_rng, 1, 2, 3, 3) - 0.5,
            pictures(_rng, 2, 2, 3, 3) - 0.5,
            "convolution and ReLU",
            note="the block is a convolution and a ReLU; x of size (1, 2, 3, 3)",
        ),
    ],
    build=_block,
    probe=_looked_at,
    hints=(
        "Keep the block in __init__, so that torch finds its weights. forward calls it once, and "
        "adds what it finds to what it was given.",
        "super().__init__() comes first, then self.block = block. forward returns the sum of x and "
        "self.block(x), as a new tensor.",
    ),
    why="The derivative of the sum with respect to x is 1 plus that of the block. However many "
    "such layers stand behind each other, the gradient reaches the first one.",
    rtol=1e-4,
    atol=1e-6,
    prewarm=("torch",),
)

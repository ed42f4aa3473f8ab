"""`average_gradients`: how an answer is tried, and the hints."""

import numpy as np
import torch

from learnkit.exercises.sandbox.worker import Count, OddResultError
from learnkit.exercises.table import Exercise, case
from learnkit.exercises.tensors import flat
from learnkit.training import data_parallel


class _Given(list):
    """The gradients, and a copy of them; a list like any other to the answer."""


def _gradients(processes, counts):
    """The processes' gradients as tensors; a process of `None` has NaN, the mean of nothing."""
    like = next(own for own in processes if own is not None)
    given = _Given(
        [torch.tensor(p, dtype=torch.float32) for p in own]
        if own is not None
        else [torch.full(np.shape(p), torch.nan) for p in like]
        for own in processes
    )
    given.before = [flat(own) for own in given]
    given.lengths = [len(own) for own in given]
    return (given, list(counts)), {}


def _means(result, gradients, counts):
    if torch.is_tensor(result):
        raise OddResultError(
            "You return one tensor; the exercise asks for a list with a tensor for each "
            "parameter, for they have different shapes."
        )
    if not isinstance(result, list | tuple):
        raise OddResultError(
            f"You return a {type(result).__name__}; the exercise asks for a list with a tensor "
            "for each parameter."
        )
    for x in result:
        if not torch.is_tensor(x):
            raise OddResultError(
                f"Your list holds a {type(x).__name__}; the exercise asks for a tensor for each "
                "parameter."
            )
    if len(result) == len(gradients) != gradients.lengths[0]:
        raise OddResultError(
            "You return one tensor for each process; return one for each parameter: "
            "gradients[rank][parameter], so the outer loop goes over the parameters."
        )
    same = gradients.lengths == [len(own) for own in gradients] and all(
        torch.equal(flat(own).nan_to_num(9e9), before.nan_to_num(9e9))
        for own, before in zip(gradients, gradients.before, strict=True)
    )
    places = {x.data_ptr() for own in gradients for x in own}
    return {
        "length of the list": len(result),
        **{f"mean gradient of parameter {i}": x for i, x in enumerate(result)},
        "count of processes whose gradients you changed (0 or 1)": Count(not same),
        "count of your tensors that share memory with those given": Count(
            sum(x.data_ptr() in places for x in result)
        ),
    }


_TWO = ([[1.0, 2.0]], [[3.0, 6.0]])
_SHAPES = (
    [[[1.0, -2.0], [0.5, 4.0]], [2.0, -1.0], 3.0],
    [[[5.0, 0.0], [2.5, -4.0]], [0.0, 8.0], -1.0],
    [[[-3.0, 6.0], [1.5, 2.0]], [4.0, 2.0], 7.0],
)

average_gradients = Exercise.beside(
    __name__,
    reference=data_parallel.average_gradients,
    cases=[
        case(_TWO, (2, 2), note="two processes with 2 pictures each, one parameter of two numbers"),
        case(_TWO, (3, 1), note="the same, with 3 and 1 pictures"),
        case(([[4.0, 8.0]],), (5,), note="one process alone"),
        case(_SHAPES, (4, 4, 4), note="three processes with 4 pictures each, three parameters"),
        case(_SHAPES, (5, 2, 1), note="the same, with 5, 2 and 1 pictures"),
        case(
            (*_SHAPES[:2], None),
            (4, 3, 0),
            note="three processes, the last without pictures: its gradients are NaN",
        ),
        case((None, *_SHAPES[1:]), (0, 1, 3), note="the first one is without pictures"),
    ],
    build=_gradients,
    probe=_means,
    rtol=1e-5,
    atol=1e-6,
    hints=(
        "The mean over all pictures: each process's mean counts as often as it has pictures. "
        "Multiply it by its count, add up over the processes, divide by the sum of the counts.",
        "NaN times 0 is NaN, so a process with count 0 must be left out of the sum. Go through the "
        "parameters by their number, range(len(gradients[0])), and for each through the processes.",
    ),
    why="Data parallel training computes exactly this. Its cost: all gradients are sent at every "
    "step.",
    points=2,
    equivalent=["strict=False", "range(len(gradients[-1]))"],
    prewarm=("torch",),
)

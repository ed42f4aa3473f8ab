"""`shard`: how an answer is tried, and the hints."""

import numpy as np
import torch

from learnkit.exercises.sandbox.worker import OddResultError
from learnkit.exercises.table import Exercise, case
from learnkit.training import data_parallel


def _tensor(indices, rank, world_size):
    return (torch.from_numpy(np.array(indices)), rank, world_size), {}


def _share(result, *_args):
    if isinstance(result, tuple | list):
        raise OddResultError(
            f"You return a {type(result).__name__}; the exercise asks for the share of one "
            "process, as a tensor: a slice of indices is one."
        )
    if not torch.is_tensor(result):
        raise OddResultError(
            f"You return a {type(result).__name__}; the exercise asks for a tensor, a slice of "
            "indices."
        )
    if result.dtype == torch.bool:
        raise OddResultError(
            "You return True and False for each index; the exercise asks for the indices "
            "themselves: indices[...] with that in the brackets."
        )
    if result.is_floating_point():
        raise OddResultError("Your indices are floats, which count no pictures: keep their type.")
    return {"": result}


def _redrawn(_shown, rng):
    processes = int(rng.integers(1, 6))
    indices = rng.permutation(100)[: rng.integers(1, 20)]
    return case(indices, int(rng.integers(processes)), processes)


shard = Exercise.beside(
    __name__,
    reference=data_parallel.shard,
    cases=[
        case(np.array([8, 6]), 1, 2, note="two processes take one index each"),
        case(np.array([10, 11, 12, 13]), 0, 2),
        case(np.array([10, 11, 12, 13]), 1, 2),
        case(np.array([40, 7, 19, 3, 28, 11, 5]), 0, 3, note="7 indices, shuffled, 3 processes"),
        case(np.array([40, 7, 19, 3, 28, 11, 5]), 1, 3),
        case(np.array([40, 7, 19, 3, 28, 11, 5]), 2, 3),
        case(np.array([8, 6, 4]), 0, 1, note="one process takes all"),
        case(np.array([8, 6]), 3, 4, note="more processes than indices: this one has nothing"),
    ],
    build=_tensor,
    probe=_share,
    redraw=_redrawn,
    hints=(
        "Process 0 takes the indices at the places 0, world_size, 2 world_size, ...; process 1 "
        "those at 1, 1 + world_size, ... The places count, and not what stands there.",
        "A slice has a beginning and a step: indices[begin::step].",
    ),
    why="Together the shares are the whole batch, each picture once. So the mean over all of them "
    "is that of one process, and two processes learn what one would have learned.",
    points=1,
    prewarm=("torch",),
)

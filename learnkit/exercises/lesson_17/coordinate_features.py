"""`coordinate_features`: how an answer is tried, and the hints."""

import numpy as np
import torch

from learnkit.exercises.sandbox.worker import OddResultError
from learnkit.exercises.table import Exercise, case
from learnkit.exercises.tensors import check_tensor, f32, normal

_rng = np.random.default_rng(71)


def _given(height, width, frequencies):
    """The frequencies as a tensor; the counts as they are."""
    return (height, width, torch.from_numpy(frequencies)), {}


def _features(result, height, width, frequencies):
    check_tensor(
        result,
        "the features",
        several=" (torch.cat joins sines and cosines, torch.stack rows)",
        other=f"You return a {type(result).__name__}; return the features as a tensor of torch "
        "(leave out .numpy()).",
    )
    if result.dtype != torch.float32:
        raise OddResultError(
            f"You return the features as {result.dtype}; they must be torch.float32, as "
            "frequencies is: the network's weights are float32, so it accepts no other type."
        )
    return {"features": result}


coordinate_features = Exercise.beside(
    __name__,
    cases=[
        case(2, 1, f32([[0], [0.5]]), note="2 rows, 1 column; one frequency, (0, 0.5)"),
        case(1, 2, f32([[0.5], [0]]), note="1 row, 2 columns; one frequency, (0.5, 0)"),
        case(1, 1, f32([[0.5, 1], [0, 0]]), note="one pixel, two frequencies"),
        case(2, 3, f32([[1], [1]]), note="2 rows, 3 columns; one frequency, (1, 1)"),
        case(3, 2, normal(_rng, 2, 2)),
        case(2, 4, 3 * normal(_rng, 2, 3)),
    ],
    build=_given,
    probe=_features,
    hints=(
        "First the coordinates: the centre of pixel (i, j) is at x = (j + 0.5) / width, y = (i + "
        "0.5) / height. One row a pixel, row after row of the picture, makes (height · width, 2), "
        "with x first. Times the frequencies (2, k) that is (height · width, k).",
        "y, x = torch.meshgrid((torch.arange(height) + 0.5) / height, (torch.arange(width) + 0.5) "
        '/ width, indexing="ij") gives both; torch.stack([x.flatten(), y.flatten()], dim=1) the '
        "coordinates. The angle is 2π times coordinates @ frequencies; torch.cat([angle.sin(), "
        "angle.cos()], dim=1) puts sines first.",
    ),
    why="With these in place of noise the article's three layers are a painter: 50 frequencies "
    "make 100 inputs, and what comes out is the colour of one pixel.",
    points=3,
    rtol=1e-4,
    atol=1e-5,
    prewarm=("torch",),
)

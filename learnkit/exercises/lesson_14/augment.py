"""`augment`: how an answer is tried, and the hints."""

import math

import numpy as np
import torch

from learnkit.exercises.sandbox.worker import OddResultError
from learnkit.exercises.table import Exercise, case
from learnkit.exercises.tensors import check_tensor, f32

_rng = np.random.default_rng(1414)


def _pictures(*shape):
    return f32(_rng.random(shape).round(2))


def _holes(n, h, w, *boxes):
    holes = np.zeros((n, 1, h, w), bool)
    for i, top, left, height, width in boxes:
        holes[i, 0, top : top + height, left : left + width] = True
    return holes


def _turned(degrees, size=1.0, shift=(0.0, 0.0)):
    a = math.radians(degrees)
    rows = [[math.cos(a), -math.sin(a)], [math.sin(a), math.cos(a)]]
    return [[*(np.array(rows[i]) / size), shift[i]] for i in range(2)]


SAME, MIRRORED = [[1, 0, 0], [0, 1, 0]], [[-1, 0, 0], [0, 1, 0]]


def _tensors(image, hole, matrix):
    return (torch.from_numpy(image), torch.from_numpy(hole), torch.from_numpy(matrix)), {}


def _both(result, image, hole, matrix):
    if not isinstance(result, tuple | list) or len(result) != 2:
        kind = type(result).__name__
        raise OddResultError(
            f"You return a {kind}; the exercise asks for two tensors: return the picture and its "
            "hole, `return image, hole`."
        )
    if all(isinstance(part, torch.Tensor) for part in result) and result[0].dtype == torch.bool:
        raise OddResultError(
            "You return the hole first; the exercise asks for the picture, then its hole."
        )
    for name, tensor in zip(("the moved picture", "the moved hole"), result, strict=True):
        check_tensor(
            tensor,
            name,
            several="",
            other=f"For {name} you return a {type(tensor).__name__}; return a tensor.",
        )
    if result[1].dtype != torch.bool:
        raise OddResultError(
            f"Your hole is {result[1].dtype}; a hole is bool, True = to be filled: a comparison, "
            "as in known < 0.999, makes it."
        )
    if result[1].shape != hole.shape:
        raise OddResultError(
            f"Your hole has shape {tuple(result[1].shape)}; it should have {tuple(hole.shape)}, as "
            "it came in."
        )
    return {"hole": result[1], "picture": result[0]}


augment = Exercise.beside(
    __name__,
    cases=[
        case(
            f32([[[[0.1, 0.2, 0.3], [0.4, 0.5, 0.6]]]]),
            np.array([[[[True, False, False], [False, False, False]]]]),
            f32([SAME]),
            note="the map that changes nothing",
        ),
        case(
            f32([[[[0.1, 0.2, 0.3], [0.4, 0.5, 0.6]]]]),
            np.array([[[[True, False, False], [False, False, False]]]]),
            f32([MIRRORED]),
            note="mirrored left to right",
        ),
        case(
            _pictures(1, 1, 4, 4),
            _holes(1, 4, 4, (0, 1, 0, 2, 1)),
            f32([[[1, 0, 0.5], [0, 1, 0]]]),
            note="each pixel looks one pixel to its right: the last column looks outside",
        ),
        case(
            _pictures(1, 1, 4, 4),
            _holes(1, 4, 4, (0, 0, 2, 2, 1)),
            f32([[[1, 0, 0.125], [0, 1, 0.0]]]),
            note="moved by a quarter of a pixel",
        ),
        case(
            _pictures(1, 1, 4, 4),
            _holes(1, 4, 4, (0, 1, 1, 2, 1)),
            f32([[[1, 0, 0.0025], [0, 1, 0.0]]]),
            note="moved by a two-hundredth of a pixel: 0.005 of a weight",
        ),
        case(
            _pictures(2, 3, 6, 8),
            _holes(2, 6, 8, (0, 2, 2, 2, 3), (1, 0, 5, 3, 2)),
            f32([_turned(25), _turned(-40, 1.3)]),
            note="two colour pictures, each with its own hole and map: turned by 25 degrees;\n"
            "turned by -40 and enlarged",
        ),
        case(
            _pictures(2, 1, 7, 7),
            _holes(2, 7, 7, (1, 3, 3, 1, 1)),
            f32([_turned(10, 0.8, (0.11, -0.07)), _turned(33, 1.6, (0.03, 0.05))]),
            note="shrunk, turned and moved, with an empty hole; enlarged, with a hole of one pixel",
        ),
    ],
    build=_tensors,
    probe=_both,
    hints=(
        "One grid moves both: F.affine_grid(matrix, image.shape, align_corners=False) says for "
        "each pixel where to look, and F.grid_sample(x, grid, align_corners=False) looks there. A "
        "bool cannot be sampled, but a picture of zeros and ones can.",
        "Sample the picture of what is known, (~hole).float(). Beyond the border grid_sample sees "
        "0, and that is right: it is not known. The new hole is where this picture is below 0.999.",
    ),
    why="If the hole is not moved with its picture, it marks good pixels as damaged and damaged "
    "ones as good, and the network learns to paint the damage. No error is raised.",
    points=3,
    rtol=1e-5,
    atol=1e-5,
    prewarm=("torch",),
    equivalent=["1 - 0.002", "known <= 1"],  # no pixel has a weight between the two
)

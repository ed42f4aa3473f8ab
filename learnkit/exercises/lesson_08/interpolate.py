"""`interpolate`: how an answer is tried, and the hints."""

import numpy as np
import torch

from learnkit.exercises.table import Exercise, case
from learnkit.exercises.tensors import f32, normal
from learnkit.models import vae

_rng = np.random.default_rng(8)


def _plain(z0, z1, steps):
    return [torch.tensor(z0), torch.tensor(z1), steps], {}


_SAME = f32([-0.57, -1.15, -2.5])


interpolate = Exercise.beside(
    __name__,
    reference=vae.interpolate,
    cases=[
        case(f32([1, 0]), f32([0, 1]), 3),
        case(f32([2, 0, 0]), f32([0, 0, 2]), 2),
        case(f32([2, 0]), f32([-1, 1]), 4),
        case(f32([1, 2, 2]), f32([1, 2, 2]), 3, note="equal ends, (1, 2, 2) twice; steps = 3"),
        case(
            _SAME,
            _SAME,
            4,
            note="equal ends, (-0.57, -1.15, -2.5) twice, the cosine of whose angle rounds to "
            "more than 1; steps = 4",
        ),
        case(f32([3, 4]), f32([6, 8]), 5, note="parallel ends, (3, 4) and (6, 8); steps = 5"),
        case(normal(_rng, 6), normal(_rng, 6), 7),
        case(f32([0.1, 0.2, -0.1]), f32([2, 0.5, 3]), 6),
    ],
    build=_plain,
    hints=(
        "The angle between two vectors: its cosine is their product, divided by both lengths. "
        "Where the angle is 0 the formula is 0/0, and the straight line is right.",
        "t = torch.linspace(0, 1, steps) as a column, and z0 and z1 as rows, give (steps, d). "
        "Clamp the cosine to at most 1 before acos, and look whether the angle is nearly 0.",
    ),
    why="In many dimensions nearly all draws lie at one distance from the origin, on a shell. The "
    "straight line between two of them leads inside it, where the decoder was never trained; the "
    "arc stays on it.",
    points=2,
    prewarm=("torch",),
    rtol=1e-4,
    atol=1e-5,
    equivalent=[
        "F.normalize(z0, dim=-1)",  # the last dimension of a vector is its first
        "F.normalize(z1, dim=-1)",
        "if torch.sin(angle) <= FLAT",  # line and arc agree there in all digits
        "if angle < FLAT",  # the sine tells opposite ends, and an exercise is given none
    ],
)

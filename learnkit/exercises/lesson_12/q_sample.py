"""`q_sample`: how an answer is tried, and the hints."""

import numpy as np

from learnkit.exercises.lesson_12.common import LONG, OWN_NOISE, SHORT, pictures
from learnkit.exercises.sandbox.worker import OddResultError
from learnkit.exercises.table import Exercise, case
from learnkit.exercises.tensors import as_tensors, f32, has_drawn, normal, one_tensor

_rng = np.random.default_rng(12)


def _xt(result, x0, t, noise, alpha_bar):
    one_tensor(result, "xt", "x0")
    if has_drawn(x0):
        raise OddResultError(OWN_NOISE)
    return {"": result}


q_sample = Exercise.beside(
    __name__,
    cases=[
        case(f32([[[[0.5]]]]), np.array([1]), f32([[[[-1.0]]]]), f32([0.9, 0.64])),
        case(pictures(_rng, 1, 1, 2, 3), np.array([0]), normal(_rng, 1, 1, 2, 3), SHORT),
        case(
            pictures(_rng, 3, 3, 2, 3),
            np.array([2, 0, 1]),
            normal(_rng, 3, 3, 2, 3),
            SHORT,
            note="three pictures of 3 channels, 2 x 3 pixels, at t = (2, 0, 1); "
            "alpha_bar = (0.9, 0.6, 0.3)",
        ),
        case(
            pictures(_rng, 4, 1, 4, 2),
            np.array([8, 3, 8, 0]),
            normal(_rng, 4, 1, 4, 2),
            LONG,
            note="four grey pictures of 4 x 2 pixels at t = (8, 3, 8, 0), of 9 steps",
        ),
        case(
            pictures(_rng, 2, 3, 4, 2),
            np.array([5, 7]),
            normal(_rng, 2, 3, 4, 2),
            LONG,
            note="two pictures of 3 channels, 4 x 2 pixels, at t = (5, 7), of 9 steps",
        ),
    ],
    build=as_tensors,
    probe=_xt,
    hints=(
        "Look alpha_bar up at each picture's own t: alpha_bar[t] has n numbers. Each of them must "
        "multiply one picture, all its channels and pixels.",
        "a = alpha_bar[t][:, None, None, None] has the shape (n, 1, 1, 1). The picture is "
        "multiplied by the root of a, the noise by the root of 1 - a.",
    ),
    why="Any amount of noise in one line: no loop over the t steps before. So training can take a "
    "random t for every picture.",
    prewarm=("torch",),
    rtol=1e-5,
    atol=1e-6,
)

"""`roughness_grad`: how an answer is tried, and the hints."""

import numpy as np

from learnkit.byhand import losses
from learnkit.exercises.table import Exercise, case

_rng = np.random.default_rng(2)


roughness_grad = Exercise.beside(
    __name__,
    reference=losses.roughness_grad,
    cases=[
        case(np.array([[0.0, 1.0], [0.0, 0.0]])),
        case(np.array([[0.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 0.0]])),
        case(np.full((2, 3), 0.7)),
        case(np.array([[0.0, 1.0, 1.0, 0.5]])),
        case(np.array([[0.5], [1 / 3], [0.123456], [0.9]])),
        case(_rng.random((4, 6)).round(2)),
        case((30 * _rng.random((5, 3))).round()),
    ],
    hints=(
        "One pair (a, b) adds (a - b)². Its derivative with respect to a is 2 (a - b), with "
        "respect to b it is -2 (a - b). Each pixel adds that up over all its neighbours.",
        "d = np.diff(image, axis=0) is lower minus upper. Add 2 d to the lower ends, grad[1:], and "
        "take it from the upper ends, grad[:-1]. The same along axis 1.",
    ),
    why="It is zero exactly where every pixel is the mean of its neighbours: a smooth patch, which "
    "is what the hole will turn into.",
    points=2,
)

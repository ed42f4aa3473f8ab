"""`mse_loss`: how an answer is tried, and the hints."""

import numpy as np

from learnkit.byhand import losses
from learnkit.exercises.lesson_01.common import batch, big, pair, small
from learnkit.exercises.table import Exercise, case

mse_loss = Exercise.beside(
    __name__,
    reference=losses.mse_loss,
    cases=[
        case(*small),
        case(*pair),
        case(*big),
        case(*batch, note="a batch (2, 3, 4)"),
        case(np.array([[1 / 3], [2 / 3], [0.123456]]), np.array([[0.1], [0.2], [0.9]])),
    ],
    hints=(
        "Three steps, in this order: the difference of each pixel, its square, the mean of all.",
        "NumPy takes differences and squares of whole arrays; np.mean with no axis averages all.",
    ),
    why="Almost every lesson uses this loss. Some later ones use another, because this one blurs.",
    equivalent=[
        "return np.mean((pred - target) ** 2)",  # float() of a NumPy float is itself
    ],
)

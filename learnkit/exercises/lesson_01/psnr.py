"""`psnr`: how an answer is tried, and the hints."""

import numpy as np

from learnkit.byhand import losses
from learnkit.exercises.lesson_01.common import batch, pair
from learnkit.exercises.table import Exercise, case

_bytes = tuple(255.0 * a for a in batch)


psnr = Exercise.beside(
    __name__,
    reference=losses.psnr,
    cases=[
        case(np.array([0.1]), np.array([0.0])),
        case(*pair),
        case(*batch, note="a batch (2, 3, 4)"),
        case(
            *_bytes,
            note="pred, target = a batch with values to 255, data_range = 255.0",
            data_range=255.0,
        ),
        case(np.array([0.5, 0.25]), np.array([0.5, 0.25]), note="two equal pictures"),
        case(np.array([0.75, 0.25]), np.array([0.5, 0.5])),
        case(np.array([1.0]), np.array([0.0])),
        case(np.array([2.0]), np.array([0.0])),
        case(np.array([1e-9]), np.array([0.0]), note="pred = [1e-9], target = [0]"),
    ],
    hints=(
        "First the MSE. Then compare it with the square of the largest error possible, data_range.",
        "10 * np.log10(...) gives decibels. Equal pictures have MSE 0: return np.inf before you "
        "divide by it.",
    ),
    why="The same error on another scale: ten dB more is a tenth of the squared error. Papers "
    "report it, and so does the table that this course ends in.",
    equivalent=[
        "data_range: float=-1.0",  # it is squared
    ],
)

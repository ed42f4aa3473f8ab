"""`max_pool2d`: how an answer is tried, and the hints."""

import numpy as np

from learnkit.exercises.lesson_06.common import whole
from learnkit.exercises.table import Exercise, case

_rng = np.random.default_rng(6)


max_pool2d = Exercise.beside(
    __name__,
    cases=[
        case(np.array([[[1.0, 2.0], [4.0, 3.0]]]), 2),
        case(np.array([[[5.0, -1.0, 2.0, 0.0], [1.0, 3.0, -4.0, 1.0]]]), 2),
        case(
            1e12 * (-1 - abs(whole(_rng, 1, 4, 4))),
            2,
            note="a picture (1, 4, 4) of negative numbers, about -1e12, size = 2",
        ),
        case(whole(_rng, 2, 4, 6), 2),
        case(_rng.normal(0, 1, (1, 5, 7)).round(2), 2),
        case(_rng.normal(0, 1, (3, 6, 9)).round(2), 3),
        case(_rng.normal(0, 1, (2, 7, 8)).round(2), 3),
        case(_rng.normal(0, 1, (2, 3, 4)).round(2), 1),
    ],
    hints=(
        "How many whole windows fit down and across? Cut off the rest. Then take the largest pixel "
        "of each window, each channel by itself.",
        "Reshaped to (c, h, size, w, size), axes 2 and 4 run inside a window: take the maximum "
        "over both.",
    ),
    why="It makes the picture smaller and keeps the largest value of each window, wherever in "
    "the window it was. Each kernel after it sees `size` times as far.",
    points=2,
)

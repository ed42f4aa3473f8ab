"""`max_pool2d_grad`: how an answer is tried, and the hints."""

import numpy as np

from learnkit.exercises.lesson_06.common import whole
from learnkit.exercises.table import Exercise, case

_rng = np.random.default_rng(62)


max_pool2d_grad = Exercise.beside(
    __name__,
    cases=[
        case(np.array([[[1.0, 2.0], [4.0, 3.0]]]), 2, np.array([[[10.0]]])),
        case(
            np.array([[[5.0, -1.0, -2.0, -6.0], [1.0, 3.0, -4.0, -3.0]]]),
            2,
            np.array([[[10.0, 20.0]]]),
        ),
        case(
            np.array([[[0.0, 7.0], [7.0, 7.0]]]),
            2,
            np.array([[[6.0]]]),
            note="a picture (1, 2, 2) with three equal pixels, 0 7 / 7 7, size = 2, upstream 6",
        ),
        case(-1 - abs(whole(_rng, 1, 4, 4)), 2, whole(_rng, 1, 2, 2) + 0.5),
        case(_rng.permutation(48).reshape(2, 4, 6) - 20.0, 2, whole(_rng, 2, 2, 3) + 0.5),
        case(_rng.normal(0, 1, (1, 5, 7)).round(2), 2, whole(_rng, 1, 2, 3) + 0.5),
        case(_rng.normal(0, 1, (3, 6, 9)).round(2), 3, _rng.normal(0, 1, (3, 2, 3)).round(2)),
        case(_rng.normal(0, 1, (2, 3, 4)).round(2), 1, _rng.normal(0, 1, (2, 3, 4)).round(2)),
    ],
    hints=(
        "Of each window only one pixel was passed on, the largest. A small change of any other "
        "pixel changes nothing, so its gradient is 0.",
        "For each (c, i, j): the window is image[c, size*i : size*(i + 1), size*j : size*(j + 1)]. "
        "window.argmax() counts along its rows; np.unravel_index turns that into a row and a "
        "column, and counted from the window's corner there goes upstream[c, i, j].",
    ),
    why="Max pooling hands the whole gradient of a window to its largest pixel. The other pixels "
    "have no influence on the output, and get 0.",
    points=3,
)

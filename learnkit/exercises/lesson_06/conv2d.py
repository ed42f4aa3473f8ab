"""`conv2d`: how an answer is tried, and the hints."""

import numpy as np

from learnkit.exercises.lesson_06.common import whole
from learnkit.exercises.table import Exercise, case

_rng = np.random.default_rng(6)


conv2d = Exercise.beside(
    __name__,
    cases=[
        case(np.array([[[1.0, 2.0, 4.0]]]), np.array([[[[1.0, -2.0]]]])),
        case(whole(_rng, 1, 3, 3), np.array([[[[1.0, 2.0], [0.0, -1.0]]]])),
        case(whole(_rng, 1, 4, 5), whole(_rng, 1, 1, 3, 2)),
        case(whole(_rng, 2, 3, 4), whole(_rng, 3, 2, 2, 2)),
        case(whole(_rng, 1, 2, 3), whole(_rng, 1, 1, 3, 3), padding=1),
        case(whole(_rng, 1, 6, 7), whole(_rng, 2, 1, 3, 3), stride=2),
        case(_rng.random((3, 7, 6)).round(2), whole(_rng, 2, 3, 3, 2), stride=2, padding=1),
        case(_rng.random((2, 8, 8)).round(2), whole(_rng, 4, 2, 5, 3), stride=3, padding=2),
    ],
    hints=(
        "Pad the picture's rows and columns (not its channels) with zeros, make an output of "
        "zeros, and for every place of it cut out the window that it looks at.",
        "The window of place (i, j) is x[:, stride*i : stride*i + kh, stride*j : stride*j + kw]. "
        "Multiply it by weight (NumPy repeats it for each of the c_out kernels) and sum over all "
        "axes but the first.",
    ),
    why="Most networks of this course are made of this loop, and you know now what it costs and "
    "what it sees.",
    points=3,
)

"""`uncertainty_map`: how an answer is tried, and the hints."""

import numpy as np

from learnkit.exercises.table import Exercise, case

_rng = np.random.default_rng(61)

uncertainty_map = Exercise.beside(
    __name__,
    cases=[
        case(
            np.array([[[0.2, 0.5]], [[0.4, 0.5]]]),
            note="two fills of 1 x 2 pixels, which agree in the second pixel",
        ),
        case(np.array([[[0.3, 0.6], [0.1, 0.9]]]), note="one fill alone: it agrees with itself"),
        case(
            np.array([[[0.0, 1.0]], [[1.0, 0.0]], [[1.0, 0.0]], [[0.0, 1.0]]]),
            note="four fills of 1 x 2 pixels",
        ),
        case(
            np.broadcast_to([[0.1, 0.3, 0.6, 0.7, 0.9]], (3, 1, 5)).copy(),
            note="three fills that agree in all pixels",
        ),
        case(_rng.random((5, 3, 4)).round(2)),
        case(_rng.random((3, 3, 3)).round(2), note="three fills of 3 x 3 pixels"),
        case(_rng.random((16, 2, 6)).round(2), note="sixteen fills of 2 x 6 pixels"),
    ],
    rtol=1e-9,
    atol=1e-12,
    hints=(
        "fills is (k, h, w): the first axis counts the fills. Return one number for each "
        "pixel, over the k values that it has.",
        "fills.mean(axis=0) is the mean picture, (h, w). The map is the root of the mean, over "
        "axis 0 again, of (fills - mean)²: np.std with axis=0 does all of it.",
    ),
    why="Where all fills agree the map is 0, where they differ it is large. It is in the units of "
    "the pixels, so 0.2 means: plus or minus 0.2.",
)

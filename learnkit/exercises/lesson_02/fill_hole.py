"""`fill_hole`: how an answer is tried, and the hints."""

import numpy as np

from learnkit.exercises.table import Exercise, case

_rng = np.random.default_rng(2)


_picture, _gap = _rng.random((5, 6)).round(2), np.zeros((5, 6), bool)
_gap[1:4, 2:5] = True
_corner = np.zeros((5, 6), bool)  # no rectangle: it touches two corners, and the border between
_corner[:2, :2] = _corner[4, 3:] = _corner[3, 5] = True
_dot = np.zeros((3, 3), bool)
_dot[1, 1] = True


fill_hole = Exercise.beside(
    __name__,
    cases=[
        case(np.full((3, 3), 0.5), _dot, 0.05, 0),
        case(np.full((3, 3), 0.5), _dot, 0.05, 1),
        case(np.array([[1.0, 0.25, 0.5], [0.0, 0.75, 1.0], [1 / 3, 0.5, 0.8]]), _dot, 0.1, 2),
        case(_picture, _gap, 0.1, 5),
        case(_picture, _corner, 0.1, 7),
        case(_picture, _gap, 0.12, 100),
        case(_picture, _gap, 0.3, 5),  # above 2/L: it must be free to explode
    ],
    hints=(
        "Copy the picture, set the hole to 0. Then, `steps` times: compute roughness_grad of the "
        "whole picture, but move only the pixels in the hole.",
        "`filled[hole] -= lr * roughness_grad(filled)[hole]` touches nothing outside the hole.",
    ),
    why="You wrote an inpainting method. It knows one thing about pictures, that they are "
    "smooth; later methods of the course know more.",
    points=3,
    equivalent=[
        "np.where(hole, -0.0, image)",  # -0 is 0
    ],
)

"""`cut_hole`: how an answer is tried, and the hints."""

import numpy as np

from learnkit.exercises.lesson_00.common import colour, grey
from learnkit.exercises.table import Exercise, case
from learnkit.holes.draw import cut_hole as _cut_hole

_rng = np.random.default_rng(0)


_hole = np.array([[True, False], [False, False]])
_last = np.array([[False, False], [False, True]])


cut_hole = Exercise.beside(
    __name__,
    reference=_cut_hole,
    cases=[
        case(np.array([[0.2, 0.4], [0.6, 0.8]]), _hole),
        case(np.array([[0.2, 0.4], [0.6, 0.8]]), _last),
        case(grey, _rng.random((3, 4)) < 0.4),
        case(grey, np.zeros((3, 4), bool), note="a picture with an empty hole"),
        case(colour, _rng.random((4, 3)) < 0.5, note="a colour picture (4, 3, 3), hole (4, 3)"),
        case(
            _rng.random((3, 3, 3)).round(2),
            np.eye(3) > 0,
            note="a colour picture (3, 3, 3), hole (3, 3)",
        ),
    ],
    hints=(
        "hole is True where pixels are missing. An array can be indexed by a bool array.",
        "Take a copy first, with image.copy(); then set the chosen pixels of the copy to 0.",
    ),
    why="Every method of the course is handed this: a picture with a hole, and where the hole is. "
    "`cut[hole]` picks whole pixels, so grey and colour need no two cases.",
)

"""`warp_by_disparity`: how an answer is tried, and the hints."""

import numpy as np

from learnkit.exercises.sandbox.worker import Count, OddResultError
from learnkit.exercises.table import Exercise, case

_rng = np.random.default_rng(16)


def _picture(height, width):
    return _rng.integers(1, 100, (height, width, 3)) / 100


def _parts(result, right, disparity):
    if not isinstance(result, tuple | list) or len(result) != 2:
        raise OddResultError(
            f"You return a {type(result).__name__}; return two arrays, `return view, hole`."
        )
    view, hole = result
    for name, part, shape in (("view", view, right.shape), ("hole", hole, disparity.shape)):
        if not isinstance(part, np.ndarray):
            raise OddResultError(f"Your {name} is a {type(part).__name__}; return a NumPy array.")
        if part.shape != shape:
            swapped = ": you have swapped the two" if name == "view" and part.ndim == 2 else ""
            raise OddResultError(
                f"Your {name} has the shape {part.shape}{swapped}; it must be {shape}: return a "
                "picture in colour (h, w, 3) first, and then a hole (h, w)."
            )
    if hole.dtype != bool:
        raise OddResultError(
            f"Your hole is of the type {hole.dtype}; a hole is bool, True = to be filled."
        )
    return {
        "view": view,
        "hole": hole,
        "count of pixels in which view and right share memory": Count(
            int(np.shares_memory(view, right))
        ),
    }


_small = np.array([[[0.1, 0.2, 0.3], [0.4, 0.5, 0.6], [0.7, 0.8, 0.9]]])

warp_by_disparity = Exercise.beside(
    __name__,
    cases=[
        case(_small, np.array([[1.0, 1.0, 1.0]]), note="one row of three pixels, disparity 1"),
        case(_small, np.array([[0.0, 0.0, 0.0]]), note="one row of three pixels, disparity 0"),
        case(_small, np.array([[0.0, 0.0, 2.0]]), note="the last pixel alone has a disparity, 2"),
        case(
            _small,
            np.array([[-1.0, -1.0, -1.0]]),
            note="disparity -1: the last pixel lies outside, on the right",
        ),
        case(
            _small,
            np.array([[0.4, 0.8, 1.2]]),
            note="disparities that are no whole numbers: the nearest pixel",
        ),
        case(
            _small,
            np.array([[0.0, np.inf, 1.0]]),
            note="a disparity that is not known, inf: the pixel belongs to the hole",
        ),
        case(
            np.array([[[0.1, 0.2, 0.3], [0.0, 0.0, 0.0], [0.7, 0.8, 0.9]]]),
            np.array([[0.0, 0.0, 1.0]]),
            note="the right picture has a black pixel, which was seen",
        ),
        case(_picture(4, 3), np.full((4, 3), 1.0), note="4 rows, 3 columns, disparity 1"),
        case(_picture(3, 6), (_rng.random((3, 6)) * 4).round(1) + 0.03),
    ],
    probe=_parts,
    hints=(
        "The left pixel in column x is the right pixel in column x - disparity, in the same row. "
        "np.arange(w) - disparity gives all these columns at once, (h, w), and np.round the "
        "nearest whole ones.",
        "A column below 0, or from w on, is outside: that is the hole. Index only where it is "
        "inside: rows, columns = np.nonzero(~hole), then view[rows, columns] = right[rows, "
        "source[rows, columns].astype(int)], with a view that is 0 elsewhere. In a loop, test for "
        "inf with np.isfinite before you round.",
    ),
    why="In this way most of one camera's picture can be computed from the other camera's picture. "
    "What remains is a hole, and you know how to fill holes.",
    points=2,
)

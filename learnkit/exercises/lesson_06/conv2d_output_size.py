"""`conv2d_output_size`: how an answer is tried, and the hints."""

import numpy as np

from learnkit.exercises.sandbox.worker import OddResultError
from learnkit.exercises.table import Exercise, case


def _whole_number(result, size, kernel, stride, padding):
    if isinstance(result, float | np.floating) and float(result).is_integer():
        raise OddResultError(
            "You return a float; a size counts pixels, so it is an int: divide with //, which "
            "rounds down by itself."
        )
    if not isinstance(result, int | np.integer) or isinstance(result, bool):
        raise OddResultError(
            f"You return {result!r}; the exercise asks for one whole number, an int."
        )
    return {"": result}


def _redrawn(_shown, rng):
    kernel, stride = int(rng.integers(1, 12)), int(rng.integers(1, 5))
    return case(kernel + int(rng.integers(0, 200)), kernel, stride, int(rng.integers(0, 4)))


conv2d_output_size = Exercise.beside(
    __name__,
    cases=[
        case(5, 3, 1, 0),
        case(28, 3, 1, 1),
        case(28, 4, 2, 1),
        case(7, 2, 2, 0, note="size = 7, kernel = 2, stride = 2, padding = 0 (one pixel over)"),
        case(224, 11, 4, 2),
        case(10, 3, 3, 2),
        case(3, 3, 2, 0),
        case(9, 5, 3, 1),
    ],
    probe=_whole_number,
    redraw=_redrawn,
    hints=(
        "The first window takes `kernel` pixels. What is left of the padded row, in steps of "
        "`stride`, makes one more window each.",
        "The padded row has size + 2 * padding pixels. Take the kernel away, divide by the stride "
        "and round down, and add 1 for the first window.",
    ),
    why="The sizes inside a CNN follow from this one line; even the paper of AlexNet gets "
    "one wrong.",
)

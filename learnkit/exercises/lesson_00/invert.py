"""`invert`: how an answer is tried, and the hints."""

import numpy as np

from learnkit.exercises.lesson_00.common import colour, grey
from learnkit.exercises.table import Exercise, case

invert = Exercise.beside(
    __name__,
    cases=[
        case(np.array([[0.0, 0.25], [1.0, 0.5]])),
        case(grey),
        case(colour, note="a colour picture of shape (4, 3, 3)"),
        case(np.array([[1 / 3, 0.123456], [0.999, 0.0]])),
    ],
    hints=(
        "White is 1 and black is 0. Which number should 1 become? Which one 0? And 0.25?",
        "NumPy works on all pixels at once: a number minus an array is an array.",
    ),
    why="A picture is numbers, and arithmetic on it is a picture again, so you can subtract "
    "two pictures, which is how the first loss of this course begins.",
)

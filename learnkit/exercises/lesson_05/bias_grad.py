"""`bias_grad`: how an answer is tried, and the hints."""

import numpy as np

from learnkit.byhand import layers
from learnkit.exercises.table import Exercise, case

_rng = np.random.default_rng(5)


bias_grad = Exercise.beside(
    __name__,
    reference=layers.bias_grad,
    cases=[
        case(np.array([[1.0, 2.0]])),
        case(np.array([[1.0, 2.0], [3.0, 5.0]])),
        case(np.array([[1.0], [-2.0], [4.0]])),
        case(np.array([[0.5, -1.0, 2.0], [1.5, 1.0, -3.0], [2.0, 0.0, 0.25]])),
        case(_rng.normal(0, 1, (5, 4)).round(2)),
    ],
    hints=(
        "One bias was added to every row. How many gradients come back to it?",
        "They add up over the rows, the first axis: (n, m) becomes (m,).",
    ),
    why="A number that is used many times gets the sum of the gradients of all its uses: the same "
    "rule gives a convolution's kernel its gradient in lesson 06.",
)

"""`relu_grad`: how an answer is tried, and the hints."""

import numpy as np

from learnkit.byhand import layers
from learnkit.exercises.table import Exercise, case

_rng = np.random.default_rng(5)


relu_grad = Exercise.beside(
    __name__,
    reference=layers.relu_grad,
    cases=[
        case(np.array([2.0]), np.array([3.0])),
        case(np.array([-1.0, 2.0]), np.array([5.0, 7.0])),
        case(np.array([-1.0, 0.0, 2.0]), np.array([4.0, 5.0, -6.0])),
        case(np.array([[3.0, -0.5], [0.0, 1.5]]), np.array([[-2.0, -1.0], [-3.0, 0.5]])),
        case(_rng.normal(0, 1, (4, 5)).round(1), _rng.normal(0, 1, (4, 5)).round(2)),
        case(_rng.normal(0, 1, (2, 3, 2)).round(1), _rng.normal(0, 1, (2, 3, 2)).round(2)),
    ],
    hints=(
        "Where x was positive on the way forward, the gradient is upstream, unchanged. Elsewhere "
        "it is 0.",
        "np.where chooses element by element; the condition is x > 0, so that 0 itself gets 0.",
    ),
    why="Where x > 0 a ReLU passes the gradient on unchanged, through any number of layers; "
    "a sigmoid passes on a quarter at best: that is one reason why deep networks learn.",
    equivalent=[
        "np.where(x > 0, upstream, -0.0)",  # -0 is 0
    ],
)

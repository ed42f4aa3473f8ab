"""`conv2d_weight_grad`: how an answer is tried, and the hints."""

import numpy as np

from learnkit.exercises.lesson_06.common import whole
from learnkit.exercises.table import Exercise, case

_rng = np.random.default_rng(6)


conv2d_weight_grad = Exercise.beside(
    __name__,
    cases=[
        case(np.array([[[1.0, 2.0], [3.0, 5.0]]]), np.array([[[10.0]]]), 2),
        case(whole(_rng, 1, 3, 3), np.array([[[1.0, 0.0], [0.0, 2.0]]]), 2),
        case(whole(_rng, 1, 4, 5), whole(_rng, 1, 2, 3), 3),
        case(whole(_rng, 2, 3, 4), whole(_rng, 3, 2, 3), 2),
        case(whole(_rng, 3, 4, 3), whole(_rng, 2, 4, 3), 1),
        case(_rng.random((2, 6, 7)).round(2), _rng.normal(0, 1, (4, 4, 5)).round(2), 3),
    ],
    hints=(
        "For each place (a, b) in the kernel: by which pixels was w[o, c, a, b] multiplied on the "
        "way forward? A window of the picture, as large as the output, shifted by (a, b).",
        "That window is image[:, a : a + h, b : b + w] with h, w = grad_out.shape[1:]. Multiply "
        "it by grad_out and sum over rows and columns, for every pair of channels.",
    ),
    why="A convolution learns by a convolution: with this line a network finds its own edges.",
    points=3,
)

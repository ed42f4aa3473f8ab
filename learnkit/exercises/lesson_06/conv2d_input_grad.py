"""`conv2d_input_grad`: how an answer is tried, and the hints."""

import numpy as np

from learnkit.exercises.lesson_06.common import whole
from learnkit.exercises.table import Exercise, case

_rng = np.random.default_rng(61)


conv2d_input_grad = Exercise.beside(
    __name__,
    cases=[
        case(np.array([[[[1.0, 2.0], [3.0, 5.0]]]]), np.array([[[10.0]]])),
        case(np.array([[[[1.0, 2.0], [3.0, 5.0]]]]), np.array([[[1.0, 10.0]]])),
        case(whole(_rng, 1, 1, 3, 3), whole(_rng, 1, 2, 3)),
        case(whole(_rng, 2, 3, 1, 1), whole(_rng, 2, 2, 2)),
        case(whole(_rng, 2, 2, 2, 3), whole(_rng, 2, 3, 2)),
        case(whole(_rng, 3, 1, 3, 2), whole(_rng, 3, 3, 4)),
        case(_rng.normal(0, 1, (4, 2, 3, 3)).round(2), _rng.normal(0, 1, (4, 4, 5)).round(2)),
    ],
    hints=(
        "Which pixels did output (i, j) use? Each of them gets the gradient of this output times "
        "the weight that it was multiplied by: the output stamps the kernel, at (i, j).",
        "Begin with zeros of shape (c_in, h' + kh - 1, w' + kw - 1). For each place add, to the "
        "window that begins there, the sum over o of grad_out[o, i, j] * weight[o].",
    ),
    why="Through this line the first layer gets its gradient. Used forward it is the transposed "
    "convolution, with which many networks make pictures larger.",
    points=3,
)

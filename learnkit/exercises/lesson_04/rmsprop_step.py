"""`rmsprop_step`: how an answer is tried, and the hints."""

import numpy as np

from learnkit.byhand import optim
from learnkit.exercises.lesson_04.common import parts
from learnkit.exercises.table import Exercise, case

_rng = np.random.default_rng(4)


rmsprop_step = Exercise.beside(
    __name__,
    reference=optim.rmsprop_step,
    cases=[
        case(np.array([1.0]), np.array([2.0]), np.array([4.0]), lr=0.5, alpha=0.5, eps=0.0),
        case(np.array([1.0]), np.array([4.0]), np.array([0.0]), lr=0.25, alpha=0.75, eps=1.0),
        case(np.array([1.0, -2.0]), np.array([0.5, -3.0]), np.array([1.0, 2.0])),
        case(np.array([1.0, 2.0]), np.array([1e-9, 0.0]), np.array([0.0, 0.0]), lr=1.0, eps=1e-8),
        case(np.array([0.0, 0.0]), np.array([1000.0, 0.001]), np.zeros(2), lr=0.1, alpha=0.9),
        case(
            *_rng.normal(0, 2, (2, 3, 4)).round(2),
            _rng.random((3, 4)).round(2),
            lr=0.03,
            alpha=0.8,
            eps=0.1,
        ),
    ],
    probe=parts("x", "square_avg"),
    hints=(
        "First the new running mean: alpha times the old one, plus 1 - alpha times the squared "
        "gradient. Then the step: lr times the gradient, divided by the root of the new mean.",
        "square_avg = alpha * square_avg + (1 - alpha) * grad**2; x moves by lr * grad divided by "
        "(np.sqrt(square_avg) + eps).",
    ),
    why="The gradients of a network's weights differ a thousandfold; each weight gets its own step "
    "size, and (with alpha = 0.99) no step is longer than ten lr, however large the gradient.",
)

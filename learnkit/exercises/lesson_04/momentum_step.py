"""`momentum_step`: how an answer is tried, and the hints."""

import numpy as np

from learnkit.byhand import optim
from learnkit.exercises.lesson_04.common import parts
from learnkit.exercises.table import Exercise, case

_rng = np.random.default_rng(4)


momentum_step = Exercise.beside(
    __name__,
    reference=optim.momentum_step,
    cases=[
        case(np.array([1.0]), np.array([2.0]), np.array([0.0]), lr=0.5, momentum=0.5),
        case(np.array([1.0]), np.array([2.0]), np.array([4.0]), lr=0.25, momentum=0.5),
        case(np.array([1.0, -2.0]), np.array([0.5, 3.0]), np.array([-1.0, 2.0])),
        case(np.array([1.0, -2.0]), np.array([0.0, 0.0]), np.array([8.0, -4.0]), lr=0.1),
        case(np.array([3.0]), np.array([2.0]), np.array([5.0]), lr=0.1, momentum=0.0),
        case(*_rng.normal(0, 2, (3, 3, 4)).round(2), lr=0.03, momentum=0.8),
    ],
    probe=parts("x", "velocity"),
    hints=(
        "First the new velocity: the old one times momentum, plus the gradient. Then the new x: x "
        "minus the learning rate times the new velocity.",
        "velocity = momentum * velocity + grad makes a new array, and x - lr * velocity another. "
        "Return both.",
    ),
    why="In a ravine of condition number κ it needs about √κ steps where plain descent needs κ, "
    "with the best lr and momentum, and costs only one array of memory.",
)

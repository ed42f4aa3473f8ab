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
        "First the velocity: what is left of the old one, and the gradient. Then the place: "
        "against the new velocity, by the learning rate.",
        "velocity = momentum * velocity + grad makes a new array, and x - lr * velocity another. "
        "Return both.",
    ),
    why="In a ravine of condition number κ it needs some √κ steps where plain descent needs κ: the "
    "cheapest speed-up of the field, one array of memory.",
)

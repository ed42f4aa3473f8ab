"""`adam_step`: how an answer is tried, and the hints."""

import numpy as np

from learnkit.byhand import optim
from learnkit.exercises.lesson_04.common import parts
from learnkit.exercises.table import Exercise, case

_rng = np.random.default_rng(4)


_m, _v = _rng.normal(0, 1, (2, 3)).round(2), _rng.random((2, 3)).round(2)


adam_step = Exercise.beside(
    __name__,
    reference=optim.adam_step,
    cases=[
        case(
            np.array([1.0]),
            np.array([4.0]),
            np.zeros(1),
            np.zeros(1),
            1,
            lr=0.5,
            beta1=0.5,
            beta2=0.75,
            eps=0.0,
        ),
        case(
            np.array([1.0]),
            np.array([2.0]),
            np.array([2.0]),
            np.array([4.0]),
            2,
            lr=0.5,
            beta1=0.5,
            beta2=0.5,
            eps=1.0,
        ),
        case(np.array([1.0, -2.0]), np.array([0.5, -3.0]), np.zeros(2), np.zeros(2), 1),
        case(
            np.array([1.0, -2.0]),
            np.array([0.5, -3.0]),
            np.array([0.1, -0.2]),
            np.array([0.01, 0.02]),
            2,
            lr=0.1,
        ),
        case(np.array([0.0, 1.0]), np.array([1e-9, 0.0]), np.zeros(2), np.zeros(2), 1, lr=1.0),
        case(*_rng.normal(0, 2, (2, 2, 3)).round(2), _m, _v, 1000, lr=0.1),
        case(
            *_rng.normal(0, 2, (2, 2, 3)).round(2),
            _m,
            _v,
            5,
            lr=0.2,
            beta1=0.8,
            beta2=0.6,
            eps=0.1,
        ),
    ],
    probe=parts("x", "m", "v"),
    hints=(
        "First compute the new m and v. Then correct copies of them for their start at zero, and "
        "step with the copies. Return m and v without the correction.",
        "m = beta1 * m + (1 - beta1) * grad, and v likewise with beta2 and grad**2. "
        "m_hat = m / (1 - beta1**t), v_hat = v / (1 - beta2**t); x moves by lr * m_hat over "
        "(np.sqrt(v_hat) + eps).",
    ),
    why="The most used optimizer of the field, in four lines: most networks from lesson 05 on "
    "are trained by it, or by its variant AdamW.",
    points=2,
)

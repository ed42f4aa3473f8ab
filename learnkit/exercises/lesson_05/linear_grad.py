"""`linear_grad`: how an answer is tried, and the hints."""

import numpy as np

from learnkit.byhand import layers
from learnkit.exercises.sandbox.worker import OddResultError
from learnkit.exercises.table import Exercise, case

_rng = np.random.default_rng(5)


def _two(result, x, w, upstream):
    if not isinstance(result, tuple | list) or len(result) != 2:
        got = f"{len(result)} things" if isinstance(result, tuple | list) else "one thing"
        raise OddResultError(f"You return {got}; return two gradients: return grad_x, grad_w.")
    return {"grad_x": result[0], "grad_w": result[1]}


linear_grad = Exercise.beside(
    __name__,
    reference=layers.linear_grad,
    cases=[
        case(np.array([[2.0]]), np.array([[3.0]]), np.array([[1.0]])),
        case(np.array([[1.0, 2.0]]), np.array([[3.0], [4.0]]), np.array([[10.0]])),
        case(*_rng.integers(-3, 4, (3, 2, 2)).astype(float)),
        case(np.array([[1.0], [2.0], [3.0]]), np.array([[1.0, -1.0]]), np.eye(3)[:, :2]),
        case(_rng.random((4, 3)).round(2), _rng.random((3, 5)).round(2), _rng.random((4, 5))),
    ],
    probe=_two,
    hints=(
        "Write the shapes side by side: x (n, d), w (d, m), upstream (n, m). Which product of two "
        "of them has the shape of the third?",
        "grad_x is (n, d) = (n, m) times (m, d), and w.T is (m, d). grad_w is (d, m) = (d, n) "
        "times (n, m).",
    ),
    why="Two matrix products: that is all that a layer of a network needs to learn, and what "
    "graphics processors are built for.",
)

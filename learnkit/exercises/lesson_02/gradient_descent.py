"""`gradient_descent`: how an answer is tried, and the hints."""

import numpy as np

from learnkit.byhand import optim
from learnkit.exercises.sandbox.worker import OddResultError, Shared
from learnkit.exercises.table import Exercise, case


def _bowl(curvature, x0, lr, steps):
    """The gradient function of a bowl, Σ curvature x² / 2, in place of the curvatures.

    Where all curvatures are 1, the gradient at x is x: the very array that it is asked about.
    """

    def grad(x):
        return x if (curvature == 1).all() else curvature * x

    return (grad, x0, lr, steps), {}


def _path(result, grad, x0, lr, steps):
    if not isinstance(result, list):
        shape = f" of shape {result.shape}" if isinstance(result, np.ndarray) else ""
        raise OddResultError(
            f"You return a {type(result).__name__}{shape}; the exercise asks for a list of steps "
            "+ 1 arrays, the start first."
        )
    if not all(isinstance(point, np.ndarray) and point.shape == x0.shape for point in result):
        raise OddResultError(
            f"Every place of the list must hold a NumPy array of the shape {x0.shape} of x0."
        )
    arrays = [x0, *result]
    again = sum(
        any(np.shares_memory(p, q) for q in arrays[:i]) for i, p in enumerate(arrays) if i > 0
    )
    return {
        "length of the list": len(result),
        "count of results that share memory with what was given": Shared(again),
        "path": np.array(result, dtype=float).reshape(len(result), *x0.shape),
    }


def _bowl_case(curvature, x0, lr, steps):
    slope = "x" if curvature == [1.0] else f"{curvature} * x"
    shown = f"grad(x) = {slope}\nx0 = {x0}, lr = {lr}, steps = {steps}"
    return case(np.array(curvature), np.array(x0), lr, steps, note=shown)


gradient_descent = Exercise.beside(
    __name__,
    reference=optim.gradient_descent,
    cases=[
        _bowl_case([2.0], [1.0], 0.25, 1),
        _bowl_case([2.0], [1.0], 0.25, 2),
        _bowl_case([1.0, 4.0], [3.0, -2.0], 0.1, 4),
        _bowl_case([1.0], [5.0], 0.5, 0),
        _bowl_case([1.0], [0.0], 0.5, 3),  # already at the bottom
        _bowl_case([1.0], [5.0], 3.0, 4),  # flies apart
        _bowl_case([[1.0, 2.0], [3.0, 4.0]], [[1.0, 1.0], [-1.0, 2.0]], 0.6, 3),
    ],
    build=_bowl,
    probe=_path,
    hints=(
        "Keep a list. It starts with a copy of x0. Each round adds one array: the last one, moved "
        "against its gradient.",
        "The next point is path[-1] - lr * grad(path[-1]); that makes a new array by itself.",
    ),
    why="Every network of this course is trained by a loop like this one; what changes is "
    "the step, and where grad comes from.",
    points=2,
)

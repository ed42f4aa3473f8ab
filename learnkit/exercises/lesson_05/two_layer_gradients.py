"""`two_layer_gradients`: how an answer is tried, and the hints."""

import numpy as np

from learnkit.byhand.layers import linear_grad, relu, relu_grad
from learnkit.byhand.losses import mse_loss_grad
from learnkit.exercises.sandbox.worker import OddResultError
from learnkit.exercises.table import Exercise, case

__all__ = ["linear_grad", "mse_loss_grad", "relu", "relu_grad", "two_layer_gradients"]

_rng = np.random.default_rng(55)
_NAMES = "w1", "b1", "w2", "b2"


def _weights(x, target, w1, b1, w2, b2):
    """The four arrays as one list, which is what the lesson calls it with."""
    return (x, target, [w1, b1, w2, b2]), {}


def _four(result, x, target, weights):
    if not isinstance(result, tuple | list) or len(result) != 4:
        got = f"{len(result)} things" if isinstance(result, tuple | list) else "one thing"
        raise OddResultError(
            f"You return {got}; asked are four gradients, in the order of the weights: "
            "return grad_w1, grad_b1, grad_w2, grad_b2."
        )
    return {f"gradient of {name}": part for name, part in zip(_NAMES, result, strict=True)}


def _case(n, d, hidden, k, whole=False):
    shapes = (n, d), (n, k), (d, hidden), (hidden,), (hidden, k), (k,)
    if whole:
        return case(*(_rng.integers(-2, 3, shape).astype(float) for shape in shapes))
    return case(*(_rng.normal(0, 1, shape).round(2) for shape in shapes))


two_layer_gradients = Exercise.beside(
    __name__,
    cases=[
        case(
            np.array([[1.0, 2.0]]),
            np.array([[1.0]]),
            np.array([[1.0, -1.0], [1.0, 0.5]]),
            np.array([0.0, -1.0]),
            np.array([[2.0], [1.0]]),
            np.array([0.5]),
        ),
        _case(2, 2, 3, 1, whole=True),
        _case(3, 2, 3, 2, whole=True),
        _case(3, 3, 3, 3),
        _case(5, 4, 6, 2),
        _case(4, 2, 8, 3),
    ],
    build=_weights,
    probe=_four,
    hints=(
        "Forwards first, and keep what comes in between: z = x @ w1 + b1, h = relu(z), y = h @ w2 "
        "+ b2. Backwards begin at the loss, mse_loss_grad(y, target), and walk the same lines in "
        "the other order.",
        "up = mse_loss_grad(y, target). The second layer: back, grad_w2 = linear_grad(h, w2, up), "
        "and bias_grad(up). Through the gate: up1 = relu_grad(z, back). The first layer: the same "
        "with x, w1 and up1.",
    ),
    why="This is all of backpropagation: each layer takes the gradient from above, keeps the part "
    "for its own weights, and hands the rest down.",
    points=3,
)

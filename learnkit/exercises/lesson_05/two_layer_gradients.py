"""`two_layer_gradients`: how an answer is tried, and the hints."""

import numpy as np

from learnkit.byhand.layers import linear_grad, relu, relu_grad
from learnkit.byhand.losses import mse_loss_grad
from learnkit.exercises.example import shown
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
            f"You return {got}; return four gradients, in the order of the weights: "
            "return grad_w1, grad_b1, grad_w2, grad_b2."
        )
    return {f"gradient of {name}": part for name, part in zip(_NAMES, result, strict=True)}


def _told(*arrays):
    """The case with all its arrays written down: the reference has one name for the last four."""
    heads = [f"{name} = " for name in ("x", "target", *_NAMES)]
    texts = (shown(array).replace("\n", "\n" + " " * 9) for array in arrays)
    lines = (head.rjust(9) + text for head, text in zip(heads, texts, strict=True))
    return case(*arrays, note="\n".join(lines))


def _case(n, d, hidden, m, whole=False):
    shapes = (n, d), (n, m), (d, hidden), (hidden,), (hidden, m), (m,)
    if whole:
        return _told(*(_rng.integers(-2, 3, shape).astype(float) for shape in shapes))
    return _told(*(_rng.normal(0, 1, shape).round(2) for shape in shapes))


two_layer_gradients = Exercise.beside(
    __name__,
    cases=[
        _told(
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
        "Forward first, and keep the intermediate results: z = x @ w1 + b1, h = relu(z), y = h @ "
        "w2 + b2. Backward begin at the loss, mse_loss_grad(y, target), and take the same steps in "
        "reverse order.",
        "up = mse_loss_grad(y, target). The second layer: back, grad_w2 = linear_grad(h, w2, up), "
        "and bias_grad(up). Through the ReLU: up1 = relu_grad(z, back). The first layer: the same "
        "with x, w1 and up1.",
    ),
    why="This is all of backpropagation: each layer is given the gradient with respect to its "
    "output, computes those of its own weights, and hands on the one with respect to its input.",
    points=3,
)

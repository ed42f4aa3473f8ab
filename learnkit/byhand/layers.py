"""Layers by hand: each value, and right under it what it passes back.

A layer in the middle of a network is no loss: it has no number to take the slope of. It is handed
`upstream`, the gradient of the loss by its output, and gives the gradient by its input (the chain
rule, one link). So `relu_grad(x, upstream)` is upstream times the slope, in the shape of x.
"""

import numpy as np

from learnkit.shapes import (
    Array,
    Matrix,
    Vector,
    check_alike,
    check_float,
    check_floats,
    check_shape,
)


def linear(x: Matrix, w: Matrix, bias: Vector | None = None) -> Matrix:
    """x w + b: (n, d) times (d, k) gives (n, k); each output is a weighted sum of all inputs.

    torch's F.linear keeps its weight the other way round, (k, d).
    Raises ValueError where the sizes do not fit, TypeError where x is not float.

    >>> linear(np.array([[1.0, 2.0]]), np.array([[3.0], [4.0]]), np.array([0.5]))
    array([[11.5]])
    """
    _check_linear(x, w)
    if bias is None:
        return x @ w
    check_float(bias, "bias")
    check_shape(bias, w.shape[1:], "bias")
    return x @ w + bias


def linear_grad(x: Matrix, w: Matrix, upstream: Matrix) -> tuple[Matrix, Matrix]:
    """(u wᵀ, xᵀ u), by x and by w: each product the only one whose shapes fit.

    >>> linear_grad(np.array([[1.0, 2.0]]), np.array([[3.0], [4.0]]), np.array([[1.0]]))
    (array([[3., 4.]]), array([[1.],
           [2.]]))
    """
    _check_linear(x, w)
    check_float(upstream, "upstream")
    check_shape(upstream, (len(x), w.shape[1]), "upstream")
    return upstream @ w.T, x.T @ upstream


def bias_grad(upstream: Matrix) -> Vector:
    """Σ over the batch, (n, d) to (d,): the bias was added to every row.

    >>> bias_grad(np.array([[1.0, 2.0], [3.0, 4.0]]))
    array([4., 6.])
    """
    check_float(upstream, "upstream")
    if upstream.ndim != 2:
        raise ValueError(f"upstream must have shape (n, d), a row a picture, got {upstream.shape}")
    return upstream.sum(axis=0)


def sigmoid(z: Array) -> Array:
    """σ(z) = 1 / (1 + e^-z), right in both tails: only e to a negative power is ever taken.

    >>> sigmoid(np.array([-800.0, 0.0, 800.0]))
    array([0. , 0.5, 1. ])
    """
    check_float(z, "z")
    small = np.exp(-np.abs(z))  # in (0, 1]: underflows to 0, never overflows
    return np.where(z >= 0, 1.0, small) / (1 + small)


def sigmoid_grad(z: Array, upstream: Array) -> Array:
    """u σ (1 - σ): at most 1/4, and dead in both tails.

    >>> sigmoid_grad(np.array([0.0]), np.array([1.0]))
    array([0.25])
    """
    check_alike(z=z, upstream=upstream)
    return upstream * sigmoid(z) * sigmoid(-z)  # 1 - σ(z) = σ(-z), without the rounding


def tanh(z: Array) -> Array:
    """tanh z = 2 σ(2z) - 1: a sigmoid from -1 to 1, steep at zero.

    >>> tanh(np.array([0.0]))
    array([0.])
    """
    check_float(z, "z")
    return np.tanh(z)


def tanh_grad(z: Array, upstream: Array) -> Array:
    """u (1 - tanh² z).

    >>> tanh_grad(np.array([0.0]), np.array([3.0]))
    array([3.])
    """
    check_alike(z=z, upstream=upstream)
    return upstream * 4 * sigmoid(2 * z) * sigmoid(-2 * z)  # 1 - tanh² without cancellation


def relu(x: Array) -> Array:
    """max(x, 0).

    >>> relu(np.array([-1.0, 2.0]))
    array([0., 2.])
    """
    check_float(x, "x")
    return np.maximum(x, 0)


def relu_grad(x: Array, upstream: Array) -> Array:
    """A gate: u where x > 0, else 0; at the kink itself 0, as in torch.

    >>> relu_grad(np.array([-1.0, 0.0, 2.0]), np.array([5.0, 5.0, 5.0]))
    array([0., 0., 5.])
    """
    check_alike(x=x, upstream=upstream)
    return np.where(x > 0, upstream, 0.0)


def log_softmax(z: Array) -> Array:
    """z - log Σ e^z over the last axis, with the largest z taken out first, so no overflow.

    >>> log_softmax(np.array([[1000.0, 1000.0]]))
    array([[-0.69314718, -0.69314718]])
    """
    check_float(z, "z")
    if z.ndim == 0 or z.shape[-1] == 0:
        raise ValueError(f"z must have at least one class along its last axis, got {z.shape}")
    z = z - z.max(axis=-1, keepdims=True)
    return z - np.log(np.exp(z).sum(axis=-1, keepdims=True))


def log_softmax_grad(z: Array, upstream: Array) -> Array:
    """u - softmax(z) Σ u: what one class gains, all others pay for, by their shares.

    >>> log_softmax_grad(np.array([[0.0, 0.0]]), np.array([[1.0, 0.0]]))
    array([[ 0.5, -0.5]])
    """
    check_alike(z=z, upstream=upstream)
    return upstream - softmax(z) * upstream.sum(axis=-1, keepdims=True)


def softmax(z: Array) -> Array:
    """e^z / Σ e^z over the last axis: numbers into probabilities.

    >>> softmax(np.array([[0.0, 0.0]]))
    array([[0.5, 0.5]])
    """
    return np.exp(log_softmax(z))


def softmax_grad(z: Array, upstream: Array) -> Array:
    """s (u - Σ s u): what one class wins, the others lose, so it sums to zero.

    >>> softmax_grad(np.array([[0.0, 0.0]]), np.array([[1.0, 0.0]]))
    array([[ 0.25, -0.25]])
    """
    check_alike(z=z, upstream=upstream)
    s = softmax(z)
    return s * (upstream - (s * upstream).sum(axis=-1, keepdims=True))


def dropout(x: Array, p: float, *, generator: np.random.Generator) -> tuple[Array, Array]:
    """(x kept / (1 - p), kept): each number is lost with probability p, the rest grow to make up.

    Only for training; at test time nothing is dropped, and nothing needs scaling.
    Raises ValueError unless 0 <= p < 1. Source: Srivastava et al. (2014), section 10, inverted.

    >>> dropout(np.ones(4), 0.0, generator=np.random.default_rng(0))[0]
    array([1., 1., 1., 1.])
    """
    check_float(x, "x")
    if not 0 <= p < 1:
        raise ValueError(f"p must lie in [0, 1), got {p}; 0.5 drops every second number")
    if not isinstance(generator, np.random.Generator):
        raise TypeError(f"generator must be np.random.default_rng(seed), got {generator!r}")
    scale = (generator.random(x.shape) >= p) / (1 - p)  # 0 where dropped
    return x * scale, scale


def dropout_grad(scale: Array, upstream: Array) -> Array:
    """u times the scale of the forward pass: what was dropped has no say.

    >>> dropout_grad(np.array([0.0, 2.0]), np.array([1.0, 1.0]))
    array([0., 2.])
    """
    check_alike(scale=scale, upstream=upstream)
    return upstream * scale


def _check_linear(x: Matrix, w: Matrix) -> None:
    check_floats(x=x, w=w)
    if x.ndim != 2 or w.ndim != 2:
        raise ValueError(f"x must be (n, d) and w (d, k), got {x.shape} and {w.shape}")
    if x.shape[1] != w.shape[0]:
        raise ValueError(
            f"x has {x.shape[1]} columns and w has {w.shape[0]} rows; they must be as many: "
            f"x {x.shape}, w {w.shape}"
        )

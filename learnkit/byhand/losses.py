"""Losses by hand: each value, and right under it its gradient.

A loss is a mean over all N elements, as in torch.nn.functional, so a gradient has 1/N.
Roughness alone is a sum: it is an energy, and its minimum is what matters.
Every gradient is taken with respect to the first argument, and has that argument's shape.
"""

import math

import numpy as np

from learnkit.shapes import Array, Grey, check_same_shape


def mse_loss(pred: Array, target: Array) -> float:
    """Mean squared error, mean((p - t)²), in the square of the images' unit.

    Raises ValueError where the shapes differ.

    >>> mse_loss(np.array([0.0, 1.0]), np.array([0.0, 0.5]))
    0.125
    """
    check_same_shape(pred, target)
    return float(np.mean((pred - target) ** 2))


def mse_loss_grad(pred: Array, target: Array) -> Array:
    """2 (p - t) / N: the pull grows with the error, so outliers rule.

    >>> mse_loss_grad(np.array([0.0, 1.0]), np.array([0.0, 0.5]))
    array([0. , 0.5])
    """
    check_same_shape(pred, target)
    return 2 * (pred - target) / pred.size


def l1_loss(pred: Array, target: Array) -> float:
    """Mean absolute error, mean(|p - t|), in the images' unit.

    Raises ValueError where the shapes differ.

    >>> l1_loss(np.array([0.0, 1.0]), np.array([0.0, 0.5]))
    0.25
    """
    check_same_shape(pred, target)
    return float(np.mean(np.abs(pred - target)))


def l1_loss_grad(pred: Array, target: Array) -> Array:
    """sign(p - t) / N: every wrong pixel pulls alike, so the median wins; 0 where p = t.

    >>> l1_loss_grad(np.array([0.0, 1.0]), np.array([0.0, 0.5]))
    array([0. , 0.5])
    """
    check_same_shape(pred, target)
    return np.sign(pred - target) / pred.size


def psnr(pred: Array, target: Array, data_range: float = 1.0) -> float:
    """Peak signal-to-noise ratio, 10 log10(R² / MSE), in dB; infinite for equal pictures.

    R is the largest difference that two pixels can have: 1 for pictures in [0, 1], 255 for bytes.
    Ten dB more is a tenth of the squared error.
    Raises ValueError where the shapes differ, or `data_range` is not positive.

    >>> psnr(np.array([0.1]), np.array([0.0]))  # a tenth of the range off
    20.0
    """
    if not data_range > 0:
        raise ValueError(f"data_range must be positive, got {data_range}; it is 1.0 for [0, 1]")
    error = mse_loss(pred, target)
    return math.inf if error == 0 else 10 * math.log10(data_range**2 / error)


def roughness(image: Grey) -> float:
    """Sum of (difference)² over the pairs of neighbours, each pair once, none beyond the border.

    A smooth picture has little of it: this is the prior of the harmonic fill, the discrete
    Dirichlet energy.

    >>> roughness(np.array([[0.0, 1.0], [0.0, 1.0]]))  # two of the four pairs differ, by 1
    2.0
    """
    return float(np.sum(np.diff(image, axis=0) ** 2) + np.sum(np.diff(image, axis=1) ** 2))


def roughness_grad(image: Grey) -> Grey:
    """2 Σ (own value - neighbour's), summed over a pixel's two to four neighbours.

    It is zero all over a hole when every pixel there is the mean of its neighbours.

    >>> roughness_grad(np.array([[0.0, 1.0]]))
    array([[-2., 2.]])
    """
    grad = np.zeros_like(image)
    for axis in (0, 1):
        step = 2 * np.diff(image, axis=axis)  # one number a pair: it pulls up one end ...
        g, s = np.moveaxis(grad, axis, 0), np.moveaxis(step, axis, 0)  # views, not copies
        g[1:] += s
        g[:-1] -= s  # ... and the other end down
    return grad

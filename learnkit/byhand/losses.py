"""Losses by hand: each value, and right under it its gradient.

A loss is a mean over all N elements, as in torch.nn.functional, so a gradient has 1/N. Others say
what they are: cross-entropy with labels is a mean over n rows, the KL divergence one number a row,
roughness a sum (an energy), PSNR a score in dB.
Every gradient is taken with respect to the first argument, and has that argument's shape.
"""

import math

import numpy as np

from learnkit.byhand.layers import log_softmax, sigmoid, softmax
from learnkit.shapes import (
    Array,
    Grey,
    Labels,
    Matrix,
    Vector,
    check_alike,
    check_float,
    check_labels,
    span,
)

LOG_FLOOR = -100.0  # nats: to be sure and wrong costs 100, not infinity; the floor that torch has
FLATTEST = float(np.float32(1e-12))  # the least p (1 - p) that a gradient divides by, as in torch


def mse_loss(pred: Array, target: Array) -> float:
    """Mean squared error, mean((p - t)²), in the square of the images' unit.

    Raises ValueError where the shapes differ, TypeError where a picture is not float.

    >>> mse_loss(np.array([0.0, 1.0]), np.array([0.0, 0.5]))
    0.125
    """
    _check_pair(pred, target)
    return float(np.mean((pred - target) ** 2))


def mse_loss_grad(pred: Array, target: Array) -> Array:
    """2 (p - t) / N: the pull grows with the error, so outliers rule.

    >>> mse_loss_grad(np.array([0.0, 1.0]), np.array([0.0, 0.5]))
    array([0. , 0.5])
    """
    _check_pair(pred, target)
    return 2 * (pred - target) / pred.size


def l1_loss(pred: Array, target: Array) -> float:
    """Mean absolute error, mean(|p - t|), in the images' unit.

    Raises ValueError where the shapes differ.

    >>> l1_loss(np.array([0.0, 1.0]), np.array([0.0, 0.5]))
    0.25
    """
    _check_pair(pred, target)
    return float(np.mean(np.abs(pred - target)))


def l1_loss_grad(pred: Array, target: Array) -> Array:
    """sign(p - t) / N: every wrong pixel pulls alike, so the median wins; 0 where p = t.

    >>> l1_loss_grad(np.array([0.0, 1.0]), np.array([0.0, 0.5]))
    array([0. , 0.5])
    """
    _check_pair(pred, target)
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
    _check_grey(image)
    return float(np.sum(np.diff(image, axis=0) ** 2) + np.sum(np.diff(image, axis=1) ** 2))


def roughness_grad(image: Grey) -> Grey:
    """2 Σ (own value - neighbour's), summed over a pixel's two to four neighbours.

    It is zero all over a hole when every pixel there is the mean of its neighbours.

    >>> roughness_grad(np.array([[0.0, 1.0]]))
    array([[-2., 2.]])
    """
    _check_grey(image)
    grad = np.zeros_like(image)
    for axis in (0, 1):
        step = 2 * np.diff(image, axis=axis)  # one number a pair: it pulls up one end ...
        g, s = np.moveaxis(grad, axis, 0), np.moveaxis(step, axis, 0)  # views, not copies
        g[1:] += s
        g[:-1] -= s  # ... and the other end down
    return grad


def binary_cross_entropy(pred: Array, target: Array) -> float:
    """Mean of -t log p - (1 - t) log(1 - p), in nats; a grey target t is a mixed bet.

    Least at p = t, where it is the entropy of t: above zero unless t is 0 or 1.
    Raises ValueError where `pred` is no probability: for logits there is the next function.
    Source: Bishop, Pattern Recognition and Machine Learning (2006), eq. 4.90.

    >>> binary_cross_entropy(np.array([0.5]), np.array([1.0]))  # log 2
    0.6931471805599453
    """
    _check_probabilities(pred, target)
    with np.errstate(divide="ignore"):  # log 0 is meant, and floored
        log_p = np.maximum(np.log(pred), LOG_FLOOR)
        log_q = np.maximum(np.log1p(-pred), LOG_FLOOR)
    return float(np.mean(-target * log_p - (1 - target) * log_q))


def binary_cross_entropy_grad(pred: Array, target: Array) -> Array:
    """(p - t) / (p (1 - p)) / N: the surer and wronger, the harder the pull.

    >>> binary_cross_entropy_grad(np.array([0.25]), np.array([1.0]))
    array([-4.])
    """
    _check_probabilities(pred, target)
    return (pred - target) / np.maximum(pred * (1 - pred), FLATTEST) / pred.size


def binary_cross_entropy_with_logits(logits: Array, target: Array) -> float:
    """Binary cross-entropy of σ(z) and t, with the sigmoid never formed, so no floor.

    -t log σ(z) - (1 - t) log(1 - σ(z)) = max(z, 0) - z t + log(1 + e^-|z|)

    >>> binary_cross_entropy_with_logits(np.array([-800.0]), np.array([1.0]))
    800.0
    """
    _check_bets(logits, target)
    log_term = np.log1p(np.exp(-np.abs(logits)))  # the exponent is never positive
    return float(np.mean(np.maximum(logits, 0) - logits * target + log_term))


def binary_cross_entropy_with_logits_grad(logits: Array, target: Array) -> Array:
    """(σ(z) - t) / N: the log undoes the sigmoid, and the plain error is left.

    >>> binary_cross_entropy_with_logits_grad(np.array([0.0]), np.array([1.0]))
    array([-0.5])
    """
    _check_bets(logits, target)
    return (sigmoid(logits) - target) / logits.size


def cross_entropy(logits: Matrix, labels: Labels) -> float:
    """Mean over n of -log softmax(z)[label], in nats: the surprise at the right class.

    Raises ValueError where a label is no class, or there is not one label a row.

    >>> cross_entropy(np.zeros((1, 4)), np.array([2]))  # four classes, no idea: log 4
    1.3862943611198906
    """
    check_labels(labels, logits)
    return float(-np.mean(log_softmax(logits)[np.arange(len(labels)), labels]))


def cross_entropy_grad(logits: Matrix, labels: Labels) -> Matrix:
    """(softmax(z) - one-hot) / n: pushes the right class up, all others down.

    >>> cross_entropy_grad(np.zeros((1, 2)), np.array([1]))
    array([[ 0.5, -0.5]])
    """
    check_labels(labels, logits)
    grad = softmax(logits)
    grad[np.arange(len(labels)), labels] -= 1
    return grad / len(labels)


def kl_divergence(mean: Matrix, log_var: Matrix) -> Vector:
    """KL(N(μ, σ²) || N(0, 1)), summed over the d numbers of a row: (n, d) gives (n,), in nats.

    Σ (μ² + σ² - 1 - log σ²) / 2, with `log_var` = log σ²; zero exactly at μ = 0, σ = 1.
    Source: Kingma and Welling (2014), appendix B.

    >>> kl_divergence(np.array([[1.0, 0.0]]), np.zeros((1, 2)))
    array([0.5])
    """
    _check_gaussian(mean, log_var)
    return 0.5 * np.sum(mean**2 + np.exp(log_var) - 1 - log_var, axis=1)


def kl_divergence_grad(mean: Matrix, log_var: Matrix) -> tuple[Matrix, Matrix]:
    """(μ, (σ² - 1) / 2), of the sum over rows, by `mean` and by `log_var`.

    >>> kl_divergence_grad(np.array([[1.0]]), np.array([[0.0]]))
    (array([[1.]]), array([[0.]]))
    """
    _check_gaussian(mean, log_var)
    return mean.copy(), 0.5 * np.expm1(log_var)


def _check_pair(pred: Array, target: Array) -> None:
    check_alike(pred=pred, target=target)
    _check_some(pred, "pred")


def _check_probabilities(pred: Array, target: Array) -> None:
    _check_pair(pred, target)
    _check_range(pred, "pred", "for logits call binary_cross_entropy_with_logits")
    _check_target(target)


def _check_bets(logits: Array, target: Array) -> None:
    check_alike(logits=logits, target=target)
    _check_some(logits, "logits")
    _check_target(target)


def _check_target(target: Array) -> None:
    _check_range(target, "target", "it is a probability of white: divide bytes by 255")


def _check_range(array: Array, name: str, cure: str) -> None:
    low, high = float(array.min()), float(array.max())
    if low < 0 or high > 1:
        cure = cure if high > 1.0005 or low < -0.0005 else "clip it with np.clip"
        raise ValueError(f"{name} must lie in [0, 1], got {span(low, high)}; {cure}")


def _check_gaussian(mean: Matrix, log_var: Matrix) -> None:
    check_alike(mean=mean, log_var=log_var)
    if mean.ndim != 2:
        raise ValueError(f"mean must have shape (n, d), a row a picture, got {mean.shape}")


def _check_grey(image: Grey) -> None:
    check_float(image, "image")
    if image.ndim != 2:
        raise ValueError(f"image must have shape (h, w), one channel at a time, got {image.shape}")


def _check_some(array: Array, name: str) -> None:
    if not array.size:
        raise ValueError(f"{name} is empty, shape {array.shape}: there is nothing to average")

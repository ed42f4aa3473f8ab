"""Optimizers by hand: how to walk downhill, one pure step at a time.

A step takes where you are, the gradient there and what the optimizer remembers, and gives the
next place and memory; nothing is changed in place. Names, defaults and conventions are those of
torch.optim, and a hundred steps agree with it to the last digits.
"""

import math
from collections.abc import Callable

import numpy as np

from learnkit.shapes import Array, check_alike, check_at_least, check_float

AVERAGING = "momentum", "alpha", "beta1", "beta2"
WHY = {"lr": ": that would climb"}


def gradient_descent(
    grad: Callable[[Array], Array], x0: Array, lr: float, steps: int
) -> list[Array]:
    """The path x₀, x₁, ..., with x ← x - η ∇f(x): a list of `steps` + 1 arrays, none shared.

    `x0` is left as it was. Source: Cauchy (1847), "Méthode générale pour la résolution des
    systèmes d'équations simultanées".
    Raises ValueError where `lr` is negative, or `steps` is.

    >>> gradient_descent(lambda x: 2 * x, np.array([1.0]), lr=0.25, steps=2)
    [array([1.]), array([0.5]), array([0.25])]
    """
    check_at_least(0, steps=steps)
    check_float(x0, "x0")
    path = [x0.copy()]
    for _ in range(steps):
        path.append(sgd_step(path[-1], grad(path[-1]), lr))
    return path


def sgd_step(x: Array, grad: Array, lr: float = 0.01) -> Array:
    """x - η g. With the gradient of a random part of the data: stochastic gradient descent.

    >>> sgd_step(np.array([1.0]), np.array([2.0]), lr=0.25)
    array([0.5])
    """
    check_alike(x=x, grad=grad)
    _check_rates(lr=lr)
    return x - lr * grad


def momentum_step(
    x: Array, grad: Array, velocity: Array, lr: float = 0.01, momentum: float = 0.9
) -> tuple[Array, Array]:
    """v ← m v + g; x ← x - η v: a heavy ball. The learning rate stays outside the velocity.

    Start with v = 0. Along an even slope the steps grow to 1 / (1 - m) times as long.
    Source: Polyak (1964); in torch's form, Sutskever et al. (2013), section 2.

    >>> momentum_step(np.array([1.0]), np.array([2.0]), np.array([1.0]), lr=0.1, momentum=0.5)
    (array([0.75]), array([2.5]))
    """
    check_alike(x=x, grad=grad, velocity=velocity)
    _check_rates(lr=lr, momentum=momentum)
    velocity = momentum * velocity + grad
    return x - lr * velocity, velocity


def rmsprop_step(
    x: Array,
    grad: Array,
    square_avg: Array,
    lr: float = 0.01,
    alpha: float = 0.99,
    eps: float = 1e-8,
) -> tuple[Array, Array]:
    """s ← α s + (1 - α) g²; x ← x - η g / (√s + ε): every weight with a step size of its own.

    Source: Tieleman and Hinton (2012), lecture 6.5; ε outside the root, as in torch.

    >>> rmsprop_step(np.array([1.0]), np.array([2.0]), np.array([4.0]), lr=0.1, alpha=0.5, eps=0.0)
    (array([0.9]), array([4.]))
    """
    check_alike(x=x, grad=grad, square_avg=square_avg)
    _check_rates(lr=lr, alpha=alpha, eps=eps)
    _check_squares(square_avg=square_avg)
    square_avg = alpha * square_avg + (1 - alpha) * grad**2
    return x - lr * grad / (np.sqrt(square_avg) + eps), square_avg


def adam_step(
    x: Array,
    grad: Array,
    m: Array,
    v: Array,
    t: int,
    lr: float = 1e-3,
    beta1: float = 0.9,
    beta2: float = 0.999,
    eps: float = 1e-8,
) -> tuple[Array, Array, Array]:
    """Momentum over RMSprop, with both averages freed of their start at zero; t counts from 1.

    m ← β₁ m + (1 - β₁) g;  v ← β₂ v + (1 - β₂) g²
    x ← x - η m̂ / (√v̂ + ε),  m̂ = m / (1 - β₁ᵗ),  v̂ = v / (1 - β₂ᵗ)

    Gives back the raw m and v. The first step has length η, whatever the gradient's.
    Raises ValueError where t is below 1. Source: Kingma and Ba (2015), Algorithm 1.

    >>> adam_step(np.ones(1), np.array([7.0]), np.zeros(1), np.zeros(1), 1, lr=0.5, eps=0.0)[0]
    array([0.5])
    """
    check_alike(x=x, grad=grad, m=m, v=v)
    _check_rates(lr=lr, beta1=beta1, beta2=beta2, eps=eps)
    if not isinstance(t, int | np.integer) or t < 1:
        raise ValueError(f"t counts from 1, got {t}; at 0 the bias correction divides by zero")
    _check_squares(v=v)
    m = beta1 * m + (1 - beta1) * grad
    v = beta2 * v + (1 - beta2) * grad**2
    m_hat, v_hat = m / (1 - beta1**t), v / (1 - beta2**t)
    return x - lr * m_hat / (np.sqrt(v_hat) + eps), m, v


# ---- schedules: the learning rate at step t = 0, 1, ..., total - 1 -----------------------------


def step_schedule(t: int, lr: float, every: int, gamma: float = 0.1) -> float:
    """η γ^⌊t / every⌋: a tenth, every so often.

    >>> [step_schedule(t, 1.0, every=2, gamma=0.5) for t in range(5)]
    [1.0, 1.0, 0.5, 0.5, 0.25]
    """
    check_at_least(1, every=every)
    check_at_least(0, t=t)
    _check_rates(lr=lr, gamma=gamma)
    return lr * gamma ** (t // every)


def cosine_schedule(t: int, lr: float, total: int, lr_min: float = 0.0) -> float:
    """η_min + (η - η_min) (1 + cos(π t / total)) / 2: gently, fast, gently down.

    Source: Loshchilov and Hutter (2017), SGDR, eq. 5.

    >>> [round(cosine_schedule(t, 1.0, total=4), 3) for t in range(5)]
    [1.0, 0.854, 0.5, 0.146, 0.0]
    """
    check_at_least(1, total=total)
    _check_step(t, total, lr)
    return lr_min + (lr - lr_min) * (1 + math.cos(math.pi * t / total)) / 2


def one_cycle_schedule(t: int, lr: float, total: int, warmup: float = 0.3) -> float:
    """Up from η / 25 to η in the first `warmup` of the steps, then down to η / 250,000.

    Both ways along half a cosine. Source: Smith and Topin (2018), Super-convergence; the shape
    and the constants are torch's OneCycleLR.

    >>> [round(one_cycle_schedule(t, 1.0, total=10, warmup=0.5), 3) for t in (0, 4, 9)]
    [0.04, 1.0, 0.0]
    """
    check_at_least(2, total=total)
    _check_step(t, total - 1, lr)
    if not 0 <= warmup <= 1:
        raise ValueError(f"warmup is a share of the steps, 0 to 1, got {warmup}")
    top = warmup * total - 1
    low, floor = lr / 25, lr / 25e4
    if t <= top and top > 0:
        return low + (lr - low) * (1 - math.cos(math.pi * t / top)) / 2
    return floor + (lr - floor) * (1 + math.cos(math.pi * (t - top) / (total - 1 - top))) / 2


def _check_rates(**rates: float) -> None:
    for name, rate in rates.items():
        if not isinstance(rate, int | float | np.number):
            raise TypeError(f"{name} must be one number, got {rate!r}")
        if not rate >= 0:  # written so that NaN fails too
            raise ValueError(f"{name} must not be negative, got {rate}{WHY.get(name, '')}")
        if name in AVERAGING and rate >= 1:
            raise ValueError(f"{name} must be below 1, got {rate}: it would never forget")


def _check_squares(**means: Array) -> None:
    for name, mean in means.items():
        if mean.min(initial=0.0) < 0:
            raise ValueError(f"{name} is a mean of squares, and holds {mean.min()}: begin with 0")


def _check_step(t: int, last: int, lr: float) -> None:
    _check_rates(lr=lr)
    if not 0 <= t <= last:
        raise ValueError(f"step t must lie in 0 to {last}, got {t}")

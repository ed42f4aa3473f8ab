"""Optimizers by hand: how to walk downhill, one pure step at a time.

Plain gradient descent is one line: x ← x - η ∇f(x). On a bowl with largest curvature L (the
largest eigenvalue of the Hessian) it settles for η < 2/L and flies apart above it.
"""

from collections.abc import Callable

from learnkit.shapes import Array


def gradient_descent(
    grad: Callable[[Array], Array], x0: Array, lr: float, steps: int
) -> list[Array]:
    """The path x₀, x₁, ..., with x ← x - η ∇f(x): a list of `steps` + 1 arrays, none shared.

    `x0` is left as it was. Source: Cauchy (1847), "Méthode générale pour la résolution des
    systèmes d'équations simultanées".
    Raises ValueError where `lr` is negative, or `steps` is.

    >>> import numpy as np
    >>> gradient_descent(lambda x: 2 * x, np.array([1.0]), lr=0.25, steps=2)
    [array([1.]), array([0.5]), array([0.25])]
    """
    if lr < 0:
        raise ValueError(f"lr must not be negative, got {lr}: that would climb")
    if steps < 0:
        raise ValueError(f"steps must not be negative, got {steps}")
    path = [x0.copy()]
    for _ in range(steps):
        path.append(path[-1] - lr * grad(path[-1]))
    return path

"""Is this gradient right? Nudge one number at a time, and see how far the value moves.

Central differences need no calculus, only patience: two evaluations of f an element. That makes
them useless for learning and perfect for checking: `check_grad` is how every gradient of
learnkit.byhand is tested, and how you can test your own.
"""

from collections.abc import Callable

import numpy as np

from learnkit.shapes import Array, check_same_shape


def numerical_grad(f: Callable[[Array], float], x: Array, eps: float = 1e-5) -> Array:
    """(f(x + ε eᵢ) - f(x - ε eᵢ)) / 2ε for every element i; `x` is left as it was.

    The error is of order ε² from the curve and of order 1e-16 / ε from rounding, so ε near 1e-5
    is about the best there is in float64.
    Raises TypeError where `x` holds integers, which cannot be nudged by ε.

    >>> numerical_grad(lambda x: float(np.sum(x**2)), np.array([1.0, 2.0])).round(6)
    array([2., 4.])
    """
    if x.dtype.kind != "f":
        raise TypeError(f"x must be float to be nudged by eps={eps}, got {x.dtype}")
    nudged = x.copy()
    grad = np.empty_like(x)
    for i in np.ndindex(x.shape):
        nudged[i] = x[i] + eps
        above = f(nudged)
        nudged[i] = x[i] - eps
        below = f(nudged)
        nudged[i] = x[i]
        grad[i] = (above - below) / (2 * eps)
    return grad


def check_grad(
    f: Callable[[Array], float], f_grad: Callable[[Array], Array], x: Array, *, tol: float = 1e-6
) -> float:
    """The relative error |a - n| / (|a| + |n|) of an analytic gradient, in the Euclidean norm.

    Near 1e-10 is right; 1e-3 is a forgotten term; 1/3 is a forgotten factor of 2; 1 is a flipped
    sign or worse. Raises ValueError above `tol`, and says where the two differ most;
    and where f(x) is no single number.

    >>> check_grad(lambda x: float(np.sum(x**2)), lambda x: 2 * x, np.array([1.0, 2.0])) < 1e-9
    True
    """
    if np.ndim(value := f(x)) != 0:
        raise ValueError(f"f must give one number, got shape {np.shape(value)}: sum or average")
    analytic, numeric = f_grad(x), numerical_grad(f, x)
    check_same_shape(analytic, numeric, "f_grad(x), x")
    scale = np.linalg.norm(analytic) + np.linalg.norm(numeric)
    error = float(np.linalg.norm(analytic - numeric) / scale) if scale != 0 else 0.0
    if not error <= tol:  # written so that NaN fails too
        worst = np.unravel_index(np.argmax(np.abs(analytic - numeric)), x.shape)
        at = ", ".join(str(int(i)) for i in worst)
        raise ValueError(
            f"the gradient is wrong: relative error {error:.2g}; at [{at}] f_grad says "
            f"{analytic[worst]:.6g}, central differences say {numeric[worst]:.6g}"
        )
    return error

"""How far two crowds of pictures are apart, by their features: Frechet distance and KID.

A generator has no target to be compared to, picture by picture. So both crowds go through a
classifier, and the features that it sees are compared: as two Gaussians (Frechet), or by a kernel
(KID). With our own classifier of garments it is the *Frechet classifier distance*; the name FID
belongs to one Inception network. Both functions take features, so this file knows no model.
"""

import numpy as np

from learnkit.shapes import Matrix, Vector, check_float, check_shape

BLOCK = 1000  # rows of a kernel matrix taken at once: 80 MB for 10,000 features


def moments(features: Matrix) -> tuple[Vector, Matrix]:
    """Mean (d,) and covariance (d, d) of features (n, d), with n - 1 below the line.

    Raises ValueError where there are fewer than two rows.
    """
    features = _checked(features, "features")
    centred = features - features.mean(axis=0)
    return features.mean(axis=0), centred.T @ centred / (len(features) - 1)


def frechet_distance(mean1: Vector, cov1: Matrix, mean2: Vector, cov2: Matrix) -> float:
    """|μ₁ - μ₂|² + tr(C₁ + C₂ - 2 (C₁ C₂)^½), of two Gaussians; 0 where they are one.

    With any factors C = A A', the trace of the root is the sum of the singular values of A₁' A₂:
    no complex number ever appears, and no root is taken of rounding where a covariance is singular.
    Raises ValueError where shapes do not fit.
    Source: Dowson and Landau (1982); for pictures, Heusel et al. (2017).

    >>> one, three = np.array([[1.0]]), np.array([3.0])
    >>> frechet_distance(np.zeros(1), one, three, 4 * one)  # 3² + (1 - 2)²
    10.0
    """
    for name, array in (("mean1", mean1), ("mean2", mean2), ("cov1", cov1), ("cov2", cov2)):
        check_float(array, name)
        check_shape(array, mean1.shape * (1 if name[0] == "m" else 2), name)
    trace_of_root = np.linalg.svd(_factor(cov1).T @ _factor(cov2), compute_uv=False).sum()
    gap = (mean1 - mean2) @ (mean1 - mean2)
    distance = float(gap + np.trace(cov1) + np.trace(cov2) - 2 * trace_of_root)
    return 0.0 if distance < 0 else distance  # by rounding


def _factor(cov: Matrix) -> Matrix:
    """A with A A' = C, also of a singular C."""
    values, vectors = np.linalg.eigh(cov)
    return vectors * np.sqrt(values.clip(min=0))


def frechet_of(features1: Matrix, features2: Matrix) -> float:
    """The Frechet distance of two crowds, (n, d) and (m, d).

    It is too large for small crowds, by an amount that falls like 1/n: compare crowds of one size.
    """
    return frechet_distance(*moments(features1), *moments(features2))


def kid(features1: Matrix, features2: Matrix) -> float:
    """Kernel distance, the unbiased MMD² under k(x, y) = (x·y / d + 1)³: about 0 for one crowd.

    It has no bias at small crowds, and may be a little below 0.
    Source: Bińkowski et al. (2018), Demystifying MMD GANs, section 4.
    """
    features1, features2 = _checked(features1, "features1"), _checked(features2, "features2")
    check_shape(features2, (len(features2), features1.shape[1]), "features2")
    own1, own2 = _own(features1), _own(features2)
    between = _kernel_sum(features1, features2) / (len(features1) * len(features2))
    return own1 + own2 - 2 * between


def _own(x: Matrix) -> float:
    """The mean of the kernel over all pairs of two different rows."""
    diagonal = float((((x * x).sum(axis=1) / x.shape[1] + 1) ** 3).sum())
    return (_kernel_sum(x, x) - diagonal) / (len(x) * (len(x) - 1))


def _kernel_sum(x: Matrix, y: Matrix) -> float:
    parts = range(0, len(x), BLOCK)
    return sum(float(((x[i : i + BLOCK] @ y.T / x.shape[1] + 1) ** 3).sum()) for i in parts)


def _checked(features: Matrix, name: str) -> Matrix:
    """The features in double precision, for what is small here is a difference of large sums."""
    check_float(features, name)
    if features.ndim != 2 or len(features) < 2:
        raise ValueError(
            f"{name} must be (n, d), a row a picture, of two rows at least, got {features.shape}"
        )
    if not np.isfinite(features).all():
        raise ValueError(f"{name} hold an infinite number: the network that made them flew apart")
    return features.astype(np.float64)

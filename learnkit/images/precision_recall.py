"""Precision and recall of a crowd: are its pictures good, and are all kinds of them there.

A single distance cannot tell a generator of few perfect pictures from one of many poor ones. So ask
twice. Around each real picture, in the space of features, lies a ball that reaches to its k-th
nearest real neighbour. Precision is the share of made pictures that lie in one of these balls;
recall the share of real pictures that lie in one of the balls of the made ones.
"""

from collections.abc import Iterator

import numpy as np
from scipy.spatial.distance import cdist

from learnkit.shapes import Matrix, check_at_least, check_float, check_shape

BLOCK = 1000  # rows of distances at a time: 80 MB to a crowd of 10,000


def precision_recall(real: Matrix, made: Matrix, k: int = 3) -> tuple[float, float]:
    """(precision, recall) of made features (m, d) against real ones (n, d), both in [0, 1].

    Both fall where a crowd is small: compare crowds of one size. One far outlier has a large ball,
    which flatters whatever lies in it.
    Raises ValueError where shapes do not fit, or a crowd has no more than k members.
    Source: Kynkäänniemi et al. (2019), Improved precision and recall metric, eq. 1 and 2.
    """
    check_at_least(1, k=k)
    for name, crowd in (("real", real), ("made", made)):
        check_float(crowd, name)
        if crowd.ndim != 2 or len(crowd) <= k:
            raise ValueError(
                f"{name} must be (n, d), a row a picture, of more than k = {k} rows, got "
                f"{crowd.shape}"
            )
    check_shape(made, (len(made), real.shape[1]), "made")
    return _share_inside(made, real, k), _share_inside(real, made, k)


def _share_inside(points: Matrix, crowd: Matrix, k: int) -> float:
    """The share of points that lie in the ball of at least one member of the crowd."""
    radii = np.concatenate([np.partition(d, k)[:, k] for d in _distances(crowd, crowd)])
    inside = [(d <= radii).any(axis=1) for d in _distances(points, crowd)]
    return float(np.concatenate(inside).mean())


def _distances(x: Matrix, y: Matrix) -> Iterator[Matrix]:
    """Squared distances of some rows of x at a time to all of y; of a row to itself exactly 0."""
    return (cdist(x[i : i + BLOCK], y, "sqeuclidean") for i in range(0, len(x), BLOCK))

"""Eight blobs on a circle, and which of them a crowd of points has found.

The smallest data on which a GAN fails to be seen: a picture has thousands of numbers and nobody
can count what is missing, a point has two. Everything is counted by the nearest blob: a point
belongs to it where it lies within 4 σ of its middle, as 99.97 % of true points do, and a blob is
found where at least one point in a hundred belongs to it (a fair share is one in eight).
"""

import numpy as np
from jaxtyping import Bool, Float, Integer

from learnkit.shapes import check_float

Points = Float[np.ndarray, "_ 2"]
Counts = Integer[np.ndarray, "k"]  # one a blob
Found = Bool[np.ndarray, "k"]
BLOBS, RADIUS, SIGMA = 8, 2.0, 0.05
NEAR = 4.0  # standard deviations
ENOUGH = 0.01  # of all points


def centres(blobs: int = BLOBS, radius: float = RADIUS) -> Float[np.ndarray, "k 2"]:
    """The middles of the blobs, from the right (radius, 0) on, against the clock.

    >>> centres(4).round(1).tolist()[0]
    [2.0, 0.0]
    """
    angle = 2 * np.pi * np.arange(blobs) / blobs
    return radius * np.stack([np.cos(angle), np.sin(angle)], axis=1)


def counts(
    points: Points, *, blobs: int = BLOBS, radius: float = RADIUS, sigma: float = SIGMA
) -> Counts:
    """How many points belong to each blob.

    Raises TypeError or ValueError unless points are float, (n, 2), one at least, and no NaN.
    """
    check_float(points, "points")
    if points.ndim != 2 or points.shape[1] != 2 or not len(points):
        raise ValueError(f"points must be (n, 2), one row at least, got {points.shape}")
    far = np.linalg.norm(points[:, None] - centres(blobs, radius), axis=2)  # (n, blobs)
    nearest = far.argmin(axis=1)
    return np.bincount(nearest[far.min(axis=1) <= NEAR * sigma], minlength=blobs)


def found(
    points: Points, *, blobs: int = BLOBS, radius: float = RADIUS, sigma: float = SIGMA
) -> Found:
    """For each blob whether it is found."""
    belong = counts(points, blobs=blobs, radius=radius, sigma=sigma)
    return belong >= ENOUGH * len(points)


def modes_found(
    points: Points, *, blobs: int = BLOBS, radius: float = RADIUS, sigma: float = SIGMA
) -> int:
    """How many of the blobs are found.

    >>> modes_found(centres()[:3])
    3
    """
    return int(found(points, blobs=blobs, radius=radius, sigma=sigma).sum())


def share_on_ring(
    points: Points, *, blobs: int = BLOBS, radius: float = RADIUS, sigma: float = SIGMA
) -> float:
    """The fraction of points that belong to any blob; 0.9997 of true ones do."""
    return float(counts(points, blobs=blobs, radius=radius, sigma=sigma).sum() / len(points))

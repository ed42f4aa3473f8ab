"""A fill from the training pictures that are most like what is known."""

import numpy as np

from learnkit.fills.learned import LearnedFill
from learnkit.images.data import to_float
from learnkit.shapes import Array, check_at_least

QUERIES = 500  # pictures to fill at a time: a block of their distances is 20 MB
SPARE = 16  # neighbours kept beyond k, for a second look in float64


class NearestNeighbours(LearnedFill):
    """The mean of the k training pictures that are nearest on the known pixels.

    With κ = 1 on known pixels and 0 in the hole, the squared distance to a training picture t is

        d² = Σ κ (x - t)² = Σ κ x² - 2 (κ x) · t + κ · t²

    whose first term is the same for all t. So all distances are two matrix products, in float32;
    the best k + 16 are measured again in float64. Of equal distances among these the earlier
    picture is taken; where more than that many tie, no order is promised.
    """

    def __init__(self, images: np.ndarray, k: int = 10) -> None:
        """Keeps the training pictures. Raises ValueError where there are fewer than k."""
        super().__init__(images)
        check_at_least(1, k=k)
        if k > len(images):
            raise ValueError(f"k must be at most the number of pictures, {len(images)}, got {k}")
        self.k = k

    def _guess(self, x: np.ndarray, hole: np.ndarray) -> Array:
        parts = range(0, len(x), QUERIES)
        guesses = [self._of_some(x[i : i + QUERIES], hole[i : i + QUERIES]) for i in parts]
        return np.concatenate(guesses) if guesses else np.empty(x.shape)

    def _of_some(self, x: np.ndarray, hole: np.ndarray) -> Array:
        near = self._candidates(x.astype(np.float32), (~hole).astype(np.float32))
        each_one = zip(x, hole, near, strict=True)
        return np.stack([self._mean_of_nearest(*one) for one in each_one])

    def _candidates(self, x: np.ndarray, known: np.ndarray) -> np.ndarray:
        """The k + SPARE nearest of each row by float32 distances, (n, m) places in `rows`."""
        if (known == known[0]).all():
            known = known[:1]  # one hole for all: the last term is a column, not a matrix
        best: tuple[np.ndarray, np.ndarray] | None = None  # distances, and their places
        start = 0
        for t in self._blocks():
            d = (t * t) @ known.T - 2 * (t @ x.T)  # (block, n)
            place = np.argpartition(d, self._kept(len(d)), axis=0)[: self.k + SPARE]
            d, place = np.take_along_axis(d, place, axis=0), start + place
            start += len(t)
            if best is not None:
                d, place = np.concatenate([best[0], d]), np.concatenate([best[1], place])
                least = np.argpartition(d, self._kept(len(d)), axis=0)[: self.k + SPARE]
                d, place = (np.take_along_axis(a, least, axis=0) for a in (d, place))
            best = d, place
        return place.T

    def _kept(self, count: int) -> int:
        return min(self.k + SPARE, count) - 1

    def _mean_of_nearest(self, x: np.ndarray, hole: np.ndarray, near: np.ndarray) -> Array:
        near = np.sort(near)  # so that a stable order takes the earlier of two equals
        t = to_float(self.rows[near])  # (m, d)
        d = ((x - t)[:, ~hole] ** 2).sum(axis=1)
        return t[np.argsort(d, kind="stable")[: self.k]].mean(axis=0)

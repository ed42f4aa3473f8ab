"""Three fills that have seen other pictures: their mean, the nearest ones, and a linear rule.

Each learns from training pictures of one size, as bytes or as floats in [0, 1], grey (n, h, w) or
colour (n, h, w, 3), and is then a fill of pictures of that size: called with one picture and its
hole, or by `batch` with many. No network: what they reach, a network has to beat.
"""

from abc import ABC, abstractmethod

import numpy as np

from learnkit.images.data import to_float
from learnkit.images.fill import as_values, check_fillable, check_pictures
from learnkit.shapes import Array, Hole, Holes, Image, Images, check_at_least, check_range

BLOCK = 10_000  # training pictures made float at a time
QUERIES = 500  # pictures to fill at a time: a block of their distances is 20 MB
SPARE = 16  # neighbours kept beyond k, for a second look in float64


class LearnedFill(ABC):
    """A fill of pictures of one size, learned from pictures `learned` of it."""

    def __init__(self, images: np.ndarray) -> None:
        """Raises TypeError or ValueError unless `images` are at least two pictures of one size."""
        if not isinstance(images, np.ndarray) or (
            images.dtype != np.uint8 and images.dtype.kind != "f"
        ):
            kind = images.dtype if isinstance(images, np.ndarray) else type(images).__name__
            raise TypeError(f"training pictures must be uint8, or float in [0, 1], got {kind}")
        if images.ndim not in (3, 4) or (images.ndim == 4 and images.shape[3] != 3):
            raise ValueError(
                f"training pictures must be (n, h, w) or (n, h, w, 3), got {images.shape}"
            )
        if len(images) < 2 or images[0].size == 0:
            raise ValueError(f"a fill learns from two pictures at least, got {images.shape}")
        if images.dtype.kind == "f":
            check_range(images, "training pictures")
        self.shape = images.shape[1:]
        self.rows = images.reshape(len(images), -1)  # (n, h w c), as they came

    def __call__(self, image: Image, hole: Hole) -> Image:
        """The picture filled. Raises as `check_fillable` does, and where its size is another."""
        check_fillable(image, hole)
        self._check_size(image.shape)
        return self._filled(image[None], hole[None])[0]

    def batch(self, images: Images, holes: Holes) -> Images:
        """The pictures filled, each in its own hole; quickest where all holes are one."""
        check_pictures(images, holes)
        self._check_size(images.shape[1:])
        full = holes.all(axis=(1, 2))
        if full.any():
            raise ValueError(
                f"hole {full.argmax()} of the batch covers every pixel: "
                "a fill needs a known pixel to start from"
            )
        return self._filled(images, holes)

    @abstractmethod
    def _guess(self, x: np.ndarray, hole: np.ndarray) -> Array:
        """Rows x (n, d) of bounded pictures and their holes (n, d): what may stand everywhere."""

    def _filled(self, images: Images, holes: Holes) -> Images:
        unknown = as_values(holes, images)  # (n, d)
        x = images.reshape(len(images), -1)
        guess = self._guess(np.where(unknown, 0, x), unknown).clip(0, 1)
        return np.where(unknown, guess.astype(images.dtype), x).reshape(images.shape)

    def _check_size(self, shape: tuple[int, ...]) -> None:
        if shape != self.shape:
            raise ValueError(
                f"this fill has learned pictures of shape {self.shape}, got {shape}; "
                "resize the picture, or learn from pictures of its size"
            )

    def _blocks(self):
        """The training pictures as float32 (m, d) in [0, 1], a block at a time."""
        for i in range(0, len(self.rows), BLOCK):
            block = self.rows[i : i + BLOCK]
            yield block / np.float32(255) if block.dtype == np.uint8 else block.astype(np.float32)


class MeanPicture(LearnedFill):
    """The mean of the training pictures, whatever is known: the least that a method must beat."""

    def __init__(self, images: np.ndarray) -> None:
        """Takes the mean of (n, h, w) or (n, h, w, 3)."""
        super().__init__(images)
        scale = 255 if images.dtype == np.uint8 else 1
        self.mean = self.rows.mean(axis=0, dtype=np.float64) / scale

    def _guess(self, x: np.ndarray, hole: np.ndarray) -> Array:
        return np.broadcast_to(self.mean, x.shape)


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
        best, where, start = None, None, 0
        for t in self._blocks():
            d = (t * t) @ known.T - 2 * (t @ x.T)  # (block, n)
            place = np.argpartition(d, self._kept(len(d)), axis=0)[: self.k + SPARE]
            d, place = np.take_along_axis(d, place, axis=0), start + place
            start += len(t)
            if best is not None:
                d, place = np.concatenate([best, d]), np.concatenate([where, place])
                least = np.argpartition(d, self._kept(len(d)), axis=0)[: self.k + SPARE]
                d, place = (np.take_along_axis(a, least, axis=0) for a in (d, place))
            best, where = d, place
        return where.T

    def _kept(self, count: int) -> int:
        return min(self.k + SPARE, count) - 1

    def _mean_of_nearest(self, x: np.ndarray, hole: np.ndarray, near: np.ndarray) -> Array:
        near = np.sort(near)  # so that a stable order takes the earlier of two equals
        t = to_float(self.rows[near])  # (m, d)
        d = ((x - t)[:, ~hole] ** 2).sum(axis=1)
        return t[np.argsort(d, kind="stable")[: self.k]].mean(axis=0)


class LinearMMSE(LearnedFill):
    """The Gaussian conditional mean: no linear rule has a smaller squared error.

    With mean m and covariance C of the training pictures, the pixels u of the hole given the known
    pixels k are

        x_u = m_u + C_uk (C_kk + jitter I)⁻¹ (x_k - m_k)

    clipped to [0, 1]. With the precision P = (C + jitter I)⁻¹ that is P_uu (x_u - m_u) =
    -P_uk (x_k - m_k): the harmonic fill's system, with a learned matrix where L was. It is solved
    in this form, whose matrix is as small as the hole, by a Cholesky factor that is kept for the
    next picture with the same hole. C is summed in float64 from float32 products of 10,000
    pictures at a time, which moves no fill by more than about 1e-4.
    """

    def __init__(self, images: np.ndarray, jitter: float = 1e-3) -> None:
        """Mean and covariance of the pictures. Raises ValueError where `jitter` is not positive."""
        super().__init__(images)
        if not 0 < jitter < np.inf:
            raise ValueError(f"jitter must be a positive number, got {jitter}")
        from scipy.linalg import inv

        scale = 255 if images.dtype == np.uint8 else 1
        self.mean = self.rows.mean(axis=0, dtype=np.float64) / scale
        centre, covariance = self.mean.astype(np.float32), 0.0
        for t in self._blocks():
            t -= centre  # products of small numbers lose less
            covariance += (t.T @ t).astype(np.float64)
        self.covariance = covariance / len(images)
        self.precision = inv(self.covariance + jitter * np.eye(len(centre)), overwrite_a=True)
        self._last = (b"", None)
        del self.rows  # all is learned; 60,000 pictures need not stay in memory

    def _guess(self, x: np.ndarray, hole: np.ndarray) -> Array:
        guess = x.astype(np.float64)
        packed = np.packbits(hole, axis=1)
        _, group = np.unique(packed, axis=0, return_inverse=True)
        for g in range(group.max(initial=-1) + 1):
            members = np.flatnonzero(group == g)
            self._solve(guess, members, hole[members[0]])
        return guess

    def _solve(self, guess: Array, members: np.ndarray, hole: np.ndarray) -> None:
        """Fills the hole that these rows of `guess` share."""
        from scipy.linalg import cho_solve

        u, k = np.flatnonzero(hole), np.flatnonzero(~hole)
        if not len(u):
            return
        away = guess[np.ix_(members, k)] - self.mean[k]
        pull = -self.precision[np.ix_(u, k)] @ away.T  # (u, members)
        guess[np.ix_(members, u)] = self.mean[u] + cho_solve(self._factor(hole, u), pull).T

    def _factor(self, hole: np.ndarray, u: np.ndarray) -> tuple[np.ndarray, bool]:
        from scipy.linalg import cho_factor

        key, factor = self._last  # read and written as one: safe where threads share the fill
        if key != hole.tobytes():
            factor = cho_factor(self.precision[np.ix_(u, u)], overwrite_a=True)
            self._last = (hole.tobytes(), factor)
        return factor

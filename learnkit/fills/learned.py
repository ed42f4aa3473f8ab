"""What fills share that have seen other pictures, and the simplest of them: their mean.

Each learns from training pictures of one size, as bytes or as floats in [0, 1], grey (n, h, w) or
colour (n, h, w, 3), and is then a fill of pictures of that size: called with one picture and its
hole, or by `batch` with many. No network: what they reach, a network has to beat.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterator

import numpy as np

from learnkit.fills.protocol import as_values, check_fillable, check_pictures
from learnkit.shapes import Array, Hole, Holes, Image, Images, check_range

BLOCK = 10_000  # training pictures made float at a time


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

    def _blocks(self) -> Iterator[np.ndarray]:
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

"""The pictures to paint holes on: theirs, and yours; and a hole as it travels and as it is shown.

A hole travels as a bit a pixel. It stays when the picture changes, stretched where it must be.
Pictures are checked here, where they come in, and a hole where it is set or packed by the browser;
from there on they are trusted, up to the method that is handed a copy of them.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure

from learnkit.images.metrics import psnr
from learnkit.shapes import Hole, Image, check_at_least, check_image
from learnkit.widgets.brush import upload
from learnkit.widgets.brush.score import decibels
from learnkit.widgets.show import ORANGE, picture_grid


@dataclass
class Easel:
    """Pictures by name; what is uploaded is made `fixed` in size, or `longest` pixels at most."""

    pictures: dict[str, Image]
    fixed: bool | None = None  # None: where all are of one size, and that is small
    longest: int = 512

    def __post_init__(self) -> None:
        """Raises TypeError or ValueError where there is no picture, or one that cannot be."""
        if not self.pictures:
            raise ValueError("there is no picture to paint on")
        for name, image in self.pictures.items():
            check_image(image, f"the picture {name!r}")
        check_at_least(1, longest=self.longest)
        sizes = {image.shape[:2] for image in self.pictures.values()}
        if self.fixed is None:  # networks that know no other size
            self.fixed = len(sizes) == 1 and max(max(sizes)) <= 64
        if self.fixed and len(sizes) > 1:
            raise ValueError(f"fixed means pictures of one size, got {sorted(sizes)}")

    def add(self, data: bytes, name: str, *, like: Image) -> tuple[str, str]:
        """A file's picture under a name of its own; gives this name, and what was done to it.

        It comes in grey or colour, and where `fixed` in size, as `like`. Raises ValueError where
        the bytes are no picture, are too many, or hold too many pixels.
        """
        image, words = upload.opened(
            data, name, shape=like.shape, fixed=bool(self.fixed), longest=self.longest
        )
        title, count = f"yours: {name}", 1
        while title in self.pictures:
            count += 1
            title = f"yours: {name} ({count})"
        self.pictures[title] = image
        return title, words


def brush_size(image: Image) -> int:
    """A brush for this picture: 3 pixels of 28, and 36 of 512."""
    short = min(image.shape[:2])
    return max(1, min(short // 2, max(3, short // 14)))


def one_stroke(image: Image, size: int) -> Hole:
    """A stroke across the middle, so that there is something to see before you paint."""
    h, w = image.shape[:2]
    y, x = np.mgrid[:h, :w]
    middle = h * (0.5 + 0.12 * np.sin(2 * np.pi * x / w))
    hole = (np.abs(y + 0.5 - middle) <= size / 2) & (np.abs(x + 0.5 - w / 2) <= 0.3 * w)
    return hole if hole.any() and not hole.all() else np.zeros((h, w), bool)


def pack(hole: Hole) -> bytes:
    """A bit a pixel, row after row."""
    return np.packbits(hole).tobytes()


def unpack(bits: bytes, shape: tuple[int, int]) -> Hole:
    """The hole again."""
    h, w = shape
    return np.unpackbits(np.frombuffer(bits, np.uint8), count=h * w).reshape(h, w) > 0


def stretched(hole: Hole, shape: tuple[int, int]) -> Bool[np.ndarray, "tall wide"]:
    """The hole over a picture of another size."""
    (h, w), (tall, wide) = hole.shape, shape
    return hole[np.arange(tall) * h // tall][:, np.arange(wide) * w // wide]


def as_bytes(values: np.ndarray) -> bytes:
    """Values in [0, 1] as a byte each."""
    return np.round(255 * np.asarray(values, np.float64)).astype(np.uint8).tobytes()


def figure(image: Image, hole: Hole, fills: Mapping[str, Image]) -> Figure:
    """What the brush shows, standing still: the picture, its hole in orange, fills with scores."""
    colour = np.repeat(image[..., None], 3, axis=2) if image.ndim == 2 else image
    shown = {"the truth": image, "the hole": np.where(hole[..., None], to_rgb(ORANGE), colour)}
    for name, filled in fills.items():
        score = f", {decibels(psnr(filled, image, hole=hole))}" if hole.any() else ""
        shown[f"{name}{score}"] = filled
    return picture_grid(shown, columns=min(4, len(shown)))

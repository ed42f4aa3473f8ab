"""The one form of every fill of the course: `fill(image, hole) -> image`.

The picture is float in [0, 1], grey (h, w) or colour (h, w, 3); the hole is bool (h, w), True = to
be filled. Back comes a new picture of that shape and type: its known pixels bit for bit, the rest
in [0, 1], whatever stood under the hole. An empty hole gives a copy. A hole that covers everything
raises ValueError, but for a method that can invent a picture, which then draws one. A batch form
takes pictures (n, h, w) or (n, h, w, 3), and as many holes (n, h, w).
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from jaxtyping import Bool

from learnkit.shapes import (
    Hole,
    Holes,
    Image,
    Images,
    check_hole,
    check_holes,
    check_image,
    check_range,
    span,
)

ValueHoles = Bool[np.ndarray, "n d"]  # an entry for each value of a picture: d = h w c
Fill = Callable[[Image, Hole], Image]
BatchFill = Callable[[Images, Holes], Images]


def each(fill: Fill) -> BatchFill:
    """The batch form of a fill: one picture after the other.

    >>> from learnkit.fills.harmonic import harmonic
    >>> pictures = np.array([[[0.0, 0.9, 1.0]], [[0.5, 0.9, 0.7]]])
    >>> each(harmonic)(pictures, np.array([[[False, True, False]]] * 2)).round(2)[:, 0, 1]
    array([0.5, 0.6])
    """

    def of_each(images: Images, holes: Holes) -> Images:
        """Each picture filled; raises as `check_pictures`, `check_float_array` and the fill do."""
        check_pictures(images, holes)
        filled = []
        for image, hole in zip(images, holes, strict=True):
            filled.append(fill(image, hole))
            check_float_array(filled[-1])  # np.stack would make an array of anything
        return np.stack(filled)

    return of_each


def check_fillable(image: np.ndarray, hole: np.ndarray) -> None:
    """Raises as `check_image` and `check_hole` do, and ValueError where no pixel is known."""
    check_image(image)
    check_hole(hole, image)
    if hole.all():
        raise ValueError("the hole covers every pixel: a fill needs a known pixel to start from")


def check_pictures(images: np.ndarray, holes: np.ndarray) -> None:
    """Raises TypeError or ValueError unless these are a batch of pictures and a hole for each."""
    if not isinstance(images, np.ndarray) or images.dtype.kind != "f":
        kind = images.dtype if isinstance(images, np.ndarray) else type(images).__name__
        raise TypeError(
            f"images must be a float array in [0, 1], got {kind}; "
            "learnkit.images.data.to_float divides bytes by 255"
        )
    if images.ndim not in (3, 4) or (images.ndim == 4 and images.shape[3] != 3):
        raise ValueError(f"images must be (n, h, w) or (n, h, w, 3), got {images.shape}")
    check_range(images, "images")
    check_holes(holes, images)


def check_filled(filled: Any, image: np.ndarray, hole: np.ndarray) -> None:
    """Raises TypeError or ValueError unless `filled` is what a fill of `image` must be.

    The form's promises, for one picture or for a batch of them: an array of this shape, float,
    without NaN or inf, in [0, 1], and every known pixel bit for bit as it was. The course has no
    other law for a fill: the brush and the table of `learnkit.benchmark` both ask this one.
    """
    check_float_array(filled)
    if filled.shape != image.shape:
        raise ValueError(f"a fill returns the picture's shape {image.shape}, got {filled.shape}")
    beyond = int((~np.isfinite(filled)).sum())
    if beyond:
        raise ValueError(f"the filled picture holds NaN or inf at {beyond} places")
    if filled.min() < 0 or filled.max() > 1:
        raise ValueError(
            f"the filled picture must lie in [0, 1], got "
            f"{span(filled.min(), filled.max())}; clip it with np.clip(filled, 0, 1)"
        )
    changed = int((filled != image)[~hole].sum())
    if changed:
        where = "hole[..., None]" if image.ndim > hole.ndim else "hole"
        raise ValueError(
            f"{changed} known values came back changed; "
            f"end with np.where({where}, filled, image), in the picture's own dtype"
        )


def check_float_array(filled: Any) -> None:
    """Raises TypeError unless `filled` is a float NumPy array; says how it becomes one."""
    if not isinstance(filled, np.ndarray) or filled.dtype.kind != "f":
        kind = filled.dtype if isinstance(filled, np.ndarray) else type(filled).__name__
        cure = ""
        if filled is None or str(kind) == "object":
            cure = "; does it end with return?"
        elif hasattr(filled, "detach"):
            cure = "; end it with .detach().numpy()"
        raise TypeError(f"a fill returns a float NumPy array, got {kind}{cure}")


def around(hole: Hole, margin: int) -> tuple[slice, slice]:
    """The smallest box around the hole, `margin` pixels larger on each side that has them."""
    rows, columns = (np.flatnonzero(hole.any(axis=axis)) for axis in (1, 0))
    return (
        slice(max(0, rows[0] - margin), rows[-1] + margin + 1),
        slice(max(0, columns[0] - margin), columns[-1] + margin + 1),
    )


def spread(hole: Hole, image: Image) -> np.ndarray:
    """The hole with an axis of 1 for the channels, where the picture has them."""
    return hole.reshape(*hole.shape, *(1,) * (image.ndim - 2))


def as_values(holes: Holes, images: Images) -> ValueHoles:
    """Holes (n, h, w) as bool rows (n, h w c), one entry for each value of a picture."""
    channels = images[0].size // holes[0].size
    return np.repeat(holes.reshape(len(holes), -1), channels, axis=1)

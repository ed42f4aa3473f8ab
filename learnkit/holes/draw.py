"""Holes: what is missing from a picture, bool (h, w), True = to be filled.

Six kinds, as real damage comes: a box, a half, single pixels, thick strokes, lettering, scratches.
Each takes a `shape`, (h, w) or a picture's whole shape. What is random takes a `seed`, and one
seed always gives one hole. A hole has something to fill and leaves something known, but where you
ask for all or nothing: a box as large as the picture, a fraction of 0 or 1.
"""

from functools import cache
from itertools import pairwise
from typing import Literal

import numpy as np
from jaxtyping import Float

from learnkit.files import folder_of
from learnkit.shapes import Hole, Image, check_hole, check_image

Shape = tuple[int, ...]
Points = Float[np.ndarray, "n 2"]  # places (y, x) in pixels


def box(
    shape: Shape, *, height: int, width: int, top: int | None = None, left: int | None = None
) -> Hole:
    """A box of `height` times `width` pixels, in the centre unless `top` or `left` says where.

    Raises ValueError where the box reaches beyond the picture.

    >>> int(box((28, 28), height=10, width=10).sum())
    100
    """
    h, w = _height_and_width(shape)
    top = (h - height) // 2 if top is None else top
    left = (w - width) // 2 if left is None else left
    _check_at_least_one(height=height, width=width)
    if top < 0 or left < 0 or top + height > h or left + width > w:
        raise ValueError(
            f"a box of {height} x {width} at ({top}, {left}) does not fit into {h} x {w} pixels"
        )
    hole = np.zeros((h, w), bool)
    hole[top : top + height, left : left + width] = True
    return hole


def half(shape: Shape, *, side: Literal["left", "right", "top", "bottom"] = "right") -> Hole:
    """One half of the picture; of an odd number of rows or columns the middle one stays known.

    Raises ValueError where `side` is unknown, or the picture has only one row or column to halve.

    >>> half((1, 5)).astype(int)
    array([[0, 0, 0, 1, 1]])
    """
    h, w = _height_and_width(shape)
    sides = {
        "left": np.s_[:, : w // 2],
        "right": np.s_[:, w - w // 2 :],
        "top": np.s_[: h // 2, :],
        "bottom": np.s_[h - h // 2 :, :],
    }
    if side not in sides:
        raise ValueError(f"side must be one of {', '.join(sides)}, got {side!r}")
    hole = np.zeros((h, w), bool)
    hole[sides[side]] = True
    return _checked(hole, "take a larger picture")


def scatter(shape: Shape, *, fraction: float, seed: int) -> Hole:
    """Single pixels, chosen at random: exactly round(fraction h w) of them.

    Raises ValueError where `fraction` lies outside [0, 1].

    >>> int(scatter((10, 10), fraction=0.3, seed=0).sum())
    30
    """
    h, w = _height_and_width(shape)
    if not 0 <= fraction <= 1:
        raise ValueError(f"fraction must lie in [0, 1], got {fraction}; 0.5 is half the pixels")
    order = np.random.default_rng(seed).permutation(h * w)
    return (order < round(fraction * h * w)).reshape(h, w)


def brush(shape: Shape, *, strokes: int, width: int, seed: int) -> Hole:
    """Thick random strokes: each wanders six steps from a random place.

    They are `width` pixels wide, or one more where that is even: a line is drawn in pixels first.
    Raises ValueError where `strokes` or `width` is below 1, or nothing stays known.
    """
    h, w = _height_and_width(shape)
    _check_at_least_one(strokes=strokes, width=width)
    rng = np.random.default_rng(seed)

    def stroke() -> Points:
        angle = rng.uniform(0, 2 * np.pi) + rng.normal(0, 0.6, size=6).cumsum()
        length = rng.uniform(0.1, 0.3, size=6) * min(h, w)
        steps = length[:, None] * np.stack([np.sin(angle), np.cos(angle)], axis=1)
        return np.concatenate([_start(rng, h, w), steps]).cumsum(axis=0)  # (7, 2) corners

    hole = _drawn(h, w, width, [stroke() for _ in range(strokes)])
    return _checked(hole, "draw fewer or thinner strokes")


def scratches(shape: Shape, *, count: int, seed: int) -> Hole:
    """Thin, long, slightly bent lines, as on an old photograph; one pixel wide in 100.

    Raises ValueError where `count` is below 1, or nothing stays known.
    """
    h, w = _height_and_width(shape)
    _check_at_least_one(count=count)
    rng = np.random.default_rng(seed)

    def scratch() -> Points:
        angle = rng.normal(np.pi / 2, 0.5)  # most run down the picture, as film does
        along = np.array([[np.sin(angle), np.cos(angle)]])
        across = along[:, ::-1] * [1, -1]
        s = np.linspace(-0.5, 0.5, 16)[:, None]  # (16, 1), from end to end
        length, bend = rng.uniform(0.6, 1.2) * max(h, w), rng.normal(0, 0.3)
        return _start(rng, h, w) + length * (s * along + bend * s**2 * across)

    hole = _drawn(h, w, max(1, round(min(h, w) / 100)), [scratch() for _ in range(count)])
    return _checked(hole, "make fewer scratches")


def text(shape: Shape, words: str, *, size: int | None = None) -> Hole:
    """`words` in bold letters, line after line.

    `size` is the font's, in pixels, 1.4 times a capital's height; else a sixth of the picture.
    Raises ValueError where there are no words, the letters are below 4 pixels, or so large that
    they leave nothing known.
    """
    h, w = _height_and_width(shape)
    size = max(8, h // 6) if size is None else size
    if not words.strip():
        raise ValueError(f"words must hold something to write, got {words!r}")
    if size < 4:
        raise ValueError(f"size must be at least 4 pixels, got {size}: smaller is not legible")
    words = " ".join(words.split())  # in one line
    from PIL import Image as Pillow
    from PIL import ImageDraw, ImageFont

    font = ImageFont.truetype(_font_file(), size)
    advance = font.getlength(words + " ")
    line = (words + " ") * (2 + int(w / advance))
    canvas = Pillow.new("L", (w, h))
    pen = ImageDraw.Draw(canvas)
    for row, y in enumerate(range(0, h, max(1, round(1.5 * size)))):
        pen.text((-(0.4 * row % 1) * advance, y), line, fill=255, font=font)  # as bricks lie
    return _checked(np.asarray(canvas) > 127, "choose other words or another size")


def cut_hole(image: Image, hole: Hole) -> Image:
    """A copy of `image`, grey or colour, in which the hole is 0, black.

    >>> cut_hole(np.array([[0.2, 0.7]]), np.array([[False, True]]))
    array([[0.2, 0. ]])
    """
    check_image(image)
    check_hole(hole, image)
    cut = image.copy()
    cut[hole] = 0
    return cut


def _start(rng: np.random.Generator, h: int, w: int) -> Points:
    return rng.uniform([[0, 0]], [[h - 1, w - 1]])


def _drawn(h: int, w: int, width: int, lines: list[Points]) -> Hole:
    """Every pixel at most half a `width` from a pixel of a line, given by its corners.

    Where a line leaves the picture nothing is drawn.
    """
    from scipy.ndimage import distance_transform_edt

    away = np.ones((h, w), bool)
    for corners in lines:
        for a, b in pairwise(corners):
            count = 2 + int(2 * np.abs(b - a).max())  # two points a pixel leave no gap
            y, x = np.round(np.linspace(a, b, count)).astype(int).T
            inside = (y >= 0) & (y < h) & (x >= 0) & (x < w)
            away[y[inside], x[inside]] = False
    return distance_transform_edt(away) <= width / 2


@cache
def _font_file() -> str:
    return str(folder_of("matplotlib") / "mpl-data" / "fonts" / "ttf" / "DejaVuSans-Bold.ttf")


def _height_and_width(shape: Shape) -> tuple[int, int]:
    if len(shape) not in (2, 3) or min(shape) < 1 or (len(shape) == 3 and shape[2] != 3):
        raise ValueError(f"shape must be (h, w) or (h, w, 3) with h, w >= 1, got {shape}")
    return shape[0], shape[1]


def _check_at_least_one(**numbers: int) -> None:
    for name, number in numbers.items():
        if number < 1:
            raise ValueError(f"{name} must be at least 1, got {number}")


def _checked(hole: Hole, cure: str) -> Hole:
    if hole.all() or not hole.any():
        what = "no known pixel" if hole.all() else "nothing to fill"
        raise ValueError(f"this hole leaves {what} in {hole.shape[0]} x {hole.shape[1]}: {cure}")
    return hole

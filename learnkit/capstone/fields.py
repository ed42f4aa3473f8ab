"""The fields of the capstone: real pictures with a damage that is usual there, and the truth.

Each field has four pictures to work on and four others that the work is judged on, from other
places or other photographs. No two overlap. All of them can be looked at: the course is open, and
what keeps the two apart is that nobody who wants to know how good a method is tunes it on the
latter.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from learnkit.holes import draw
from learnkit.images.damaged import Damaged
from learnkit.images.data import photograph
from learnkit.images.heads import heads
from learnkit.shapes import Image

Part = Literal["work", "judged"]
SIDE = 96  # pixels of a picture; the scans have 28


@dataclass(frozen=True)
class Field:
    """What is damaged and how, and the pictures of each part."""

    title: str
    pictures: Callable[[Part], list[Damaged]]


def pictures(field: str, part: Part = "work") -> list[Damaged]:
    """Four damaged pictures of a field: `image` is the truth, `hole` what is to be filled.

    Raises ValueError where there is no such field or part.

    >>> [str(picture.image.shape) for picture in pictures("scan")]
    ['(28, 28)', '(28, 28)', '(28, 28)', '(28, 28)']
    """
    if field not in FIELDS:
        raise ValueError(f"no field is called {field!r}; there are {', '.join(FIELDS)}")
    if part not in ("work", "judged"):
        raise ValueError(f"part must be 'work' or 'judged', got {part!r}")
    return FIELDS[field].pictures(part)


def _crops(whole: Image, corners: list[tuple[int, int]]) -> list[np.ndarray]:
    return [whole[r : r + SIDE, c : c + SIDE] for r, c in corners]


def _photographs(part: Part) -> list[Damaged]:
    if part == "work":
        crops = _crops(photograph("coffee", height=200), [(0, 90), (100, 150)])
        crops += _crops(photograph("rocket", height=214), [(90, 20), (100, 120)])
    else:
        crops = _crops(photograph("astronaut", height=256), [(10, 60), (150, 130)])
        crops += _crops(photograph("chelsea", height=200), [(30, 60), (90, 160)])
    return _damaged(
        part, crops, lambda image, seed: draw.scratches(image.shape, count=6, seed=seed)
    )


def _pages(part: Part) -> list[Damaged]:
    page, text = photograph("page"), photograph("text")
    crops = _crops(page, {"work": [(0, 0), (95, 70)], "judged": [(0, 200), (95, 280)]}[part])
    crops += _crops(text, {"work": [(0, 10), (70, 110)], "judged": [(0, 220), (70, 330)]}[part])
    return _damaged(
        part, crops, lambda image, seed: draw.brush(image.shape, strokes=3, width=7, seed=seed)
    )


def _fundus(part: Part) -> list[Damaged]:
    eye = photograph("retina", height=470)
    places = {
        "work": [(80, 90), (80, 190), (180, 40), (130, 300)],
        "judged": [(290, 120), (290, 220), (190, 180), (240, 320)],
    }
    return _damaged(
        part,
        _crops(eye, places[part]),
        lambda image, seed: draw.brush(image.shape, strokes=3, width=9, seed=seed),
    )


def _tissue(part: Part) -> list[Damaged]:
    slide, left = photograph("ihc"), {"work": 40, "judged": 330}[part]
    crops = _crops(slide, [(row, left) for row in (10, 140, 270, 400)])
    return _damaged(
        part,
        crops,
        lambda image, seed: draw.box(
            image.shape, height=28, width=28, top=20 + 4 * (seed % 8), left=36 - 3 * (seed % 8)
        ),
    )


def _scans(part: Part) -> list[Damaged]:
    slices = heads(4, np.random.default_rng({"work": 160, "judged": 161}[part])).images
    return _damaged(
        part,
        list(slices),
        lambda image, seed: draw.box(
            image.shape, height=10, width=10, top=7 + seed % 4, left=6 + 2 * (seed % 4)
        ),
    )


def _damaged(
    part: Part, images: list[np.ndarray], hole: Callable[[Image, int], np.ndarray]
) -> list[Damaged]:
    first = {"work": 0, "judged": 4}[part]  # no two pictures of a field have the same hole
    return [
        Damaged(f"{part} {i + 1}", f"{part} {i + 1}", image, hole(image, first + i))
        for i, image in enumerate(images)
    ]


FIELDS = {
    "photograph": Field("Photographs with scratches", _photographs),
    "page": Field("Scanned pages with strokes of a pen over them", _pages),
    "fundus": Field("The back of an eye with reflections of the lamp", _fundus),
    "tissue": Field("Dyed tissue with specks of dirt", _tissue),
    "scan": Field("Simulated CT slices of heads with a part not measured", _scans),
}

"""The damaged pictures of the course, on which the methods written by hand are tried.

Six truths, each with its own kind of damage, the same every time. Scratches and lost pixels leave a
known neighbour everywhere; in the boxes a piece of the picture has to be invented.
"""

from collections.abc import Callable
from dataclasses import dataclass

from learnkit.holes import draw
from learnkit.images.data import emoji, fashion_mnist, photograph, to_float
from learnkit.shapes import Hole, Image


@dataclass(frozen=True, eq=False)
class Damaged:
    """A picture and what is missing from it; `image` is the truth, for judges' eyes only."""

    name: str
    title: str  # for a figure
    image: Image
    hole: Hole

    @property
    def cut(self) -> Image:
        """What a method may see: the picture with the hole set to 0."""
        return draw.cut_hole(self.image, self.hole)


def damaged(name: str) -> Damaged:
    """The damaged picture of that name, one of `DAMAGED`; each call gives arrays of its own.

    Raises ValueError where the name is unknown.

    >>> int(damaged("garment").hole.sum())
    100
    """
    if name not in _MAKERS:
        raise ValueError(f"unknown damaged picture {name!r}; there are {', '.join(DAMAGED)}")
    return _MAKERS[name]()


def _astronaut() -> Damaged:
    face = photograph("astronaut", height=320)[:128, 74:202]
    hole = draw.scratches(face.shape, count=12, seed=0)
    return Damaged("astronaut", "Astronaut, scratched", face, hole)


def _chelsea() -> Damaged:
    cat = photograph("chelsea", height=150)
    hole = draw.text(cat.shape, "fill the hole", size=22)
    return Damaged("chelsea", "Cat, written over", cat, hole)


def _coffee() -> Damaged:
    cup = photograph("coffee", height=160)
    hole = draw.scatter(cup.shape, fraction=0.5, seed=0)
    return Damaged("coffee", "Coffee, half its pixels lost", cup, hole)


def _page() -> Damaged:
    page = photograph("page")
    hole = draw.brush(page.shape, strokes=8, width=7, seed=5)
    return Damaged("page", "Page, painted over", page, hole)


def _garment() -> Damaged:
    images, _ = fashion_mnist("test")
    boot = to_float(images[0])
    hole = draw.box(boot.shape, height=10, width=10)
    return Damaged("garment", "Ankle boot, a box missing", boot, hole)


def _emoji() -> Damaged:
    images, names = emoji()
    face = to_float(images[names.index("star-struck")])
    hole = draw.box(face.shape, height=12, width=12)
    return Damaged("emoji", "Emoji, a box missing", face, hole)


_MAKERS: dict[str, Callable[[], Damaged]] = {
    "astronaut": _astronaut,
    "garment": _garment,
    "emoji": _emoji,
    "chelsea": _chelsea,
    "page": _page,
    "coffee": _coffee,
}
DAMAGED = tuple(_MAKERS)

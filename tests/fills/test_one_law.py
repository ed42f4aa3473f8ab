"""One law for a legal fill: the brush's contest and the course's table take and refuse the same."""

import numpy as np
import pytest

from learnkit.benchmark.scores import measure
from learnkit.fills.harmonic import biharmonic, harmonic
from learnkit.fills.protocol import each
from learnkit.widgets.brush.score import attempt

IMAGE = np.random.default_rng(0).random((12, 11))
HOLE = np.zeros((12, 11), bool)
HOLE[3:7, 2:9] = True


class Tensor:
    """As a torch tensor, which np.stack would take."""

    def __init__(self, array):
        self.array = array

    def __array__(self, dtype=None, copy=None):
        return self.array

    def detach(self):
        return self


def grey(image, hole):
    return np.where(hole, 0.5, image)


def in_place(image, hole):
    image[hole] = 0.5
    return image


def in_place_everywhere(image, hole):
    image[:] = 0.5
    return image


def by_another_hole(image, hole):
    hole[:] = True
    return np.full_like(image, 0.5)


def fails(image, hole):
    raise RuntimeError("no idea")


LEGAL = {
    "harmonic": harmonic,
    "biharmonic": biharmonic,
    "grey": grey,
    "in place": in_place,
    "both ends of the range": lambda i, h: np.where(h, np.arange(11) % 2, i),
}
ILLEGAL = {
    "nothing": lambda i, h: None,
    "an error": fails,
    "bytes": lambda i, h: np.round(255 * i).astype(np.uint8),
    "a list": lambda i, h: grey(i, h).tolist(),
    "a tensor": lambda i, h: Tensor(grey(i, h)),
    "objects": lambda i, h: grey(i, h).astype(object),
    "in float32": lambda i, h: grey(i, h).astype(np.float32),
    "another shape": lambda i, h: grey(i, h).T,
    "one more axis": lambda i, h: grey(i, h)[None],
    "NaN": lambda i, h: np.where(h, np.nan, i),
    "inf": lambda i, h: np.where(h, np.inf, i),
    "above 1": lambda i, h: np.where(h, 1 + 1e-12, i),
    "below 0": lambda i, h: np.where(h, -1e-12, i),
    "known pixels moved a little": lambda i, h: np.where(h, 0.5, i + 1e-12).clip(0, 1),
    "known pixels painted over in place": in_place_everywhere,
    "the hole made larger in place": by_another_hole,
}


def both(fill):
    """What brush and table say of it, "" where they take it."""
    tried = attempt(fill, IMAGE, HOLE)
    try:
        measure(each(fill), IMAGE[None], HOLE[None], frechet=False)
    except Exception as error:
        return "" if tried.image is not None else tried.words, f"{type(error).__name__}: {error}"
    return "" if tried.image is not None else tried.words, ""


@pytest.mark.parametrize("name", LEGAL)
def test_what_is_legal_is_taken_by_both(name):
    assert both(LEGAL[name]) == ("", "")


@pytest.mark.errors
@pytest.mark.parametrize("name", ILLEGAL)
def test_what_is_illegal_is_refused_by_both_and_for_the_same_reason(name):
    brush, table = both(ILLEGAL[name])
    assert brush and table
    reason = brush.removeprefix("TypeError: ").partition(" (12, 11)")[0]  # a batch has more axes
    assert reason in table

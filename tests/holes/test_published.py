import hashlib

import numpy as np
import pytest

from learnkit.holes.published import KINDS, holes

PUBLISHED = {
    "centre14": "72e2226edb617720",
    "centre10": "00dfa8ff2711628b",
    "right": "15ff05caa31a0652",
    "random": "b4da83ac3aa32031",
    "brush": "91d602d5cb8306f9",
}


@pytest.mark.parametrize("kind", KINDS)
def test_the_first_500_holes_are_the_published_ones(kind):
    packed = np.packbits(holes(kind, 500)).tobytes()
    assert hashlib.sha256(packed).hexdigest()[:16] == PUBLISHED[kind]


@pytest.mark.parametrize("kind", KINDS)
def test_a_picture_has_the_same_hole_however_many_are_asked_for(kind):
    many = holes(kind, 40)
    np.testing.assert_array_equal(holes(kind, 7), many[:7])
    assert many.shape == (40, 28, 28) and many.dtype == bool
    filled = many.mean(axis=(1, 2))
    assert (filled > 0).all() and (filled < 0.7).all()


def test_boxes_are_one_hole_and_random_pixels_and_strokes_one_a_picture():
    different = {kind: len({hole.tobytes() for hole in holes(kind, 30)}) for kind in KINDS}
    assert different == {"centre14": 1, "centre10": 1, "right": 1, "random": 30, "brush": 30}


def test_half_of_the_pixels_are_missing_where_that_is_the_kind():
    for kind in ("right", "random"):
        assert (holes(kind, 20).sum(axis=(1, 2)) == 392).all()


@pytest.mark.errors
def test_an_unknown_hole_and_no_hole_are_refused():
    with pytest.raises(ValueError, match="no hole is called 'left'; there are centre14"):
        holes("left", 3)
    with pytest.raises(ValueError, match="count must be at least 1, got 0"):
        holes("right", 0)

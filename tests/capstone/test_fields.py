import numpy as np
import pytest

from learnkit.capstone.fields import FIELDS, SIDE, pictures
from learnkit.holes.draw import cut_hole


@pytest.mark.parametrize("field", FIELDS)
def test_each_field_has_four_pictures_to_work_on_and_four_others(field):
    work, judged = pictures(field), pictures(field, "judged")
    assert len(work) == len(judged) == 4
    for one in work + judged:
        assert (
            one.image.shape[:2] == one.hole.shape == ((28, 28) if field == "scan" else (SIDE,) * 2)
        )
        assert one.image.min() >= 0 and one.image.max() <= 1 and one.hole.dtype == bool
        assert 0.005 < one.hole.mean() < 0.3
        np.testing.assert_array_equal(one.cut, cut_hole(one.image, one.hole))


@pytest.mark.parametrize("field", FIELDS)
def test_no_two_pictures_of_a_field_overlap(field):
    """No block of 8 x 8 pixels of a picture stands anywhere in another one."""
    seen = set()
    for one in pictures(field) + pictures(field, "judged"):
        h, w = one.image.shape[:2]
        windows = [
            np.ascontiguousarray(one.image[i : i + 8, j : j + 8])
            for i in range(h - 7)
            for j in range(w - 7)
        ]
        blocks = {block.tobytes() for block in windows if block.std() > 0.02}
        assert not blocks & seen
        seen |= blocks


@pytest.mark.parametrize("field", FIELDS)
def test_they_are_the_same_every_time_and_each_hole_is_another(field):
    first, again = pictures(field, "judged"), pictures(field, "judged")
    for one, other in zip(first, again, strict=True):
        np.testing.assert_array_equal(one.image, other.image)
        np.testing.assert_array_equal(one.hole, other.hole)
    holes = {one.hole.tobytes() for one in first + pictures(field)}
    assert len(holes) == (4 if field == "scan" else 8)


@pytest.mark.errors
def test_an_unknown_field_or_part_is_named():
    with pytest.raises(ValueError, match="no field is called 'tooth'; there are photograph, page"):
        pictures("tooth")
    with pytest.raises(ValueError, match="part must be 'work' or 'judged', got 'test'"):
        pictures("scan", "test")

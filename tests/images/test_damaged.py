import dataclasses

import numpy as np
import pytest

from learnkit.fills.harmonic import harmonic
from learnkit.images.damaged import DAMAGED, damaged
from learnkit.images.metrics import psnr
from learnkit.shapes import check_hole, check_image


@pytest.mark.parametrize("name", DAMAGED)
def test_a_damaged_picture_is_a_picture_with_a_hole(name):
    picture = damaged(name)
    assert picture.name == name
    assert picture.title
    check_image(picture.image)
    check_hole(picture.hole, picture.image)
    assert 0.03 < picture.hole.mean() <= 0.5


@pytest.mark.parametrize("name", DAMAGED)
def test_a_damaged_picture_is_the_same_each_time_and_the_callers_own(name):
    first = damaged(name)
    image, hole = first.image.copy(), first.hole.copy()
    first.image[:], first.hole[:] = 0, True
    np.testing.assert_array_equal(damaged(name).image, image)
    np.testing.assert_array_equal(damaged(name).hole, hole)


@pytest.mark.parametrize("name", DAMAGED)
def test_the_damage_is_seen_and_can_be_mended(name):
    picture = damaged(name)
    kept = picture.image.copy()
    broken = psnr(picture.cut, picture.image, hole=picture.hole)
    mended = psnr(harmonic(picture.cut, picture.hole), picture.image, hole=picture.hole)
    np.testing.assert_array_equal(picture.image, kept)
    assert broken < 12
    assert mended > broken + 5


def test_the_pictures_are_grey_and_colour_small_and_larger():
    shapes = {name: damaged(name).image.shape for name in DAMAGED}
    assert shapes["astronaut"] == (128, 128, 3)
    assert shapes["garment"] == (28, 28)
    assert shapes["emoji"] == (32, 32, 3)
    assert len(shapes["page"]) == 2


def test_a_damaged_picture_is_frozen():
    with pytest.raises(dataclasses.FrozenInstanceError):
        damaged("garment").name = "other"


@pytest.mark.errors
def test_an_unknown_damaged_picture_is_answered_with_the_known_ones():
    with pytest.raises(ValueError, match=r"'lena'; there are astronaut, garment"):
        damaged("lena")

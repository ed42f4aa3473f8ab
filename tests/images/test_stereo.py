import numpy as np
import pytest
from skimage.data import stereo_motorcycle

from learnkit.images import stereo
from learnkit.images.metrics import psnr


def test_the_pair_is_scikit_images():
    pair = stereo.motorcycle()
    for ours, theirs in zip(pair[:2], stereo_motorcycle()[:2], strict=True):
        np.testing.assert_array_equal(ours, theirs / 255)
    np.testing.assert_array_equal(pair.disparity, stereo_motorcycle()[2])


@pytest.mark.parametrize("shrink", [2, 3])
def test_a_smaller_pair_has_smaller_disparities_that_still_fit(shrink):
    """What the left pixel shows, the right picture has at x - disparity, far better than at x."""
    pair = stereo.motorcycle(shrink=shrink)
    assert pair.left.shape == pair.right.shape == (500 // shrink, 741 // shrink, 3)
    assert pair.disparity.shape == pair.left.shape[:2]
    source = np.arange(pair.left.shape[1]) - pair.disparity
    seen = (source >= 0) & ~stereo.hidden(pair.disparity)
    rows, columns = np.nonzero(seen)
    moved = np.zeros_like(pair.right)
    moved[rows, columns] = pair.right[rows, source[rows, columns].round().astype(int)]
    as_it_is = psnr(pair.right, pair.left, hole=seen)
    assert psnr(moved, pair.left, hole=seen) > as_it_is + 9


def test_the_depth_is_the_benchmarks_formula_and_what_is_not_known_is_0():
    """Z = f b / (d + offset), with the calibration that scikit-image prints for this pair."""
    disparity = np.array([[20.0, np.inf]])
    expected = 994.978 * 0.193001 / (20 + 31.086)
    np.testing.assert_allclose(stereo.depth(disparity), [[expected, 0]])
    np.testing.assert_allclose(stereo.depth(disparity / 2, shrink=2), [[expected, 0]])


def test_a_square_before_a_wall_hides_as_much_of_it_as_it_moves():
    disparity = np.zeros((5, 20))
    disparity[1:4, 10:15] = 4.0
    hidden = stereo.hidden(disparity)
    assert hidden[2].nonzero()[0].tolist() == [6, 7, 8, 9]
    assert not hidden[0].any() and not hidden[:, 10:].any()


def test_a_slope_hides_nothing_and_what_is_not_known_hides_nothing():
    slope = np.tile(np.linspace(0, 5, 30), (2, 1))
    assert not stereo.hidden(slope).any()
    assert not stereo.hidden(np.full((2, 5), np.inf)).any()


@pytest.mark.errors
@pytest.mark.parametrize("shrink", [0, 501])
def test_a_picture_cannot_be_divided_by_less_than_one_nor_to_nothing(shrink):
    with pytest.raises(ValueError, match=f"from 1 to 500, got {shrink}"):
        stereo.motorcycle(shrink=shrink)

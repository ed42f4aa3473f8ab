import numpy as np
import pytest
from scipy.spatial import cKDTree
from scipy.stats import chi2

from learnkit.images.ring import SIGMA, centres, counts, found, modes_found, share_on_ring


def true_points(n, seed=0, blobs=8):
    rng = np.random.default_rng(seed)
    return centres(blobs)[rng.integers(blobs, size=n)] + SIGMA * rng.normal(size=(n, 2))


def test_the_middles_lie_evenly_on_the_circle():
    middles = centres(8, 2.0)
    np.testing.assert_allclose(np.hypot(*middles.T), 2.0)
    np.testing.assert_allclose(middles.sum(axis=0), 0, atol=1e-12)
    np.testing.assert_allclose(middles[2], [0, 2], atol=1e-12)
    assert np.ptp(np.hypot(*np.diff(middles, axis=0).T)) < 1e-12


def test_points_are_counted_as_a_search_tree_counts_them():
    points = np.random.default_rng(1).uniform(-2.5, 2.5, (3000, 2))
    near = cKDTree(points).query_ball_point(centres(), 4 * SIGMA)
    assert counts(points).tolist() == [len(each) for each in near]
    assert share_on_ring(points) == sum(map(len, near)) / 3000


def test_true_points_find_all_eight_and_nearly_all_belong():
    points = true_points(100_000)
    assert modes_found(points) == 8 and found(points).all()
    expected = chi2(2).cdf(4.0**2)  # a Gaussian of the plane within four standard deviations
    assert share_on_ring(points) == pytest.approx(expected, abs=3e-4)


@pytest.mark.parametrize(("strays", "modes"), [(9, 1), (10, 2)])
def test_a_blob_is_found_by_one_point_in_a_hundred(strays, modes):
    points = np.repeat(centres()[[3, 5]], [1000 - strays, strays], axis=0)
    assert modes_found(points) == modes


def test_a_point_between_two_blobs_belongs_to_none_and_on_the_rim_to_one():
    rim = centres()[0] + [4 * SIGMA - 1e-9, 0.0]
    points = np.array([centres()[:2].mean(axis=0), rim, rim + np.array([1e-6, 0.0])])
    assert counts(points).tolist() == [1, 0, 0, 0, 0, 0, 0, 0]


def test_wide_blobs_that_touch_share_no_point():
    points = true_points(500)
    assert counts(points, sigma=5.0).sum() == 500


@pytest.mark.errors
def test_what_are_no_points_is_named():
    with pytest.raises(
        ValueError, match=r"points must be \(n, 2\), one row at least, got \(3, 3\)"
    ):
        modes_found(np.zeros((3, 3)))
    with pytest.raises(ValueError, match=r"got \(0, 2\)"):
        share_on_ring(np.zeros((0, 2)))
    with pytest.raises(ValueError, match="NaN"):
        modes_found(np.full((3, 2), np.nan))
    with pytest.raises(TypeError, match="points must be float"):
        counts(np.zeros((3, 2), int))

import numpy as np
import pytest
from scipy.stats import multivariate_normal

from learnkit.images import masks
from learnkit.images.data import emoji, fashion_mnist, to_float
from learnkit.images.learned_fills import LinearMMSE, MeanPicture, NearestNeighbours
from learnkit.images.metrics import mse

GARMENTS = fashion_mnist("train")[0][:2000]
UNSEEN = to_float(fashion_mnist("test")[0][:20])
HOLE = masks.box((28, 28), height=12, width=9, left=3)


def nearest_by_a_loop(image, hole, k):
    away = [((image - t)[~hole] ** 2).sum() for t in to_float(GARMENTS)]
    return to_float(GARMENTS)[np.argsort(away, kind="stable")[:k]].mean(axis=0)


@pytest.mark.parametrize("k", [1, 10])
def test_the_nearest_neighbours_are_those_of_a_loop_over_all(k):
    fill = NearestNeighbours(GARMENTS, k=k)
    for image, hole in [(UNSEEN[0], HOLE), (UNSEEN[1], masks.half((28, 28)))]:
        expected = np.where(hole, nearest_by_a_loop(image, hole, k), image)
        np.testing.assert_allclose(fill(image, hole), expected, atol=1e-12)


def test_one_neighbour_of_a_picture_that_was_learned_is_the_picture():
    images = to_float(GARMENTS[:30])
    holes = np.broadcast_to(HOLE, images.shape)
    filled = NearestNeighbours(GARMENTS, k=1).batch(np.where(holes, 0, images), holes)
    np.testing.assert_array_equal(filled, images)


def test_all_neighbours_together_are_the_mean_picture():
    fill, mean = NearestNeighbours(GARMENTS[:50], k=50), MeanPicture(GARMENTS[:50])
    np.testing.assert_allclose(fill(UNSEEN[0], HOLE), mean(UNSEEN[0], HOLE), atol=1e-12)


def test_of_equals_the_earlier_picture_is_taken():
    images = np.zeros((40, 2, 2))
    images[:, 1, 1] = np.linspace(0, 1, 40)
    hole = np.array([[False, False], [False, True]])
    assert NearestNeighbours(images, k=1)(images[0], hole)[1, 1] == 0


def test_blocks_of_pictures_make_no_difference(monkeypatch):
    holes = np.broadcast_to(HOLE, UNSEEN.shape)
    whole = NearestNeighbours(GARMENTS).batch(UNSEEN, holes)
    linear = LinearMMSE(GARMENTS).batch(UNSEEN, holes)
    monkeypatch.setattr("learnkit.images.learned_fills.BLOCK", 23)
    monkeypatch.setattr("learnkit.images.learned_fills.QUERIES", 7)
    np.testing.assert_array_equal(NearestNeighbours(GARMENTS).batch(UNSEEN, holes), whole)
    np.testing.assert_allclose(LinearMMSE(GARMENTS).batch(UNSEEN, holes), linear, atol=1e-4)


@pytest.mark.parametrize("hole", [HOLE, masks.scatter((28, 28), fraction=0.8, seed=0)])
def test_the_linear_fill_is_the_conditional_mean_written_with_the_covariance(hole):
    X = to_float(GARMENTS).reshape(-1, 784)
    m, C = X.mean(axis=0), np.cov(X.T, bias=True)
    u, k = hole.ravel(), ~hole.ravel()
    gain = C[np.ix_(u, k)] @ np.linalg.inv(C[np.ix_(k, k)] + 1e-3 * np.eye(k.sum()))
    fill = LinearMMSE(GARMENTS)
    for image in UNSEEN:
        expected = image.copy()
        expected[hole] = (m[u] + gain @ (image.ravel()[k] - m[k])).clip(0, 1)
        np.testing.assert_allclose(fill(image, hole), expected, atol=1e-3)


def test_of_a_gaussian_the_linear_fill_is_the_likeliest():
    rng = np.random.default_rng(0)
    mix = 0.03 * rng.standard_normal((6, 6))
    images = (0.5 + rng.standard_normal((4000, 6)) @ mix).clip(0, 1).reshape(-1, 2, 3)
    hole = np.array([[True, False, False], [False, True, False]])
    fill = LinearMMSE(images, jitter=1e-9)
    filled = fill(images[0], hole)
    cloud = multivariate_normal(fill.mean, fill.covariance, allow_singular=True)
    for _ in range(50):
        other = filled.copy()
        other[hole] += 1e-2 * rng.standard_normal(2)
        assert cloud.logpdf(filled.ravel()) >= cloud.logpdf(other.ravel())


def test_bytes_and_floats_teach_the_same():
    for fill in (MeanPicture, NearestNeighbours, LinearMMSE):
        by_bytes, by_floats = fill(GARMENTS[:300]), fill(to_float(GARMENTS[:300]))
        filled = by_bytes(UNSEEN[3], HOLE)
        np.testing.assert_allclose(filled, by_floats(UNSEEN[3], HOLE), atol=1e-3)


def test_what_is_learned_beats_the_mean_picture():
    fills = [f(GARMENTS) for f in (MeanPicture, NearestNeighbours, LinearMMSE)]
    holes = np.broadcast_to(HOLE, UNSEEN.shape)
    mean, near, linear = (((f.batch(UNSEEN, holes) - UNSEEN) ** 2).mean() for f in fills)
    assert near < 0.5 * mean and linear < 0.5 * mean


def test_colour_is_filled_with_all_channels_together():
    pictures = emoji(category="Food & Drink")[0]
    image = to_float(pictures[0])
    hole = masks.box((32, 32), height=10, width=10)
    near = NearestNeighbours(pictures, k=1)(masks.cut_hole(image, hole), hole)
    np.testing.assert_array_equal(near, image)
    few = pictures[:40, 8:24, 8:24]
    hole = masks.box((16, 16), height=4, width=4)
    linear, mean = LinearMMSE(few), MeanPicture(few)
    image = to_float(few[0])
    assert mse(linear(image, hole), image) < mse(mean(image, hole), image)


def test_a_factor_is_kept_for_the_next_picture_with_the_same_hole(monkeypatch):
    import scipy.linalg

    made, cho_factor = [], scipy.linalg.cho_factor
    monkeypatch.setattr(
        scipy.linalg, "cho_factor", lambda *a, **k: made.append(1) or cho_factor(*a, **k)
    )
    fill = LinearMMSE(GARMENTS)
    for image in UNSEEN:
        fill(image, HOLE)
    fill.batch(UNSEEN, np.broadcast_to(HOLE, UNSEEN.shape))
    assert len(made) == 1
    fill(UNSEEN[0], masks.half((28, 28)))
    assert len(made) == 2


@pytest.mark.errors
def test_another_size_is_refused_and_the_learned_one_named():
    fill = LinearMMSE(GARMENTS)
    with pytest.raises(ValueError, match=r"learned pictures of shape \(28, 28\), got \(10, 12\)"):
        fill(np.zeros((10, 12)), np.zeros((10, 12), bool))
    with pytest.raises(ValueError, match=r"got \(28, 28, 3\)"):
        fill.batch(np.zeros((2, 28, 28, 3)), np.zeros((2, 28, 28), bool))


@pytest.mark.errors
def test_training_pictures_that_are_none_are_refused():
    for images, error, sentence in [
        (GARMENTS.astype(int), TypeError, "got int64"),
        (GARMENTS.astype(float), ValueError, "divide by 255"),
        (GARMENTS[0], ValueError, "training pictures must be"),
        (GARMENTS[:1], ValueError, "two pictures at least"),
    ]:
        with pytest.raises(error, match=sentence):
            MeanPicture(images)
    with pytest.raises(ValueError, match="k must be at most the number of pictures, 5, got 10"):
        NearestNeighbours(GARMENTS[:5])
    with pytest.raises(ValueError, match="jitter must be a positive number, got 0"):
        LinearMMSE(GARMENTS, jitter=0.0)

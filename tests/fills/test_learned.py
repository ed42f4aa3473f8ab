"""What all fills keep that learn from pictures: sizes, types, batches, and that learning helps."""

import numpy as np
import pytest

from learnkit.fills.learned import MeanPicture
from learnkit.fills.linear_mmse import LinearMMSE
from learnkit.fills.nearest_neighbours import NearestNeighbours
from learnkit.holes import draw
from learnkit.images.data import emoji, fashion_mnist, to_float
from learnkit.images.metrics import mse

GARMENTS = fashion_mnist("train")[0][:2000]
UNSEEN = to_float(fashion_mnist("test")[0][:20])
HOLE = draw.box((28, 28), height=12, width=9, left=3)


def test_blocks_of_pictures_make_no_difference(monkeypatch):
    holes = np.broadcast_to(HOLE, UNSEEN.shape)
    whole = NearestNeighbours(GARMENTS).batch(UNSEEN, holes)
    linear = LinearMMSE(GARMENTS).batch(UNSEEN, holes)
    monkeypatch.setattr("learnkit.fills.learned.BLOCK", 23)
    monkeypatch.setattr("learnkit.fills.nearest_neighbours.QUERIES", 7)
    np.testing.assert_array_equal(NearestNeighbours(GARMENTS).batch(UNSEEN, holes), whole)
    np.testing.assert_allclose(LinearMMSE(GARMENTS).batch(UNSEEN, holes), linear, atol=1e-4)


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
    hole = draw.box((32, 32), height=10, width=10)
    near = NearestNeighbours(pictures, k=1)(draw.cut_hole(image, hole), hole)
    np.testing.assert_array_equal(near, image)
    few = pictures[:40, 8:24, 8:24]
    hole = draw.box((16, 16), height=4, width=4)
    linear, mean = LinearMMSE(few), MeanPicture(few)
    image = to_float(few[0])
    assert mse(linear(image, hole), image) < mse(mean(image, hole), image)


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

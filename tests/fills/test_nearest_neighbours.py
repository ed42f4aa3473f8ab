import numpy as np
import pytest

from learnkit.fills.learned import MeanPicture
from learnkit.fills.nearest_neighbours import NearestNeighbours
from learnkit.holes import draw
from learnkit.images.data import fashion_mnist, to_float

GARMENTS = fashion_mnist("train")[0][:2000]
UNSEEN = to_float(fashion_mnist("test")[0][:20])
HOLE = draw.box((28, 28), height=12, width=9, left=3)


def nearest_by_a_loop(image, hole, k):
    away = [((image - t)[~hole] ** 2).sum() for t in to_float(GARMENTS)]
    return to_float(GARMENTS)[np.argsort(away, kind="stable")[:k]].mean(axis=0)


@pytest.mark.parametrize("k", [1, 10])
def test_the_nearest_neighbours_are_those_of_a_loop_over_all(k):
    fill = NearestNeighbours(GARMENTS, k=k)
    for image, hole in [(UNSEEN[0], HOLE), (UNSEEN[1], draw.half((28, 28)))]:
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

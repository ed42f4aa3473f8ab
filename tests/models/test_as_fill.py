"""A network as a fill of NumPy pictures: one, many, grey, in colour, and nothing shared."""

import numpy as np
import pytest
import torch
from torch import nn

from learnkit.models.as_fill import batch_fill, fill_with
from learnkit.models.linear_fill import LinearFill


@pytest.fixture
def rng():
    return np.random.default_rng(0)


def test_a_fill_without_parameters_fills_numpy_pictures_too(rng):
    image, hole = rng.random((28, 28)), rng.random((28, 28)) < 0.3
    filled = fill_with(LinearFill())(image, hole)
    np.testing.assert_array_equal(filled[~hole], image[~hole])


def test_nothing_is_shared_with_the_caller(rng, recwarn):
    images, holes = rng.random((2, 8, 9)).astype(np.float32), rng.random((2, 8, 9)) < 0.5
    before = images.copy()
    images.flags.writeable = holes.flags.writeable = False
    batch_fill(lambda x, hole: x.zero_())(images, holes)
    np.testing.assert_array_equal(images, before)
    assert not recwarn.list


class Grey(nn.Module):
    """Fills with a learned grey, and is careless about known pixels."""

    def __init__(self):
        super().__init__()
        self.grey = nn.Parameter(torch.tensor(0.25))
        self.seen = []

    def fill(self, images, hole):
        self.seen.append((tuple(images.shape), tuple(hole.shape), images.dtype))
        return torch.where(hole, self.grey, images + 1e-3)


def test_a_network_fills_numpy_pictures_in_chunks(monkeypatch, rng):
    monkeypatch.setattr("learnkit.models.as_fill.CHUNK", 4)
    images, holes, model = rng.random((6, 8, 9)), rng.random((6, 8, 9)) < 0.5, Grey()
    filled = batch_fill(model.fill)(images, holes)
    np.testing.assert_array_equal(filled, np.where(holes, 0.25, images))
    assert model.seen == [((n, 1, 8, 9), (n, 1, 8, 9), torch.float32) for n in (4, 2)]


def test_colours_go_first_and_come_back_last(rng):
    image, hole, model = rng.random((8, 9, 3)), rng.random((8, 9)) < 0.5, Grey()
    filled = fill_with(model)(image, hole)
    np.testing.assert_array_equal(filled, np.where(hole[..., None], 0.25, image))
    assert model.seen == [((1, 3, 8, 9), (1, 1, 8, 9), torch.float32)]


def test_an_empty_hole_gives_a_copy_and_asks_nobody(rng):
    image, model = rng.random((8, 9)), Grey()
    filled = fill_with(model)(image, np.zeros((8, 9), bool))
    np.testing.assert_array_equal(filled, image)
    assert filled is not image and model.seen == []


@pytest.mark.errors
def test_a_network_without_a_fill_is_named():
    with pytest.raises(TypeError, match=r"has fill.images, hole., and Linear has none"):
        fill_with(nn.Linear(2, 2))

"""What filling networks share: the score of a hole, pasting, and the NumPy form."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from learnkit.images.metrics import pooled_psnr
from learnkit.models import filling
from learnkit.models.context_encoder import ContextEncoder
from learnkit.models.linear_fill import LinearFill
from learnkit.models.partial_conv import GatedUNet, PartialUNet
from learnkit.models.unet import Inpainter


@pytest.fixture
def rng():
    return np.random.default_rng(0)


def pictures(seed, n=3, c=2, h=4, w=5):
    dice = torch.Generator().manual_seed(seed)
    pred, target = torch.rand(2, n, c, h, w, generator=dice)
    return pred, target, torch.rand(n, 1, h, w, generator=dice) < 0.4


@settings(deadline=None)
@given(st.integers(0, 1000))
def test_hole_mse_is_the_mean_over_the_values_of_the_hole(seed):
    pred, target, hole = pictures(seed)
    hole[0, 0, 0, 0] = True
    every = hole.expand_as(pred)
    truth = F.mse_loss(pred[every], target[every])
    torch.testing.assert_close(filling.hole_mse(pred, target, hole), truth)


def test_hole_mse_takes_one_hole_for_all_and_agrees_with_the_metrics():
    pred, target, hole = pictures(0, c=1)
    one = hole[:1]
    holes = one.expand_as(hole)[:, 0].numpy()
    decibels = pooled_psnr(pred[:, 0].numpy(), target[:, 0].numpy(), holes=holes)
    assert -10 * filling.hole_mse(pred, target, one).log10().item() == pytest.approx(decibels)


def test_known_pixels_get_no_gradient_even_where_they_are_nan():
    pred, target, hole = pictures(1)
    pred = torch.where(hole, pred, torch.nan).requires_grad_()
    filling.hole_mse(pred, target, hole).backward()
    assert (pred.grad[~hole.expand_as(pred)] == 0).all() and pred.grad.isfinite().all()


@settings(deadline=None)
@given(st.integers(0, 1000))
def test_composite_keeps_the_known_bit_for_bit(seed):
    pred, image, hole = pictures(seed)
    pasted, every = filling.composite(pred, image, hole), hole.expand_as(pred)
    assert torch.equal(pasted[~every], image[~every]) and torch.equal(pasted[every], pred[every])
    assert (filling.cut(image, hole)[every] == 0).all()


NETWORKS = [ContextEncoder, PartialUNet, GatedUNet, Inpainter]


@pytest.mark.parametrize("dtype", [torch.float64, torch.float16, torch.bfloat16])
@pytest.mark.parametrize("network", [*NETWORKS, LinearFill])
def test_pictures_of_any_float_type_are_filled_and_come_back_in_it(network, dtype):
    torch.manual_seed(0)
    images, hole = torch.rand(2, 1, 28, 28).to(dtype), torch.zeros(2, 1, 28, 28, dtype=torch.bool)
    hole[..., 9:20, 5:16] = True
    fill = network().eval().fill(images, hole)
    assert fill.dtype == dtype and torch.equal(fill[~hole], images[~hole])


def test_a_fill_without_parameters_fills_numpy_pictures_too(rng):
    image, hole = rng.random((28, 28)), rng.random((28, 28)) < 0.3
    filled = filling.fill_with(LinearFill())(image, hole)
    np.testing.assert_array_equal(filled[~hole], image[~hole])


def test_nothing_is_shared_with_the_caller(rng, recwarn):
    images, holes = rng.random((2, 8, 9)).astype(np.float32), rng.random((2, 8, 9)) < 0.5
    before = images.copy()
    images.flags.writeable = holes.flags.writeable = False
    filling.batch_fill(lambda x, hole: x.zero_())(images, holes)
    np.testing.assert_array_equal(images, before)
    assert not recwarn.list


@pytest.mark.parametrize("network", NETWORKS)
def test_every_network_takes_one_hole_for_all_pictures_as_one_for_each(network):
    torch.manual_seed(0)
    images, hole = torch.rand(2, 1, 28, 28), torch.zeros(1, 1, 28, 28, dtype=torch.bool)
    hole[..., 9:20, 5:16] = True
    model = network().eval()
    one, each = model.fill(images, hole), model.fill(images, hole.repeat(2, 1, 1, 1))
    torch.testing.assert_close(one, each)
    assert torch.equal(one[~hole.expand_as(one)], images[~hole.expand_as(images)])


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
    monkeypatch.setattr(filling, "CHUNK", 4)
    images, holes, model = rng.random((6, 8, 9)), rng.random((6, 8, 9)) < 0.5, Grey()
    filled = filling.batch_fill(model.fill)(images, holes)
    np.testing.assert_array_equal(filled, np.where(holes, 0.25, images))
    assert model.seen == [((n, 1, 8, 9), (n, 1, 8, 9), torch.float32) for n in (4, 2)]


def test_colours_go_first_and_come_back_last(rng):
    image, hole, model = rng.random((8, 9, 3)), rng.random((8, 9)) < 0.5, Grey()
    filled = filling.fill_with(model)(image, hole)
    np.testing.assert_array_equal(filled, np.where(hole[..., None], 0.25, image))
    assert model.seen == [((1, 3, 8, 9), (1, 1, 8, 9), torch.float32)]


def test_an_empty_hole_gives_a_copy_and_asks_nobody(rng):
    image, model = rng.random((8, 9)), Grey()
    filled = filling.fill_with(model)(image, np.zeros((8, 9), bool))
    np.testing.assert_array_equal(filled, image)
    assert filled is not image and model.seen == []


@pytest.mark.errors
@pytest.mark.parametrize(
    ("images", "hole", "kind", "words"),
    [
        (torch.zeros(2, 1, 4, 4), torch.zeros(2, 1, 4, 4), TypeError, "hole must be a bool tensor"),
        (torch.zeros(2, 1, 4, 4), torch.zeros(2, 4, 4) > 0, ValueError, r"\(2, 1, 4, 4\), one cha"),
        (torch.zeros(2, 1, 4, 4), [[True]], TypeError, "hole must be a torch tensor, got list"),
        (np.zeros((2, 1, 4, 4)), torch.zeros(2, 1, 4, 4) > 0, TypeError, "images must be a torch"),
        (torch.zeros(2, 4, 4), torch.zeros(2, 1, 4, 4) > 0, ValueError, "images must be float"),
        (torch.zeros(2, 1, 4, 4).long(), torch.zeros(2, 1, 4, 4) > 0, ValueError, "torch.int64"),
    ],
)
def test_what_is_no_hole_is_named(images, hole, kind, words):
    with pytest.raises(kind, match=words):
        filling.check_holes(images, hole)


@pytest.mark.errors
def test_what_cannot_be_scored_or_filled_says_why():
    pred, target, hole = pictures(0)
    with pytest.raises(ValueError, match="the hole is empty: no pixel to judge"):
        filling.hole_mse(pred, target, hole & False)
    with pytest.raises(ValueError, match=r"one shape, got \(3, 2, 4, 5\) and \(2, 2, 4, 5\)"):
        filling.hole_mse(pred, target[:2], hole)
    with pytest.raises(ValueError, match="covers every pixel: a fill needs a known pixel"):
        filling.check_something_known(hole | True)
    with pytest.raises(ValueError, match=r"multiples of 4, .* got 4 x 5"):
        filling.check_quarters(pred)
    with pytest.raises(TypeError, match=r"has fill.images, hole., and Linear has none"):
        filling.fill_with(nn.Linear(2, 2))

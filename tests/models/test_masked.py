"""What networks share that fill holes: the score of a hole, pasting, and what is refused."""

import sys

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st

from learnkit.images.metrics import pooled_psnr
from learnkit.models import masked
from learnkit.models.context_encoder import ContextEncoder
from learnkit.models.linear_fill import LinearFill
from learnkit.models.painter import Painter
from learnkit.models.partial_conv import GatedUNet, PartialUNet
from learnkit.models.photo_inpainter import PhotoInpainter
from learnkit.models.unet import Inpainter


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
    torch.testing.assert_close(masked.hole_mse(pred, target, hole), truth)


def test_hole_mse_takes_one_hole_for_all_and_agrees_with_the_metrics():
    pred, target, hole = pictures(0, c=1)
    one = hole[:1]
    holes = one.expand_as(hole)[:, 0].numpy()
    decibels = pooled_psnr(pred[:, 0].numpy(), target[:, 0].numpy(), holes=holes)
    assert -10 * masked.hole_mse(pred, target, one).log10().item() == pytest.approx(decibels)


def test_known_pixels_get_no_gradient_even_where_they_are_nan():
    pred, target, hole = pictures(1)
    pred = torch.where(hole, pred, torch.nan).requires_grad_()
    masked.hole_mse(pred, target, hole).backward()
    assert (pred.grad[~hole.expand_as(pred)] == 0).all() and pred.grad.isfinite().all()


@settings(deadline=None)
@given(st.integers(0, 1000))
def test_composite_keeps_the_known_bit_for_bit(seed):
    pred, image, hole = pictures(seed)
    pasted, every = masked.composite(pred, image, hole), hole.expand_as(pred)
    assert torch.equal(pasted[~every], image[~every]) and torch.equal(pasted[every], pred[every])
    assert (masked.cut(image, hole)[every] == 0).all()


NETWORKS = [ContextEncoder, PartialUNet, GatedUNet, Inpainter]


@pytest.mark.parametrize("dtype", [torch.float64, torch.float16, torch.bfloat16])
@pytest.mark.parametrize("network", [*NETWORKS, LinearFill])
def test_pictures_of_any_float_type_are_filled_and_come_back_in_it(network, dtype):
    torch.manual_seed(0)
    images, hole = torch.rand(2, 1, 28, 28).to(dtype), torch.zeros(2, 1, 28, 28, dtype=torch.bool)
    hole[..., 9:20, 5:16] = True
    fill = network().eval().fill(images, hole)
    assert fill.dtype == dtype and torch.equal(fill[~hole], images[~hole])


@pytest.mark.parametrize("network", NETWORKS)
def test_every_network_takes_one_hole_for_all_pictures_as_one_for_each(network):
    torch.manual_seed(0)
    images, hole = torch.rand(2, 1, 28, 28), torch.zeros(1, 1, 28, 28, dtype=torch.bool)
    hole[..., 9:20, 5:16] = True
    model = network().eval()
    one, each = model.fill(images, hole), model.fill(images, hole.repeat(2, 1, 1, 1))
    torch.testing.assert_close(one, each)
    assert torch.equal(one[~hole.expand_as(one)], images[~hole.expand_as(images)])


def test_the_psnr_of_equal_pictures_is_infinite():
    image, hole = torch.rand(2, 1, 4, 4), torch.ones(2, 1, 4, 4, dtype=torch.bool)
    assert masked.hole_psnr(image, image, hole) == float("inf")


def test_the_mean_hole_psnr_is_the_mean_of_torchs_own_errors():
    pred, target = torch.rand(2, 4, 3, 6, 5, generator=torch.Generator().manual_seed(0))
    hole = torch.rand(4, 1, 6, 5, generator=torch.Generator().manual_seed(1)) < 0.5
    errors = [
        F.mse_loss(p[h.expand_as(p)], t[h.expand_as(t)])
        for p, t, h in zip(pred, target, hole, strict=True)
    ]
    truth = -10 * torch.log10(torch.stack(errors) + 0.01).mean()
    torch.testing.assert_close(masked.mean_hole_psnr(pred, target, hole, floor=0.01), truth)


@pytest.mark.parametrize(
    "make", [Inpainter, Painter, ContextEncoder, GatedUNet, PartialUNet, PhotoInpainter, LinearFill]
)
def test_a_picture_and_its_hole_are_checked_once_on_their_way(make, monkeypatch):
    check, calls = masked.check_holes, []

    def counted(images, hole, name="hole"):
        calls.append(name)
        return check(images, hole, name)

    for module in [m for name, m in sys.modules.items() if name.startswith("learnkit.models.")]:
        if hasattr(module, "check_holes"):
            monkeypatch.setattr(module, "check_holes", counted)
    model = make(28, 28) if make is LinearFill else make(width=8)
    _, target, hole = pictures(0, 2, 1, 28, 28)
    with torch.no_grad():
        assert model.fill(target, hole).shape == target.shape
        assert calls.count("hole") == 1
        if not isinstance(model, Painter):  # which is called with its noise
            model(target, hole)
            assert calls.count("hole") == 2


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
        masked.check_holes(images, hole)


@pytest.mark.errors
def test_what_cannot_be_scored_says_why():
    pred, target, hole = pictures(0)
    with pytest.raises(ValueError, match="the hole is empty: no pixel to judge"):
        masked.hole_mse(pred, target, hole & False)
    with pytest.raises(ValueError, match=r"one shape, got \(3, 2, 4, 5\) and \(2, 2, 4, 5\)"):
        masked.hole_mse(pred, target[:2], hole)
    with pytest.raises(ValueError, match="covers every pixel: a fill needs a known pixel"):
        masked.check_something_known(hole | True)
    with pytest.raises(ValueError, match=r"multiples of 4, .* got 4 x 5"):
        masked.check_quarters(pred)


@pytest.mark.parametrize("count", [1, 2, 5, 16])
def test_of_opposite_draws_the_second_half_is_the_first_with_the_other_sign(count):
    x = torch.zeros(2, 2, 4)  # 16 numbers: of fewer torch draws others when it draws more
    plain, paired = (
        masked.draws_like(x, count, torch.Generator().manual_seed(0), opposite=o)
        for o in (False, True)
    )
    fresh = (count + 1) // 2
    assert plain.shape == paired.shape == (count, 2, 2, 4)
    assert torch.equal(paired[:fresh], plain[:fresh])
    assert torch.equal(paired[fresh:], -paired[: count - fresh])


def test_the_mean_of_opposite_draws_is_nearer_to_the_mean_of_all():
    """The square of a linear map: what is odd in the noise cancels, what is even stays."""

    class Bent(masked.Draws):
        def fills(self, images, hole, count, generator=None, *, opposite=False):
            noise = masked.draws_like(images, count, generator, opposite=opposite)
            return noise + 0.1 * noise**2

    images, hole = torch.zeros(400, 1, 2, 2), torch.ones(400, 1, 2, 2, dtype=torch.bool)
    dice = torch.Generator().manual_seed(0)
    apart = Bent().fills(images, hole, 16, dice).mean(dim=0)
    paired = Bent().fill(images, hole, dice, count=16)
    assert (paired - 0.1).square().mean() < 0.1 * (apart - 0.1).square().mean()

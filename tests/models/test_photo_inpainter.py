"""The network over the plate: any size, colour or grey, and blind to what stands in the hole."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from learnkit.fills.harmonic import biharmonic
from learnkit.holes import draw
from learnkit.images.data import photograph
from learnkit.images.metrics import psnr
from learnkit.models.as_fill import fill_with
from learnkit.models.photo_inpainter import PhotoInpainter, local_statistics
from learnkit.models.pretrained import pretrained


@pytest.fixture(scope="module")
def awake():
    """A small network whose last layer is not zero any more."""
    torch.manual_seed(0)
    model = PhotoInpainter(8, depth=1)
    nn.init.normal_(model.end[0].weight, std=0.1)
    return model.eval()


def drawn(seed, c, h, w):
    dice = torch.Generator().manual_seed(seed)
    hole = torch.rand(2, 1, h, w, generator=dice) < 0.3
    hole[..., 0, 0] = False
    return torch.rand(2, c, h, w, generator=dice), hole


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 1000), st.sampled_from([1, 3]), st.integers(1, 21), st.integers(1, 21))
def test_pictures_of_any_size_keep_their_known_pixels_bit_for_bit(awake, seed, c, h, w):
    images, hole = drawn(seed, c, h, w)
    fill = awake.fill(images, hole)
    assert fill.shape == images.shape and fill.dtype == images.dtype
    assert torch.equal(fill.masked_select(~hole), images.masked_select(~hole))
    assert fill.min() >= 0 and fill.max() <= 1


@settings(deadline=None, max_examples=20)
@given(st.integers(0, 1000), st.sampled_from([0.0, 0.5, 1e6, torch.nan, torch.inf]))
def test_what_stands_in_the_hole_is_never_read(awake, seed, junk):
    images, hole = drawn(seed, 3, 11, 14)
    assert torch.equal(awake(images, hole), awake(torch.where(hole, junk, images), hole))


def test_untrained_it_is_nearly_the_plate_and_an_empty_hole_gives_the_picture(awake):
    image = photograph("astronaut", height=64)
    hole = draw.scratches(image.shape, count=6, seed=0)
    made = fill_with(PhotoInpainter(8, depth=1))(image, hole)
    plate = biharmonic(image, hole)
    assert np.abs(made - plate).mean() < 1e-3
    x = torch.from_numpy(image).float().permute(2, 0, 1)[None]
    assert torch.equal(awake.fill(x, torch.zeros(1, 1, 64, 64) > 0), x)


def test_grey_is_filled_as_a_colour_picture_whose_channels_are_alike(awake):
    images, hole = drawn(0, 1, 17, 22)
    colour = awake(images.expand(-1, 3, -1, -1), hole)
    torch.testing.assert_close(awake(images, hole), colour.mean(dim=1, keepdim=True))


def test_a_picture_is_filled_the_same_alone_as_in_a_batch_and_a_darker_one_in_proportion(awake):
    images, hole = drawn(0, 3, 24, 20)
    calm = 0.35 + 0.3 * images  # so that no plate is clipped
    both, one = awake(calm, hole), awake(calm[:1], hole[:1])
    torch.testing.assert_close(both[:1], one)
    twice = awake(0.2 + 0.6 * images, hole)  # a floor of 1/100 counts little in a spread of 0.1
    torch.testing.assert_close(twice, 2 * both - 0.5, atol=5e-3, rtol=0)


def test_the_mean_around_a_pixel_is_that_of_the_blocks_and_sigma_at_least_a_hundredth():
    images = torch.rand(2, 3, 12, 12, generator=torch.Generator().manual_seed(0))
    mean, spread = local_statistics(images)
    middle = images.mean(dim=(2, 3))  # all nine blocks, as the middle one sees them
    inner = F.avg_pool2d(mean, 12)[..., 0, 0]
    assert (inner - middle).abs().max() < 0.03
    assert spread.shape == (2, 1, 12, 12)
    torch.testing.assert_close(
        local_statistics(images * 0 + 0.3)[1], torch.full((2, 1, 12, 12), 0.01)
    )


def test_every_part_of_it_learns_and_a_few_steps_bring_the_hole_nearer(awake):
    tile = torch.from_numpy(photograph("coffee", height=128)).float().permute(2, 0, 1)
    images = tile.unfold(1, 32, 32).unfold(2, 32, 32).permute(1, 2, 0, 3, 4).reshape(-1, 3, 32, 32)
    hole = torch.zeros(1, 1, 32, 32, dtype=torch.bool)
    hole[..., 14:18, :] = True
    torch.manual_seed(0)
    model = PhotoInpainter(8, depth=1)

    def missed():
        return (model(images, hole) - images).masked_select(hole).square().mean()

    optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
    before = missed().item()
    for _ in range(40):
        optimizer.zero_grad()
        missed().backward()
        optimizer.step()
    assert all(p.grad is not None and p.grad.abs().sum() > 0 for p in model.parameters())
    assert missed().item() < 0.9 * before


@pytest.mark.parametrize("name", ["astronaut", "chelsea"])
def test_the_shipped_weights_are_above_a_plate_on_photographs_never_seen(name):
    image = photograph(name, height=128)
    hole = draw.text(image.shape, "not seen", size=18)
    fill = fill_with(pretrained("photo_inpainter"))
    ours, plate = fill(draw.cut_hole(image, hole), hole), biharmonic(image, hole)
    assert psnr(ours, image, hole=hole) > psnr(plate, image, hole=hole) + 0.5


@pytest.mark.errors
def test_what_cannot_be_filled_says_why(awake):
    images, hole = drawn(0, 3, 8, 8)
    with pytest.raises(ValueError, match="covers every pixel"):
        awake.fill(images, hole | True)
    with pytest.raises(ValueError, match=r"1 or 3 channels, got 2 in \(2, 2, 8, 8\)"):
        awake.fill(images[:, :2], hole)
    with pytest.raises(TypeError, match="hole must be a bool tensor"):
        awake.fill(images, hole.float())
    with pytest.raises(ValueError, match="hole must have shape"):
        awake.fill(images, hole[..., :4])
    assert awake(images, hole | True).isfinite().all()

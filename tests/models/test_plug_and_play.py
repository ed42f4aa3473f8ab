"""Plug-and-play with the best denoiser of a Gaussian: ADMM then ends at the conditional mean."""

import pytest
import torch

from learnkit.models.plug_and_play import plug_and_play
from tests.models.gaussian import SIDE, conditional, world


def wiener(mean, cov, variance):
    """E[x | x + noise of that variance], for x from N(mean, cov), as pictures."""
    gain = cov @ torch.linalg.inv(cov + variance * torch.eye(len(mean), dtype=cov.dtype))
    return lambda v: (mean + (v.flatten(1) - mean) @ gain.T).reshape(v.shape)


def drawn(count):
    mean, cov = world()
    mean, cov = (mean + 1) / 2, cov / 16
    dice = torch.Generator().manual_seed(0)
    z = torch.randn(count, len(mean), generator=dice, dtype=torch.float64)
    image = (mean + z @ torch.linalg.cholesky(cov).T).reshape(count, 1, SIDE, SIDE)
    hole = torch.zeros(1, 1, SIDE, SIDE, dtype=torch.bool)
    hole[..., 1:4, 2:5] = True
    return mean, cov, image, hole


@pytest.mark.parametrize("variance", [0.01, 0.03])
def test_with_a_gaussians_denoiser_it_ends_at_the_conditional_mean(variance):
    mean, cov, image, hole = drawn(4)
    filled = plug_and_play(
        wiener(mean, cov, variance), image, hole, torch.full_like(image, 0.5), rounds=5000
    )
    for picture, fill in zip(image, filled, strict=True):
        want, _ = conditional(mean, cov, hole.flatten(), picture.flatten())
        torch.testing.assert_close(fill[hole[0]], want, rtol=0, atol=1e-3)


def test_known_pixels_come_back_bit_for_bit_and_the_hole_is_never_read():
    mean, cov, image, hole = drawn(3)
    start, denoise = torch.full_like(image, 0.5), wiener(mean, cov, 0.1)
    other = torch.where(hole, 9.0, image)
    one, two = (plug_and_play(denoise, x, hole, start, rounds=3) for x in (image, other))
    assert torch.equal(one, two)
    known = ~hole.expand_as(image)
    assert torch.equal(one[known], image[known])


def test_a_denoiser_that_changes_nothing_leaves_the_first_fill():
    _, _, image, hole = drawn(2)
    start = torch.full_like(image, 0.25)
    filled = plug_and_play(lambda x: x, image, hole, start, rounds=5)
    torch.testing.assert_close(filled, torch.where(hole, start, image))


@pytest.mark.errors
def test_no_round_at_all_is_refused():
    _, _, image, hole = drawn(1)
    with pytest.raises(ValueError, match="rounds must be at least 1"):
        plug_and_play(lambda x: x, image, hole, image, rounds=0)

"""Diffusion posterior sampling on pictures from a Gaussian, whose best denoiser is known."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from learnkit.models.diffusion import ddim_step, level, predicted_x0
from learnkit.models.masked import hole_mse
from learnkit.models.noise_schedule import cosine_schedule
from learnkit.models.posterior_sampling import guided_step, posterior_sample
from tests.models.gaussian import SIDE, denoiser, world

ALPHA_BAR = cosine_schedule(200).double()
MEAN, COV = world()
MODEL = denoiser(MEAN, COV, ALPHA_BAR)


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def drawn(n, seed=0):
    """Pictures of the world in [-1, 1], noisy ones, and a hole of half of the pixels for each."""
    root, dice = torch.linalg.cholesky(COV), seeded(seed)
    z = torch.randn(n, len(MEAN), generator=dice, dtype=torch.float64)
    image = (MEAN + z @ root.T).reshape(n, 1, SIDE, SIDE)
    hole = torch.rand(n, 1, SIDE, SIDE, generator=dice) < 0.5
    return image, torch.randn(image.shape, generator=dice, dtype=torch.float64), hole


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 1000), scale=st.floats(0.1, 3), t=st.integers(1, 199))
def test_the_pull_is_the_slope_of_the_distance_found_by_central_differences(seed, scale, t):
    image, xt, hole = drawn(2, seed)
    now, then = torch.tensor([t, t // 2 + 1]), torch.tensor([t - 1, -1])
    args = (now, then, image, hole, ALPHA_BAR)
    pull = guided_step(MODEL, xt, *args, 0.0) - guided_step(MODEL, xt, *args, scale)

    def distance(x):
        x0 = predicted_x0(x, MODEL(x, now), level(ALPHA_BAR, now, x))
        return torch.where(hole, 0, x0 - image).flatten(1).norm(dim=1)

    along = torch.randn(xt.shape, generator=seeded(seed), dtype=torch.float64)
    h = 1e-4  # 1e-6 is too small: at t = 199 x0 is the difference of numbers in the thousands
    steep = (distance(xt + h * along) - distance(xt - h * along)) / (2 * h)
    got = (pull * along).flatten(1).sum(dim=1)
    torch.testing.assert_close(got, scale * steep, rtol=1e-4, atol=1e-6)


def test_without_a_pull_it_is_the_step_of_ddim_and_the_hole_is_never_read():
    image, xt, hole = drawn(3)
    t, t_prev = torch.tensor([150, 60, 20]), torch.tensor([100, 30, -1])
    plain = ddim_step(xt, MODEL(xt, t), t, t_prev, ALPHA_BAR)
    assert torch.equal(guided_step(MODEL, xt, t, t_prev, image, hole, ALPHA_BAR, 0.0), plain)
    other = torch.where(hole, 7.0, image)
    one, two = (guided_step(MODEL, xt, t, t_prev, x, hole, ALPHA_BAR, 1.0) for x in (image, other))
    assert torch.equal(one, two) and not one.requires_grad and not xt.requires_grad


def test_a_picture_is_pulled_alike_whatever_else_is_in_the_batch():
    image, xt, hole = drawn(3)
    t, t_prev = torch.tensor([150, 60, 20]), torch.tensor([100, 30, -1])
    together = guided_step(MODEL, xt, t, t_prev, image, hole, ALPHA_BAR, 1.0)
    for i in range(3):
        one = slice(i, i + 1)
        alone = guided_step(
            MODEL, xt[one], t[one], t_prev[one], image[one], hole[one], ALPHA_BAR, 1.0
        )
        torch.testing.assert_close(alone, together[one])


def test_the_pull_brings_the_fill_nearer_to_the_truth_than_a_picture_drawn_without_it():
    image, _, hole = drawn(200)
    pictures = (image + 1) / 2

    def error(scale):
        fills = posterior_sample(
            MODEL, pictures, hole, ALPHA_BAR, steps=50, scale=scale, generator=seeded(1)
        )
        assert torch.equal(fills[~hole], pictures[~hole])
        return hole_mse(fills, pictures, hole).item()

    assert error(0.1) < 0.6 * error(0.0)


@pytest.mark.errors
def test_what_does_not_go_together_is_refused():
    image, xt, hole = drawn(2)
    t = torch.tensor([10, 5])
    with pytest.raises(ValueError, match="xt and image must have one shape"):
        guided_step(MODEL, xt, t, t - 1, image[..., :3], hole, ALPHA_BAR, 1.0)
    with pytest.raises(TypeError, match="hole must be a bool tensor"):
        guided_step(MODEL, xt, t, t - 1, image, hole.double(), ALPHA_BAR, 1.0)

import math

import pytest
import torch

from learnkit.models.noise_schedule import (
    cosine_schedule,
    linear_schedule,
    timesteps,
    usable_timesteps,
)

LINEAR, COSINE = linear_schedule(1000), cosine_schedule(1000)


@pytest.mark.parametrize("make", [linear_schedule, cosine_schedule])
@pytest.mark.parametrize("T", [10, 50, 1000])
def test_a_schedule_falls_from_nearly_clean_to_nearly_noise(make, T):
    alpha_bar = make(T)
    assert alpha_bar.shape == (T,) and alpha_bar.dtype == torch.float32
    assert (alpha_bar.diff() < 0).all() and 0 < alpha_bar[-1] and alpha_bar[0] < 1
    assert alpha_bar[-1] < 5e-3 and (T < 1000 or alpha_bar[0] > 0.9995)


def test_the_schedules_are_those_of_the_papers():
    beta = torch.linspace(1e-4, 0.02, 1000).double()
    torch.testing.assert_close(LINEAR.double(), (1 - beta).cumprod(0), rtol=1e-4, atol=1e-7)
    for t in (0, 300, 998):  # before β = 0.999 cuts the last step
        want = math.cos(((t + 1) / 1000 + 0.008) / 1.008 * math.pi / 2) ** 2
        want /= math.cos(0.008 / 1.008 * math.pi / 2) ** 2
        assert COSINE[t].item() == pytest.approx(want, rel=1e-4)
    assert COSINE[-1].item() == pytest.approx(COSINE[-2].item() * 0.001, rel=1e-3)


@pytest.mark.parametrize("power", [1.0, 2.0, 3.0])
@pytest.mark.parametrize(("T", "count"), [(1000, 25), (1000, 1), (10, 10), (7, 5), (100, 99)])
def test_timesteps_fall_from_the_last_and_none_comes_twice(T, count, power):
    steps = timesteps(T, count, power=power)
    assert len(set(steps)) == len(steps) == count
    assert steps == sorted(steps, reverse=True) and steps[0] == T - 1 and steps[-1] >= 0


def test_from_all_steps_of_a_short_schedule_none_is_left_out():
    alpha_bar = cosine_schedule(10)
    assert usable_timesteps(alpha_bar, 10) == list(range(9, -1, -1))
    assert COSINE[usable_timesteps(COSINE, 25)[0]] >= 2e-5


@pytest.mark.errors
def test_counts_and_powers_that_do_not_fit_are_named():
    with pytest.raises(ValueError, match="power must be at least 1, got nan"):
        timesteps(1000, 10, power=math.nan)
    with pytest.raises(ValueError, match=r"count must be from 1 to 1000.*got 0"):
        usable_timesteps(LINEAR, 0)
    with pytest.raises(ValueError, match=r"count must be from 1 to 1000.*got 1001"):
        timesteps(1000, 1001)
    with pytest.raises(ValueError, match=r"power must be at least 1, got 0\.5"):
        timesteps(1000, 10, power=0.5)
    with pytest.raises(ValueError, match="T must be at least 1, got 0"):
        cosine_schedule(0)

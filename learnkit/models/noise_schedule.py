"""Noise schedules: what each step of diffusion keeps of a picture, and which steps are taken.

A schedule is ᾱ (T,), falling from nearly 1 (clean) to nearly 0 (noise alone): at the step t, from
0 on, a picture is √ᾱ_t of itself and √(1 - ᾱ_t) of noise. A sampler visits a few of the T steps.
"""

import math

import torch

from learnkit.shapes import check_at_least
from learnkit.tensors import Levels


def linear_schedule(T: int = 1000) -> Levels:
    """ᾱ (T,) for β that grows in a line from 0.1 / T to 20 / T, at most 0.999.

    Source: Ho et al. (2020), section 4; scaled for other T by Nichol and Dhariwal (2021).
    Raises ValueError where T is below 1.
    """
    check_at_least(1, T=T)
    return _alpha_bar(torch.linspace(0.1 / T, 20 / T, T, dtype=torch.float64, device="cpu"))


def cosine_schedule(T: int = 1000) -> Levels:
    """ᾱ (T,) that falls as cos², so that no step is wasted at either end.

    β is at most 0.999. Source: Nichol and Dhariwal (2021), eq. 17, s = 0.008.
    Raises ValueError where T is below 1.
    """
    check_at_least(1, T=T)
    u = torch.linspace(0, 1, T + 1, dtype=torch.float64, device="cpu")
    f = torch.cos((u + 0.008) / 1.008 * math.pi / 2) ** 2
    return _alpha_bar(1 - f[1:] / f[:-1])


def _alpha_bar(beta: Levels) -> Levels:
    """The running product in double, for a thousand factors near 1 lose digits in single."""
    return torch.cumprod(1 - beta.clamp(max=0.999), dim=0).float()


def timesteps(T: int, count: int, *, power: float = 1.0) -> list[int]:
    """`count` of the steps T - 1 to 0, falling, the first of them T - 1; -1 follows the last.

    Evenly spaced with `power` 1; with 2 they lie closer together near the clean end.
    Raises ValueError where `count` is not from 1 to T, or `power` below 1.

    >>> timesteps(1000, 5)
    [999, 799, 599, 399, 199]
    """
    _check_count(count, T)
    if not power >= 1:  # written so that NaN fails too
        raise ValueError(f"power must be at least 1, got {power}")
    even = (math.floor(T * (i / count) ** power + 0.5) - 1 for i in range(1, count + 1))
    return [max(t, i) for i, t in enumerate(even)][::-1]  # no step twice


def usable_timesteps(alpha_bar: Levels, count: int, *, power: float = 1.0) -> list[int]:
    """`timesteps`, but from where ᾱ reaches 0.00002, if it can be: below, rounding spoils x0."""
    _check_count(count, len(alpha_bar))
    usable = int((alpha_bar >= 2e-5).sum())
    return timesteps(min(max(usable, count), len(alpha_bar)), count, power=power)


def _check_count(count: int, T: int) -> None:
    if not 1 <= count <= T:
        raise ValueError(f"count must be from 1 to {T}, the steps of the schedule, got {count}")

"""Diffusion: noise is added to a picture step by step, and a network learns to remove it.

The way into noise is one line, with ᾱ falling from 1 (clean) to 0 (noise alone):

    xt = √ᾱ_t x0 + √(1 - ᾱ_t) ε,   ε from N(0, I)                          (`q_sample`)

A network ε(xt, t) learns to predict the noise (`denoising_loss`). From it follows a prediction of
the picture, x0 = (xt - √(1 - ᾱ_t) ε) / √ᾱ_t, and noising that anew to a lower level is a step of
the way back: with the same ε (`ddim_step`), or with part of it drawn afresh (`ddpm_step`).

Inside, x lies in [-1, 1], (n, c, h, w); t is int64 (n,), 0-based, and -1 stands for clean, ᾱ = 1.
Source: Ho, Jain and Abbeel (2020); DDIM, Song, Meng and Ermon (2021).
"""

import math
from collections.abc import Callable, Iterator
from typing import NamedTuple

import torch
from jaxtyping import Float
from torch import Tensor

from learnkit.shapes import check_at_least
from learnkit.tensors import Batch, Levels, Scalar, Steps

Denoiser = Callable[[Batch, Steps], Batch]  # (xt, t) to the noise in xt

# ---- how the noise grows -------------------------------------------------------------------------


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


def level(alpha_bar: Levels, t: Steps, like: Batch) -> Float[Tensor, "n ..."]:
    """ᾱ_t in the shape (n, 1, 1, ...) that goes with `like`; 1 where t is -1."""
    at = torch.where(t < 0, 1.0, alpha_bar.to(t.device)[t.clamp(min=0)])
    return at.reshape(-1, *[1] * (like.ndim - 1))


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


# ---- into the noise, and what is learned ---------------------------------------------------------


def q_sample(x0: Batch, t: Steps, noise: Batch, alpha_bar: Levels) -> Batch:
    """√ᾱ_t x0 + √(1 - ᾱ_t) noise: each picture of the batch at its own step t.

    Raises ValueError where shapes do not go together, or t is no step.
    Source: Ho et al. (2020), eq. 4.

    >>> q_sample(torch.ones(1, 1, 1, 1), torch.tensor([1]), torch.zeros(1, 1, 1, 1),
    ...          torch.tensor([0.81, 0.64])).item()
    0.800000011920929
    """
    _check(alpha_bar, t, x0=x0, noise=noise)
    a = level(alpha_bar, t, x0)
    return a.sqrt() * x0 + (1 - a).sqrt() * noise


def denoising_loss(
    model: Denoiser,
    x0: Batch,
    t: Steps,
    noise: Batch,
    alpha_bar: Levels,
) -> Scalar:
    """Mean of (model(xt, t) - noise)²: how well the network predicts the noise.

    Source: Ho et al. (2020), eq. 14.
    """
    return (model(q_sample(x0, t, noise, alpha_bar), t) - noise).square().mean()


# ---- the way back --------------------------------------------------------------------------------


def predicted_x0(xt: Batch, eps: Batch, t: Steps, alpha_bar: Levels) -> Batch:
    """(xt - √(1 - ᾱ_t) ε) / √ᾱ_t: the picture that belongs to this noise."""
    a = level(alpha_bar, t, xt)
    return (xt - (1 - a).sqrt() * eps) / a.sqrt()


def predicted_eps(xt: Batch, x0: Batch, t: Steps, alpha_bar: Levels) -> Batch:
    """(xt - √ᾱ_t x0) / √(1 - ᾱ_t): the noise that belongs to this picture."""
    a = level(alpha_bar, t, xt)
    return (xt - a.sqrt() * x0) / (1 - a).sqrt()


def ddim_step(
    xt: Batch,
    eps: Batch,
    t: Steps,
    t_prev: Steps,
    alpha_bar: Levels,
) -> Batch:
    """√ᾱ_prev x0 + √(1 - ᾱ_prev) ε: the predicted picture, with the same noise, but less of it.

    Raises ValueError where shapes do not go together, or t is no step.
    Source: Song et al. (2021), eq. 12, η = 0.
    """
    _check(alpha_bar, t, t_prev, xt=xt, eps=eps)
    x0, b = predicted_x0(xt, eps, t, alpha_bar), level(alpha_bar, t_prev, xt)
    return b.sqrt() * x0 + (1 - b).sqrt() * eps


def ddpm_step(
    xt: Batch,
    eps: Batch,
    t: Steps,
    t_prev: Steps,
    alpha_bar: Levels,
    noise: Batch,
    *,
    eta: float = 1.0,
) -> Batch:
    """A draw from q(x_prev | xt, x0), of any stride: part of ε is drawn afresh, as `noise`.

    The variance drawn is η² (1 - ᾱ_prev) / (1 - ᾱ_t) (1 - ᾱ_t / ᾱ_prev); with η = 0 it is
    `ddim_step`. Raises ValueError where shapes or steps do not go together, or η is not in [0, 1].
    Source: Ho et al. (2020), eq. 6 and 7; Song et al. (2021), eq. 12 and 16.
    """
    _check(alpha_bar, t, t_prev, xt=xt, eps=eps, noise=noise)
    if not 0 <= eta <= 1:
        raise ValueError(f"eta must be from 0 (no noise is drawn) to 1 (DDPM's), got {eta}")
    if (t_prev > t).any():
        raise ValueError("t_prev must not lie behind t: a step of the way back takes noise away")
    a, b = level(alpha_bar, t, xt), level(alpha_bar, t_prev, xt)
    fresh = eta**2 * (1 - b) / (1 - a).clamp(min=1e-12) * (1 - a / b)  # 0 where all is clean
    kept = (1 - b - fresh).clamp(min=0)  # rounding may take it below
    return b.sqrt() * predicted_x0(xt, eps, t, alpha_bar) + kept.sqrt() * eps + fresh.sqrt() * noise


# ---- samplers, state by state ------------------------------------------------------------------


class State(NamedTuple):
    """The state of a sampler: the step t, xt, and x0 as it is predicted there.

    The last has t = -1, and xt and x0 are the sample.
    """

    t: int
    xt: Batch
    x0: Batch


def ddim(
    model: Denoiser,
    xT: Batch,
    alpha_bar: Levels,
    count: int,
    *,
    eta: float = 0.0,
    order: int = 1,
    clip: bool = True,
    power: float = 1.0,
    generator: torch.Generator | None = None,
) -> Iterator[State]:
    """From noise xT to a sample in `count` network calls; yields `count` + 1 states.

    With η = 0 the same xT always becomes the same picture. `order` 2 extrapolates the last two
    x0 (`extrapolate_x0`), at no further call. `clip` holds x0 to [-1, 1], where pictures lie, and
    corrects ε to match; `power` spaces the steps, as in `timesteps`. Raises ValueError where an
    option is none of these.
    """
    if order not in (1, 2):
        raise ValueError(f"order must be 1 or 2, got {order}")
    xt, before, steps = xT, None, usable_timesteps(alpha_bar, count, power=power)
    for i, (t, t_prev) in enumerate(zip(steps, [*steps[1:], -1], strict=True)):
        x0, eps = predict_x0_eps(model, xt, t, alpha_bar, clip=clip)
        yield State(t, xt, x0)
        if order == 2 and before is not None and t_prev >= 0:
            moved = extrapolate_x0(x0, before, (steps[i - 1], t, t_prev), alpha_bar)
            eps = predicted_eps(xt, moved, at(t, xt), alpha_bar)
        before = x0
        noise = draw_like(xt, generator) if eta else torch.zeros_like(xt)
        xt = ddpm_step(xt, eps, at(t, xt), at(t_prev, xt), alpha_bar, noise, eta=eta)
    xt = xt.clamp(-1, 1) if clip else xt  # rounding alone can lead out
    yield State(-1, xt, xt)


def extrapolate_x0(
    x0: Batch, before: Batch, steps: tuple[int, int, int], alpha_bar: Levels
) -> Batch:
    """x0 half a step on, along the line through the last two predictions.

    `steps` are those of `before`, of `x0`, and the next; the line runs over log(√ᾱ / √(1 - ᾱ)).
    Source: Lu et al. (2022), DPM-Solver++, Algorithm 2.
    """
    last, now, after = torch.logit(alpha_bar.cpu()[list(steps)].double()).tolist()
    return x0 + (after - now) / (2 * (now - last)) * (x0 - before)


def ddpm(
    model: Denoiser,
    xT: Batch,
    alpha_bar: Levels,
    count: int,
    *,
    clip: bool = True,
    power: float = 1.0,
    generator: torch.Generator | None = None,
) -> Iterator[State]:
    """The same with fresh noise in every step (η = 1). Source: Ho et al. (2020), Algorithm 2."""
    return ddim(model, xT, alpha_bar, count, eta=1.0, clip=clip, power=power, generator=generator)


@torch.no_grad()
def predict_x0_eps(
    model: Denoiser, xt: Batch, t: int, alpha_bar: Levels, *, clip: bool
) -> tuple[Batch, Batch]:
    """(x0, ε) as the network predicts them at the step t; where x0 is clipped, ε follows it."""
    now = at(t, xt)
    eps = model(xt, now)
    x0 = predicted_x0(xt, eps, now, alpha_bar)
    if not clip:
        return x0, eps
    x0 = x0.clamp(-1, 1)
    return x0, predicted_eps(xt, x0, now, alpha_bar)


def at(t: int, xt: Batch) -> Steps:
    """The step t for each picture of the batch: int64 (n,)."""
    return torch.full((len(xt),), t, device=xt.device)


def draw_like(x: Batch, generator: torch.Generator | None) -> Batch:
    """Noise from N(0, I) in the shape of x."""
    return torch.randn(x.shape, generator=generator, device=x.device, dtype=x.dtype)


def _check_count(count: int, T: int) -> None:
    if not 1 <= count <= T:
        raise ValueError(f"count must be from 1 to {T}, the steps of the schedule, got {count}")


def _check(alpha_bar: Levels, *steps: Tensor, **tensors: Tensor) -> None:
    """Whether tensors are alike, and each of the steps, t and t_prev, is one a picture."""
    (first, x), *others = tensors.items()
    for name, other in others:
        if other.shape != x.shape:
            raise ValueError(
                f"{first} and {name} must have one shape, got {tuple(x.shape)} and "
                f"{tuple(other.shape)}"
            )
    T = len(alpha_bar)
    for name, t in zip(("t", "t_prev"), steps, strict=False):
        if t.shape != x.shape[:1] or t.is_floating_point():
            wanted = f"{name} must hold a step a picture, int64 ({len(x)},)"
            raise ValueError(f"{wanted}, got {t.dtype} of shape {tuple(t.shape)}")
        if ((t < -1) | (t >= T)).any():  # one question: a GPU is waited for at each
            between = f"{int(t.min())} to {int(t.max())}"
            raise ValueError(f"{name} must be from 0 to {T - 1}, or -1 for clean; got {between}")

"""Diffusion: noise is added to a picture step by step, and a network learns to remove it.

The way into noise is one line, with ᾱ falling from 1 (clean) to 0 (noise alone):

    xt = √ᾱ_t x0 + √(1 - ᾱ_t) ε,   ε from N(0, I)                          (`q_sample`)

A network ε(xt, t) learns to predict the noise (`denoising_loss`). From it follows a prediction of
the picture, x0 = (xt - √(1 - ᾱ_t) ε) / √ᾱ_t, and noising that anew to a lower level is a step of
the way back: with the same ε (`ddim_step`), or with part of it drawn afresh (`ddpm_step`).

Inside, x lies in [-1, 1], (n, c, h, w); t is int64 (n,), 0-based, and -1 stands for clean, ᾱ = 1.
Source: Ho, Jain and Abbeel (2020); DDIM, Song, Meng and Ermon (2021).
"""

from collections.abc import Callable, Iterator
from functools import partial
from itertools import pairwise
from typing import NamedTuple

import torch
from jaxtyping import Float
from torch import Tensor

from learnkit.models.noise_schedule import usable_timesteps
from learnkit.tensors import Batch, Levels, Scalar, Steps

Denoiser = Callable[[Batch, Steps], Batch]  # (xt, t) to the noise in xt
Level = Float[Tensor, "#n ..."]  # ᾱ of each picture, in a shape that goes with the batch


def level(alpha_bar: Levels, t: Steps | int, like: Batch) -> Level:
    """ᾱ_t in a shape that goes with `like`, (n, 1, 1, ...) or (1, 1, 1, ...); 1 where t is -1."""
    alpha_bar = alpha_bar.to(like.device)
    if isinstance(t, int):
        kept = alpha_bar[t] if t >= 0 else alpha_bar.new_ones(())
    else:
        kept = torch.where(t < 0, 1.0, alpha_bar[t.clamp(min=0)])
    return kept.reshape(-1, *[1] * (like.ndim - 1))


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
    return noised(x0, noise, level(alpha_bar, t, x0))


def noised(x0: Batch, noise: Batch, a: Level) -> Batch:
    """`q_sample` to the level a = ᾱ_t, unchecked."""
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


def predicted_x0(xt: Batch, eps: Batch, a: Level) -> Batch:
    """(xt - √(1 - a) ε) / √a, with a = ᾱ_t: the picture that belongs to this noise."""
    return (xt - (1 - a).sqrt() * eps) / a.sqrt()


def predicted_eps(xt: Batch, x0: Batch, a: Level) -> Batch:
    """(xt - √a x0) / √(1 - a), with a = ᾱ_t: the noise that belongs to this picture."""
    return (xt - a.sqrt() * x0) / (1 - a).sqrt()


def ddim_step(xt: Batch, eps: Batch, t: Steps, t_prev: Steps, alpha_bar: Levels) -> Batch:
    """√ᾱ_prev x0 + √(1 - ᾱ_prev) ε: the predicted picture, with the same noise, but less of it.

    Raises ValueError where shapes do not go together, or t is no step.
    Source: Song et al. (2021), eq. 12, η = 0.
    """
    _check(alpha_bar, t, t_prev, xt=xt, eps=eps)
    return denoised(xt, eps, level(alpha_bar, t, xt), level(alpha_bar, t_prev, xt))


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
    check_eta(eta)
    if (t_prev > t).any():
        raise ValueError("t_prev must not lie behind t: a step of the way back takes noise away")
    return denoised(xt, eps, level(alpha_bar, t, xt), level(alpha_bar, t_prev, xt), noise, eta)


def denoised(
    xt: Batch, eps: Batch, a: Level, b: Level, noise: Batch | None = None, eta: float = 0.0
) -> Batch:
    """A step from the level a = ᾱ_t to b = ᾱ_prev, unchecked: `ddim_step`, or `ddpm_step`."""
    x0, kept = predicted_x0(xt, eps, a), 1 - b
    if noise is None:
        return b.sqrt() * x0 + kept.sqrt() * eps
    fresh = eta**2 * kept / (1 - a).clamp(min=1e-12) * (1 - a / b)  # 0 where all is clean
    kept = (kept - fresh).clamp(min=0)  # rounding may take it below
    return b.sqrt() * x0 + kept.sqrt() * eps + fresh.sqrt() * noise


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
    return walk_back(
        partial(predict_x0_eps, model, alpha_bar=alpha_bar.to(xT.device), clip=clip),
        xT,
        alpha_bar,
        usable_timesteps(alpha_bar, count, power=power),
        order=order,
        clip=clip,
        eta=eta,
        draw=partial(draw_like, generator=generator) if eta else None,
    )


def walk_back(
    predict: Callable[[Batch, int], tuple[Batch, Batch]],
    xT: Batch,
    alpha_bar: Levels,
    steps: list[int],
    *,
    order: int,
    clip: bool,
    eta: float,
    draw: Callable[[Batch], Batch] | None,
) -> Iterator[State]:
    """From xT down the steps by `predict(xt, t) -> (x0, ε)`, with noise by `draw` where it is one.

    A GPU is not waited for in between. Options and errors as those of `ddim`.
    """
    if order not in (1, 2):
        raise ValueError(f"order must be 1 or 2, got {order}")
    check_eta(eta)
    heights = torch.logit(alpha_bar.cpu()[steps].double()).tolist() if order == 2 else []
    alpha_bar = alpha_bar.to(xT.device)
    xt, a, before = xT, level(alpha_bar, steps[0], xT), None
    for i, (t, t_prev) in enumerate(pairwise([*steps, -1])):
        x0, eps = predict(xt, t)
        check_alike(xt=xt, eps=eps)
        yield State(t, xt, x0)
        if order == 2 and before is not None and t_prev >= 0:
            eps = predicted_eps(xt, extrapolate_x0(x0, before, *heights[i - 1 : i + 2]), a)
        before, b = x0, level(alpha_bar, t_prev, xt)
        xt, a = denoised(xt, eps, a, b, draw and draw(xt), eta), b
    xt = xt.clamp(-1, 1) if clip else xt  # rounding alone can lead out
    yield State(-1, xt, xt)


def extrapolate_x0(x0: Batch, before: Batch, last: float, now: float, after: float) -> Batch:
    """x0 half a step on, along the line through the last two predictions.

    `last`, `now` and `after` are log(ᾱ / (1 - ᾱ)) where `before`, x0 and the next are predicted.
    Source: Lu et al. (2022), DPM-Solver++, Algorithm 2.
    """
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
    eps, a = model(xt, at(t, xt)), level(alpha_bar, t, xt)
    x0 = predicted_x0(xt, eps, a)
    if not clip:
        return x0, eps
    x0 = x0.clamp(-1, 1)
    return x0, predicted_eps(xt, x0, a)


def at(t: int, xt: Batch) -> Steps:
    """The step t for each picture of the batch: int64 (n,)."""
    return torch.full((len(xt),), t, device=xt.device)


def draw_like(x: Batch, generator: torch.Generator | None) -> Batch:
    """Noise from N(0, I) in the shape of x."""
    return torch.randn(x.shape, generator=generator, device=x.device, dtype=x.dtype)


def check_eta(eta: float) -> None:
    """Raises ValueError where η is not in [0, 1]."""
    if not 0 <= eta <= 1:
        raise ValueError(f"eta must be from 0 (no noise is drawn) to 1 (DDPM's), got {eta}")


def check_alike(**tensors: Tensor) -> None:
    """Raises ValueError where shapes differ, with the names of both."""
    (first, x), *others = tensors.items()
    for name, other in others:
        if other.shape != x.shape:
            raise ValueError(
                f"{first} and {name} must have one shape, got {tuple(x.shape)} and "
                f"{tuple(other.shape)}"
            )


def _check(alpha_bar: Levels, *steps: Tensor, **tensors: Tensor) -> None:
    """Whether tensors are alike, and each of the steps, t and t_prev, is one a picture."""
    check_alike(**tensors)
    x, T = next(iter(tensors.values())), len(alpha_bar)
    for name, t in zip(("t", "t_prev"), steps, strict=False):
        if t.shape != x.shape[:1] or t.is_floating_point():
            wanted = f"{name} must hold a step a picture, int64 ({len(x)},)"
            raise ValueError(f"{wanted}, got {t.dtype} of shape {tuple(t.shape)}")
        if ((t < -1) | (t >= T)).any():  # one question: a GPU is waited for at each
            between = f"{int(t.min())} to {int(t.max())}"
            raise ValueError(f"{name} must be from 0 to {T - 1}, or -1 for clean; got {between}")

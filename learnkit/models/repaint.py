"""Holes filled by a diffusion model that was trained for whole pictures only: two ways.

`repaint` never asks the network about the hole. At every level of noise it puts the known pixels
in, noised to that level (`repaint_blend`), and goes back and forth so that the hole adapts to them.
Source: Lugmayr et al. (2022), RePaint.

`guided` asks: how must x0 change so that its known pixels are right? By Tweedie's second formula
the covariance of the pixels of x0 given xt is

    Σ = (1 - ᾱ) / √ᾱ  ∂x0 / ∂xt

so the Gaussian conditional mean of lesson 10, x0 + Σ A' (A Σ A')⁻¹ (y - A x0) with A = "known
pixels of", can be had by conjugate gradients, each a pass back through the network.
Source: Rozet et al. (2024), Learning Diffusion Priors from Observations, section 4.

Pictures are (n, c, h, w) in [0, 1] at the border, also in the states; a hole is (n, 1, h, w)
bool, True = to be filled. Known pixels come back bit for bit in the last state. In between all is
as precise as ᾱ, whatever the picture is.
"""

from collections.abc import Iterator
from itertools import pairwise

import torch
from jaxtyping import Float
from torch import Tensor

from learnkit.models.diffusion import (
    Denoiser,
    State,
    at,
    ddpm_step,
    draw_like,
    extrapolate_x0,
    level,
    predict_x0_eps,
    predicted_eps,
    predicted_x0,
    q_sample,
    usable_timesteps,
)
from learnkit.models.masked import check_holes, composite
from learnkit.shapes import check_at_least
from learnkit.tensors import Batch, Hole, Images, Levels, Steps

# ---- RePaint -------------------------------------------------------------------------------------


def repaint_blend(
    x_prev: Batch,
    x0: Batch,
    hole: Hole,
    t_prev: Steps,
    noise: Batch,
    alpha_bar: Levels,
) -> Batch:
    """In the hole x_prev; outside x0, noised to the level of x_prev (clean where t_prev is -1).

    Raises ValueError where shapes do not go together. Source: Lugmayr et al. (2022), eq. 8.
    """
    if x_prev.shape != x0.shape:
        raise ValueError(
            f"x_prev and x0 must have one shape, got {tuple(x_prev.shape)} and {tuple(x0.shape)}"
        )
    check_holes(x0, hole)
    return torch.where(hole, x_prev, q_sample(x0, t_prev, noise, alpha_bar))


def schedule(steps: int, *, resamples: int = 4, jump: int = 1) -> list[int]:
    """The levels that RePaint visits, from `steps` (noise) to 0 (clean), down and up again.

    From every `jump`-th level it goes `jump` levels up and down again, `resamples` - 1 times.
    With `jump` 1 it is Algorithm 1; the general one stands in the paper's appendix B.
    Raises TypeError where a number is not whole, ValueError where it is below 1.

    >>> schedule(3, resamples=2)
    [3, 2, 3, 2, 1, 2, 1, 0]
    """
    check_at_least(1, steps=steps, resamples=resamples, jump=jump)
    ups = {k: resamples - 1 for k in range(1, steps - jump + 1, jump)}
    here, levels = steps, [steps]
    while here > 0:
        here -= 1
        levels.append(here)
        if ups.get(here, 0):
            ups[here] -= 1
            levels += range(here + 1, here + jump + 1)
            here += jump
    return levels


def calls(steps: int, *, resamples: int = 4, jump: int = 1) -> int:
    """How often `repaint` will call the network.

    >>> calls(25, resamples=4)
    97
    """
    levels = schedule(steps, resamples=resamples, jump=jump)
    return sum(b < a for a, b in pairwise(levels))


def repaint(
    model: Denoiser,
    image: Images,
    hole: Hole,
    alpha_bar: Levels,
    *,
    steps: int = 25,
    resamples: int = 4,
    jump: int = 1,
    eta: float = 1.0,
    clip: bool = True,
    power: float = 2.0,
    generator: torch.Generator | None = None,
) -> Iterator[State]:
    """Fills by Algorithm 1; a state for each network call, and the filled picture as the last.

    What `image` holds in the hole is not looked at. A hole over everything is plain sampling.
    Raises TypeError or ValueError where image or hole is not what it must be.
    """
    _check_picture(image, hole)
    known = _centred(image, alpha_bar)
    ts = [-1, *usable_timesteps(alpha_bar, steps, power=power)[::-1]]
    levels = schedule(steps, resamples=resamples, jump=jump)
    xt = draw_like(known, generator)
    xt = repaint_blend(xt, known, hole, at(ts[-1], xt), draw_like(xt, generator), alpha_bar)
    for here, there in pairwise(levels):
        t, t_next = at(ts[here], xt), at(ts[there], xt)
        if there > here:  # back into the noise
            kept = level(alpha_bar, t_next, xt) / level(alpha_bar, t, xt)
            xt = kept.sqrt() * xt + (1 - kept).sqrt() * draw_like(xt, generator)
            continue
        x0, eps = predict_x0_eps(model, xt, ts[here], alpha_bar, clip=clip)
        yield _pictures(ts[here], xt, x0)
        xt = ddpm_step(xt, eps, t, t_next, alpha_bar, draw_like(xt, generator), eta=eta)
        xt = repaint_blend(xt, known, hole, t_next, draw_like(xt, generator), alpha_bar)
    yield _last(xt.clamp(-1, 1) if clip else xt, image, hole)


# ---- guided by what is known ---------------------------------------------------------------------


def guided(
    model: Denoiser,
    image: Images,
    hole: Hole,
    alpha_bar: Levels,
    *,
    steps: int = 16,
    iterations: int = 2,
    eta: float = 0.0,
    order: int = 2,
    clip: bool = True,
    power: float = 2.0,
    generator: torch.Generator | None = None,
) -> Iterator[State]:
    """Fills with x0 moved towards what is known, by `iterations` of conjugate gradients a step.

    One is too few where pixels are strongly correlated, two or three are enough. Calls the
    network and goes back through it `steps` (1 + `iterations`) times in all, and yields `steps` + 1
    states, the filled picture as the last. `model` must let gradients through.
    Raises TypeError or ValueError where image, hole or an option is not what it must be.
    """
    _check_picture(image, hole)
    if order not in (1, 2):
        raise ValueError(f"order must be 1 or 2, got {order}")
    known, ts = _centred(image, alpha_bar), usable_timesteps(alpha_bar, steps, power=power)
    xt = draw_like(known, generator)
    before: Tensor | None = None  # the guess of the last step
    for i, (t, t_prev) in enumerate(zip(ts, [*ts[1:], -1], strict=True)):
        x0 = conditioned(model, xt, t, known, hole, alpha_bar, iterations=iterations)
        x0 = x0.clamp(-1, 1) if clip else x0
        yield _pictures(t, xt, x0)
        moved = x0
        if order == 2 and before is not None and t_prev >= 0:
            moved = extrapolate_x0(x0, before, (ts[i - 1], t, t_prev), alpha_bar)
        eps, before = predicted_eps(xt, moved, at(t, xt), alpha_bar), x0
        noise = draw_like(xt, generator)
        xt = ddpm_step(xt, eps, at(t, xt), at(t_prev, xt), alpha_bar, noise, eta=eta)
    yield _last(xt.clamp(-1, 1) if clip else xt, image, hole)


def conditioned(
    model: Denoiser,
    xt: Images,
    t: int,
    known: Images,
    hole: Hole,
    alpha_bar: Levels,
    *,
    iterations: int = 2,
) -> Images:
    """E[x0 | xt, known pixels], all in [-1, 1]: the predicted x0, moved by Σ A' (A Σ A')⁻¹.

    Exact for Gaussian pictures, after enough `iterations` of conjugate gradients; one whose
    curvature is not positive, as a network's may be, is left out.
    """
    now = at(t, xt)
    a = level(alpha_bar, now, xt)
    with torch.enable_grad():
        leaf = xt.detach().requires_grad_()
        x0 = predicted_x0(leaf, model(leaf, now), now, alpha_bar)

    def covariance(v: Images) -> Images:
        (back,) = torch.autograd.grad(x0, leaf, v, retain_graph=True)
        return (1 - a) / a.sqrt() * back

    predicted = x0.detach()
    residual = torch.where(hole, 0.0, known - predicted)
    move, along, size = torch.zeros_like(xt), residual, _dot(residual, residual)
    for _ in range(iterations):
        pushed = covariance(along)
        curvature = _dot(along, torch.where(hole, 0.0, pushed))
        stride = torch.where(curvature > 0, size / curvature.clamp(min=1e-30), 0.0)
        move = move + stride * pushed
        residual = residual - stride * torch.where(hole, 0.0, pushed)
        before, size = size, _dot(residual, residual)
        along = residual + torch.where(before > 0, size / before.clamp(min=1e-30), 0.0) * along
    return torch.where(hole, predicted + move, known)


def _dot(u: Batch, v: Batch) -> Float[Tensor, "n ..."]:
    """One number a picture, (n, 1, 1, 1)."""
    return (u * v).flatten(1).sum(dim=1).reshape(-1, *[1] * (u.ndim - 1))


# ---- the border ----------------------------------------------------------------------------------


def _pictures(t: int, xt: Batch, x0: Batch) -> State:
    return State(t, (xt + 1) / 2, (x0 + 1) / 2)


def _last(x: Images, image: Images, hole: Hole) -> State:
    filled = composite((x + 1) / 2, image, hole)
    return State(-1, filled, filled)


def _centred(image: Images, alpha_bar: Levels) -> Images:
    """In [-1, 1], as precise as ᾱ: near pure noise 1 / √ᾱ is too much for half precision."""
    return 2 * image.to(alpha_bar.dtype) - 1


def _check_picture(image: Images, hole: Hole) -> None:
    check_holes(image, hole)
    low, high = image.min().item(), image.max().item()
    if not (low >= 0 and high <= 1):  # written so that NaN fails too
        raise ValueError(f"image must lie in [0, 1], got [{low:.4g}, {high:.4g}]")

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
from functools import partial
from itertools import pairwise

import torch
from jaxtyping import Float
from torch import Tensor

from learnkit.models.diffusion import (
    Denoiser,
    State,
    at,
    check_alike,
    check_eta,
    denoised,
    draw_like,
    level,
    noised,
    predict_x0_eps,
    predicted_eps,
    predicted_x0,
    q_sample,
    walk_back,
)
from learnkit.models.masked import check_holes, composite
from learnkit.models.noise_schedule import usable_timesteps
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
    check_alike(x_prev=x_prev, x0=x0)
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
    check_eta(eta)
    known = _centred(image, alpha_bar)
    ts = [-1, *usable_timesteps(alpha_bar, steps, power=power)[::-1]]
    levels = schedule(steps, resamples=resamples, jump=jump)
    alpha_bar, xt = alpha_bar.to(known.device), draw_like(known, generator)
    a = level(alpha_bar, ts[-1], xt)
    xt = torch.where(hole, xt, noised(known, draw_like(xt, generator), a))
    for here, there in pairwise(levels):
        b = level(alpha_bar, ts[there], xt)
        if there > here:  # back into the noise
            xt = noised(xt, draw_like(xt, generator), b / a)
        else:
            x0, eps = predict_x0_eps(model, xt, ts[here], alpha_bar, clip=clip)
            check_alike(xt=xt, eps=eps)
            yield _pictures(ts[here], xt, x0)
            xt = denoised(xt, eps, a, b, draw_like(xt, generator), eta)
            xt = torch.where(hole, xt, noised(known, draw_like(xt, generator), b))
        a = b
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
    eta: float = 1.0,
    order: int = 1,
    clip: bool = True,
    power: float = 2.0,
    generator: torch.Generator | None = None,
) -> Iterator[State]:
    """Fills with x0 moved towards what is known, by `iterations` of conjugate gradients a step.

    One is too few where pixels are strongly correlated, two or three are enough. Calls the network
    and goes back through it `steps` (1 + `iterations`) times in all, and yields `steps` + 1
    states, the filled picture as the last. `model` must let gradients through.
    The fresh noise of η = 1 covers what a network got wrong before: holes in garments are 0.5 to
    1.5 dB better than with η = 0 and order 2, which suit a network that makes no errors.
    Raises TypeError or ValueError where image, hole or an option is not what it must be.
    """
    _check_picture(image, hole)
    known, ts = _centred(image, alpha_bar), usable_timesteps(alpha_bar, steps, power=power)
    kept = alpha_bar.to(known.device)

    def predict(xt: Images, t: int) -> tuple[Images, Images]:
        x0 = conditioned(model, xt, t, known, hole, kept, iterations=iterations)
        x0 = x0.clamp(-1, 1) if clip else x0
        return x0, predicted_eps(xt, x0, level(kept, t, xt))

    draw = partial(draw_like, generator=generator)  # also with η = 0, where it weighs nothing
    xT = draw(known)
    walk = walk_back(predict, xT, alpha_bar, ts, order=order, clip=clip, eta=eta, draw=draw)
    for state in walk:
        last = state.t < 0
        yield _last(state.xt, image, hole) if last else _pictures(state.t, state.xt, state.x0)


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
    a = level(alpha_bar, t, xt)
    with torch.enable_grad():
        leaf = xt.detach().requires_grad_()
        x0 = predicted_x0(leaf, model(leaf, at(t, xt)), a)

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

"""Holes filled by diffusion posterior sampling: at each step the known pixels pull.

The network knows nothing of holes. At every step of the way back it predicts a picture x0. With
A x for the known pixels of x, and y for those of the picture, its distance from what is known is

    |y - A x0(xt)|

and xt moves against the gradient of that with respect to xt (`guided_step`), so that the next
prediction fits better. The gradient goes back through the network: about one call more.
Source: Chung et al. (2023), Diffusion Posterior Sampling for General Noisy Inverse Problems,
Algorithm 1, with the steps of DDIM. There the square of the distance is taken, with a step size
that is divided by the distance: the same direction and, with scale = 2 ζ', the same length.
xt and image lie in [-1, 1] inside; pictures in [0, 1] at the border. A hole is (n, 1, h, w) bool,
True = to be filled.
"""

from itertools import pairwise

import torch

from learnkit.models.diffusion import (
    Denoiser,
    at,
    check_alike,
    ddim_step,
    draw_like,
    level,
    predicted_x0,
)
from learnkit.models.masked import check_holes, composite
from learnkit.models.noise_schedule import usable_timesteps
from learnkit.tensors import Hole, Images, Levels, Steps


def guided_step(
    model: Denoiser,
    xt: Images,
    t: Steps,
    t_prev: Steps,
    image: Images,
    hole: Hole,
    alpha_bar: Levels,
    scale: float,
) -> Images:
    """The DDIM step from xt, less scale times ∇ |image - x0| over the known pixels; no graph.

    The norm is one for each picture, and the gradient is with respect to xt. `image` is in
    [-1, 1], and not looked at in the hole. Raises ValueError where shapes do not go together.
    Source: Chung et al. (2023), Algorithm 1, lines 6 and 7.
    """
    check_alike(xt=xt, image=image)
    hole = check_holes(image, hole)
    with torch.enable_grad():
        leaf = xt.detach().requires_grad_()
        eps = model(leaf, t)
        x0 = predicted_x0(leaf, eps, level(alpha_bar, t, xt))
        missed = torch.where(hole, 0, x0 - image).flatten(1).norm(dim=1)
        (slope,) = torch.autograd.grad(missed.sum(), leaf)
    return ddim_step(xt.detach(), eps.detach(), t, t_prev, alpha_bar) - scale * slope


def posterior_sample(
    model: Denoiser,
    image: Images,
    hole: Hole,
    alpha_bar: Levels,
    *,
    steps: int = 50,
    scale: float = 0.5,
    generator: torch.Generator | None = None,
) -> Images:
    """One fill of each picture, in [0, 1], in `steps` guided steps; known pixels bit for bit.

    `model` must let gradients through. Raises TypeError or ValueError where `hole` does not fit.
    """
    hole, known = check_holes(image, hole), 2 * image.to(alpha_bar) - 1
    ts, xt = usable_timesteps(alpha_bar, steps), draw_like(known, generator)
    for t, t_prev in pairwise([*ts, -1]):
        now, then = at(t, xt), at(t_prev, xt)
        xt = guided_step(model, xt, now, then, known, hole, alpha_bar.to(xt.device), scale)
    return composite((xt.clamp(-1, 1) + 1) / 2, image, hole)

"""What the exercises of lesson 12 share."""

import torch

from learnkit.exercises.sandbox.worker import OddResultError
from learnkit.exercises.tensors import f32, told


def pictures(rng, *shape):
    return f32(rng.uniform(-1, 1, shape).round(2))


SHORT = f32([0.9, 0.6, 0.3])
LONG = f32([0.98, 0.91, 0.8, 0.66, 0.5, 0.35, 0.21, 0.1, 0.04])


def level(alpha_bar, t):
    """alpha_bar at t in the shape (n, 1, 1, 1), and 1 where t is -1."""
    a = torch.where(t < 0, torch.ones_like(alpha_bar[:1]), alpha_bar[t.clamp(min=0)])
    return a[:, None, None, None]


OWN_NOISE = (
    "You draw random numbers of your own, or set torch's seed: use the argument noise, and "
    "nothing is left to draw."
)


def levels_at(alpha_bar, t):
    return alpha_bar[t][:, None, None, None]


def check_asked(xt, t):
    """Raises OddResultError unless a network of (xt, t) is asked of pictures at steps."""
    if not torch.is_tensor(xt) or not xt.is_floating_point() or xt.ndim != 4:
        raise OddResultError(
            f"Your network is given {told(xt)} where pictures belong: model(xt, t), xt a "
            "float tensor (n, c, h, w)."
        )
    if not torch.is_tensor(t) or t.is_floating_point() or t.shape != xt.shape[:1]:
        raise OddResultError(
            f"Your network is given t as {told(t)}; hand t on as it is, int64 with a step for "
            "each picture: model(xt, t)."
        )

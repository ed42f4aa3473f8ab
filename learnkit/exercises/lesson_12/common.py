"""What the exercises of lesson 12 share."""

import torch

from learnkit.exercises.tensors import f32


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

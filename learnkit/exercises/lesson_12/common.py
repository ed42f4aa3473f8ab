"""What the exercises of lesson 12 share."""

import torch

from learnkit.exercises.sandbox.worker import OddResultError
from learnkit.exercises.tensors import check_tensor, f32


def pictures(rng, *shape):
    return f32(rng.uniform(-1, 1, shape).round(2))


SHORT = f32([0.9, 0.6, 0.3])
LONG = f32([0.98, 0.91, 0.8, 0.66, 0.5, 0.35, 0.21, 0.1, 0.04])


def as_tensors(*arrays, **options):
    """Every array as a tensor of torch; on the first, where torch's own dice stand."""
    tensors = [torch.from_numpy(a) for a in arrays]
    tensors[0].dice = torch.get_rng_state()
    return tensors, options


def has_drawn(first):
    return not torch.equal(first.dice, torch.get_rng_state())


def one_tensor(result, name, like):
    """Raises OddResultError where a result is no tensor of float32, as `like` is."""
    comma, stack = " (is there a comma at the end of the line?)", " (torch.stack joins pictures)"
    check_tensor(
        result,
        name,
        several=comma if isinstance(result, tuple) else stack,
        other=f"You return {a_kind(result)}; return {name} as a tensor of torch (leave out "
        ".numpy(), .item() and float()).",
    )
    if result.dtype != torch.float32:
        raise OddResultError(
            f"You return {name} as {result.dtype}; it must be torch.float32, as {like} is: the "
            "network that sees it next takes nothing else."
        )


def a_kind(thing):
    """What it is, with its article."""
    kind = type(thing).__name__
    return f"an {kind}" if kind[0] in "aein" else f"a {kind}"


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

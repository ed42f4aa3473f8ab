"""What the exercises of lesson 07 share."""

import torch
from torch import nn

from learnkit.exercises.sandbox.worker import OddResultError


def pictures(rng, *shape):
    """Numbers in [0, 1] with two digits: short to print."""
    return rng.random(shape).round(2)


class AllOrNothing(nn.Module):
    """Dropout without chance: in train mode it drops everything, in eval mode nothing."""

    def forward(self, x):
        return torch.zeros_like(x) if self.training else x


def small_network(kind):
    """A small network with seeded weights; the global generator stays as it was."""
    with torch.random.fork_rng(devices=[]):
        if kind == "weight":
            network = nn.Linear(1, 1, bias=False)
        elif kind == "linear":
            network = nn.Linear(3, 3)
        elif kind == "dropout":
            network = nn.Sequential(nn.Linear(3, 4), AllOrNothing(), nn.Linear(4, 3))
        else:  # no bias in front of the norm: its gradient would be 0 but for rounding
            network = nn.Sequential(
                nn.Conv2d(1, 2, 3, padding=1, bias=False),
                nn.BatchNorm2d(2),
                nn.ReLU(),
                nn.Conv2d(2, 1, 3, padding=1),
            )
    generator = torch.Generator().manual_seed(7)
    with torch.no_grad():
        for weight in network.parameters():
            weight.copy_(torch.randn(weight.shape, generator=generator) * 0.5 + 0.1)
        if kind == "weight":
            network.weight.fill_(2.0)
    return network


def squares(pred, target):
    return ((pred - target) ** 2).mean()


def lopsided(pred, target):
    """Too bright counts three times as much as too dark: not the same with its arguments swapped.

    Divided by what was wanted, and so not even in proportion to what it is when swapped.
    """
    gap = pred - target
    return (torch.where(gap > 0, 3 * gap**2, gap**2) / (0.5 + target**2)).mean()


def buffers(network):
    return [b.float().ravel() for b in network.buffers()]


def check_module(result, name):
    """Raises OddResultError where an answer that is a class makes no module with a `forward`."""
    if not isinstance(result, nn.Module):
        raise OddResultError(f"A {name} must be a module: class {name}(nn.Module).")
    if type(result).forward is nn.Module.forward:
        raise OddResultError("Your class has no method of the name forward(self, x): add it.")


def gradients(value, leaves, overwritten):
    """Those of a value, None for a leaf that it does not depend on.

    Raises OddResultError(overwritten) where a tensor was changed that the way back needs.
    """
    if not value.requires_grad:
        return [None] * len(leaves)
    try:
        return torch.autograd.grad(value, leaves, allow_unused=True)
    except RuntimeError as error:
        if "inplace operation" in str(error):
            raise OddResultError(overwritten) from error
        raise

"""What the exercises of lesson 14 share."""

from collections import OrderedDict

import torch
from torch import nn

from learnkit.exercises.sandbox.worker import OddResultError

NO_GRAPH = (
    "Your penalty has no graph behind it (.data, detach(), no_grad, state_dict() or torch.tensor), "
    "so it adds no gradient and changes nothing. Compute with the parameters themselves."
)
NOTHING_COUNTED = (
    "Your penalty counts no weight at all of this model: model.parameters() gives them all, also "
    "those of layers inside of layers."
)
CALLED = "You return a method, and not what it gives: its round brackets are missing."


class Scaled(nn.Module):
    """x times one number, which is a parameter without any dimension."""

    def __init__(self):
        super().__init__()
        self.factor = nn.Parameter(torch.tensor(0.0))

    def forward(self, x):
        return self.factor * x


def chain(**parts):
    """The parts one after another, each under its name."""
    return nn.Sequential(OrderedDict(parts))


def seeded(model, seed=14):
    """The model with drawn weights, of both signs; the global generator stays as it was."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for weight in model.parameters():
            weight.copy_((torch.randn(weight.shape, generator=generator) - 0.1).mul(8).round() / 8)
    return model


def made(build):
    """`build()` without a draw from the global generator."""
    with torch.random.fork_rng(devices=[]):
        return build()


def one_tensor(result):
    """Raises OddResultError where a penalty is no single number with its graph behind it."""
    if callable(result):
        raise OddResultError(CALLED)
    if isinstance(result, int) and result == 0:
        raise OddResultError(
            "You return 0, the empty sum: your condition lets no parameter of this model through. "
            "(A single layer has no children: use model.parameters().)"
        )
    if isinstance(result, int | float):
        raise OddResultError(
            f"You return a plain number ({type(result).__name__}), and a number has no gradient: "
            "the training could not make the weights small. Return the sum as a tensor, without "
            ".item(), also where you begin with 0."
        )
    if not isinstance(result, torch.Tensor):
        raise OddResultError(
            f"You return a {type(result).__name__}; the exercise asks for one tensor, a sum."
        )
    if result.numel() != 1 or result.ndim:
        raise OddResultError(
            f"You return a tensor of shape {tuple(result.shape)}; the exercise asks for one "
            "number, of shape (): .sum() over everything."
        )
    if not result.requires_grad:
        raise OddResultError(NO_GRAPH if result.item() else NOTHING_COUNTED)

"""What exercises share in which a network is asked: a network that notes it, and a loss of it."""

import sys
from collections.abc import Callable
from typing import Any

import cloudpickle
import torch

from learnkit.exercises.sandbox.worker import OddResultError

cloudpickle.register_pickle_by_value(sys.modules[__name__])  # a worker has no such module


class Ask:
    """A network as a lesson hands it on: a function of its arguments, and no module."""

    def __init__(self, network: Callable, arguments: str) -> None:
        """`arguments` are the names of what it takes: "xt, t"."""
        self.network, self.names = network, arguments.split(", ")
        self.call = f"model({arguments})"

    def __call__(self, *given: Any, **named: Any) -> torch.Tensor:
        """Asks the network. Raises OddResultError where an argument is missing, or is none."""
        by_name = dict(zip(self.names, given, strict=False)) | named
        missing = [name for name in self.names if name not in by_name]
        if missing:
            raise OddResultError(
                f"You call model({', '.join(by_name)}): it must know {' and '.join(missing)} too, "
                f"{self.call}."
            )
        if len(given) + len(named) > len(self.names) or set(by_name) != set(self.names):
            raise OddResultError(f"You hand model more than it takes: call {self.call}.")
        return self.network(*(by_name[name] for name in self.names))

    def __getattr__(self, name: str) -> None:
        """Raises OddResultError: there is nothing else to be had of it."""
        if name.startswith("__"):  # of Python's own, for a copy
            raise AttributeError(name)
        raise OddResultError(
            f"You ask model for its .{name}: here it is a function of "
            f"{self.call.removeprefix('model')}, and there is one thing to do with it, {self.call}."
        )


def slopes(loss: torch.Tensor, weights: torch.Tensor, *, call: str) -> torch.Tensor:
    """The gradient of a loss by the network's weights; `call` is how the network is asked.

    Raises OddResultError where the loss is no number, or no gradient reaches the weights.
    """
    no_way = (
        "No gradient reaches the network's weights, and nothing would be learned: what "
        f"{call} says must go into the loss, and not by way of .item(), .detach(), .data, "
        "torch.tensor() or torch.no_grad()."
    )
    if not loss.requires_grad:
        raise OddResultError(no_way)
    if loss.numel() != 1:
        raise OddResultError(
            f"You return an array of shape {tuple(loss.shape)}; the loss is one number, the mean "
            "over all of it: .mean()."
        )
    if weights.grad is not None:
        raise OddResultError(
            "You call backward yourself: here the loss is only computed, and train goes back."
        )
    (found,) = torch.autograd.grad(loss.sum(), weights, allow_unused=True)
    if found is None:
        raise OddResultError(no_way)
    return found

"""What exercises share in which a network is asked: a network that notes it, and a loss of it."""

import sys
from collections.abc import Callable
from typing import Any

import cloudpickle
import torch
from torch import nn

from learnkit.exercises.sandbox.worker import Count, OddResultError
from learnkit.exercises.tensors import has_drawn, one_tensor

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


class Guess(nn.Module):
    """A little network of (xt, t), with bends, so that nothing cancels; it notes what it is fed."""

    def __init__(self, weights: torch.Tensor, check: Callable) -> None:
        """`check(xt, t)` raises OddResultError where it is asked of what it cannot take."""
        super().__init__()
        self.weights, self.check = nn.Parameter(weights), check
        self.fed: list[tuple[torch.Tensor, torch.Tensor]] = []

    def forward(self, xt: torch.Tensor, t: torch.Tensor) -> torch.Tensor:
        """In the shape of xt."""
        self.check(xt, t)
        self.fed.append((xt.detach().clone(), t.detach().clone()))
        time = torch.sin(self.weights[2] * t.float() + 1).reshape(-1, *[1] * (xt.ndim - 1))
        return self.weights[0] * torch.tanh(xt + time) + self.weights[1] * xt.roll(1, -1)

    def never_sees(self, samples: torch.Tensor, times: torch.Tensor) -> Count:
        """How many of the samples it was never fed with at their times."""
        return Count(
            sum(
                not any(_is_shown(one, time, *fed) for fed in self.fed)
                for one, time in zip(samples, times, strict=True)
            )
        )


def _is_shown(one: torch.Tensor, time: torch.Tensor, xt: torch.Tensor, times: torch.Tensor) -> bool:
    """Whether a sample at its time is among those that the network was fed with at once."""
    if xt.shape[1:] != one.shape:
        return False
    near = torch.isclose(xt, one.to(xt), rtol=1e-4, atol=1e-5).flatten(1).all(dim=1)
    return bool((near & torch.isclose(times.double(), time.double(), atol=1e-5)).any())


def loss_and_slopes(
    result: Any, network: Guess, first: Any, *, like: str, never: str, drawn: str
) -> dict[str, torch.Tensor]:
    """A loss and its gradient by the weights; `first` is the first tensor of `as_tensors`.

    Raises OddResultError: `never` where the network was not asked, `drawn` where random numbers
    were drawn, and what is wrong with the loss, which is float32 as the argument `like` is.
    """
    if not network.fed:
        raise OddResultError(never)
    if has_drawn(first):
        raise OddResultError(drawn)
    if torch.is_tensor(result) and result.dtype == torch.float64:
        result = result.float()  # more digits do no harm
    one_tensor(result, "the loss", like)
    found = slopes(result, network.weights, call="model(xt, t)")
    return {"loss": result, "gradient with respect to the weights": found}


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

"""What the exercises in torch share: inputs of float32, and whether a result is a tensor."""

import sys
from collections.abc import Iterable
from typing import Any

import cloudpickle
import numpy as np
import torch

from learnkit.exercises.sandbox.worker import OddResultError

cloudpickle.register_pickle_by_value(sys.modules[__name__])  # a worker has no such module


def f32(values: object) -> np.ndarray:
    """An array of float32."""
    return np.asarray(values, np.float32)


def normal(rng: np.random.Generator, *shape: int) -> np.ndarray:
    """Draws of N(0, 1) with two digits: short to print."""
    return f32(rng.standard_normal(shape).round(2))


def flat(tensors: Iterable[torch.Tensor]) -> torch.Tensor:
    """All numbers of several tensors in a row, as float32; a copy, without a graph."""
    return torch.cat([t.detach().float().ravel() for t in tensors] or [torch.zeros(0)]).clone()


def check_tensor(result: object, what: str, *, several: str, other: str) -> None:
    """Raises OddResultError where a result is a tuple or list, a method, or no tensor either.

    `several` ends the sentence over a tuple or list; `other` is the sentence over what is left.
    """
    if isinstance(result, tuple | list):
        kind = type(result).__name__
        raise OddResultError(f"You return a {kind}; return {what} in one tensor{several}.")
    if callable(result):
        raise OddResultError(
            f"You return a method; return {what}: the round brackets of a call are missing."
        )
    if not torch.is_tensor(result):
        raise OddResultError(other)


def told(thing: object) -> str:
    """What it is, in words: a tensor by dtype and shape, anything else by its class."""
    if torch.is_tensor(thing):
        return f"{thing.dtype} {tuple(thing.shape)}"
    kind = type(thing).__name__
    return f"an {kind}" if kind[0] in "aein" else f"a {kind}"


def as_tensors(*arrays: np.ndarray, **options: object) -> tuple[list[Any], dict]:
    """Every array as a tensor of torch; on the first, where torch's own dice stand."""
    tensors: list[Any] = [torch.from_numpy(a) for a in arrays]
    tensors[0].dice = torch.get_rng_state()
    return tensors, options


def has_drawn(first: Any) -> bool:
    """Whether torch's own dice were thrown since `as_tensors`."""
    return not torch.equal(first.dice, torch.get_rng_state())


def one_tensor(result: Any, name: str, like: str) -> None:
    """Raises OddResultError where a result is no tensor of float32, as `like` is."""
    comma, stack = " (is there a comma at the end of the line?)", " (torch.stack joins pictures)"
    check_tensor(
        result,
        name,
        several=comma if isinstance(result, tuple) else stack,
        other=f"You return {told(result)}; return {name} as a tensor of torch (leave out "
        ".numpy(), .item() and float()).",
    )
    if result.dtype != torch.float32:
        raise OddResultError(
            f"You return {name} as {result.dtype}; it must be torch.float32, as {like} is: the "
            "network that sees it next takes nothing else."
        )

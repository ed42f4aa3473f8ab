"""What exercises that take a training step share: what happened, counted from outside."""

import sys
from typing import Any

import cloudpickle
import numpy as np
import torch
from torch import nn

from learnkit.exercises.sandbox.worker import Count, OddResultError

cloudpickle.register_pickle_by_value(sys.modules[__name__])  # a worker has no such module

NEVER_CALLED = (
    "Your function never calls the model: call it as the exercise says, as a whole, and it runs "
    "whatever layers it has."
)
_DETACHED = (
    "You cut the graph off before backward (detach, or .data), so that no gradient can flow: call "
    "backward on the loss itself, and take the number out with loss.item()."
)
NO_GRAD = (
    "Under torch.no_grad() no graph is built, and backward has no way to go: a training step needs "
    "the graph. no_grad belongs into evaluate."
)
_EDITED = (
    "You change the gradients between backward and step (clip_grad_norm_, clip_grad_value_, a "
    "factor): that is not asked. Step with the gradients as backward leaves them."
)


class Loss(torch.Tensor):
    """A loss that says in words why there is no way back from it."""

    why = _DETACHED

    def backward(self, *args: Any, **options: Any) -> None:
        """As torch's own, where there is a graph."""
        if not self.requires_grad:
            raise OddResultError(self.why)
        return super().backward(*args, **options)


class Steps:
    """Keeps count of what happens to a model and its optimizer while a step is taken."""

    def __init__(self, model: nn.Module, optimizer: torch.optim.Optimizer) -> None:
        """Hooks itself to the model, its weights and the optimizer."""
        self.model, self.calls, self.edited = model, 0, False
        self.old: list[int] = []
        self.steps: list[int] = []
        self.found: dict[int, torch.Tensor] = {}
        counted(model, self)
        for weight in model.parameters():
            weight.register_post_accumulate_grad_hook(self.finds)
        optimizer.register_step_pre_hook(self.compares)
        optimizer.register_step_post_hook(self.stepped)

    def called(self, *_: Any) -> None:
        """Notes a forward pass."""
        self.calls += 1

    def finds(self, weight: Any) -> None:
        """Notes the gradient that backward leaves at a weight."""
        self.found[id(weight)] = weight.grad.clone()

    def compares(self, *_: Any) -> None:
        """Notes whether somebody has changed the gradients since backward left them."""
        for weight in self.model.parameters():
            found = self.found.get(id(weight))
            if found is not None and weight.grad is not None and weight.grad.any():
                self.edited |= not torch.allclose(found, weight.grad, rtol=1e-4)

    def begins(self, _grad: Any) -> None:
        """Notes, as a backward pass begins, how many weights still have an old gradient."""
        self.old.append(self.graded())

    def stepped(self, *_: Any) -> None:
        """Notes after how many backward passes the optimizer has stepped."""
        self.steps.append(len(self.old))

    def graded(self) -> int:
        """How many weights have a gradient that is not 0."""
        return sum(p.grad is not None and bool(p.grad.any()) for p in self.model.parameters())

    def counts(self) -> dict[str, Any]:
        """What was counted, for a probe; raises OddResultError where there is a word for it."""
        if self.edited:
            raise OddResultError(_EDITED)
        if not self.calls:
            raise OddResultError(NEVER_CALLED)
        stale = max(self.old, default=0) > 0
        return {
            "count of backward passes": Count(len(self.old)),
            "count of the optimizer's steps": Count(len(self.steps)),
            "count of backward passes before the step": Count(max(self.steps, default=0)),
            "count of calls of the model": Count(self.calls),
            "zero_grad that came too late (1 for yes)": int(stale and self.graded() == 0),
        }


def counted(network: nn.Module, watch: Any) -> None:
    """Tells `watch.called(network, output)` of each forward pass, model(x) or model.forward(x)."""
    kind = type(network)

    class Counted(kind):  # type: ignore[misc]
        def forward(self, *inputs):  # noqa: ANN202  (an annotation does not travel)
            output = super().forward(*inputs)
            watch.called(self, output)
            return output

    Counted.__name__ = Counted.__qualname__ = kind.__name__
    network.__class__ = Counted


def one_number(result: Any) -> float:
    """The result as a float; raises OddResultError where it is no plain number."""
    if callable(result):
        raise OddResultError(
            "You return a method, and not what it gives: its round brackets are missing, as in "
            "loss.item()."
        )
    if isinstance(result, torch.Tensor):
        if result.numel() != 1:
            raise OddResultError(
                f"You return a tensor of shape {tuple(result.shape)}; the exercise asks for one "
                "number."
            )
        if result.requires_grad:
            raise OddResultError(
                "You return a tensor with its whole graph behind it: a list of such losses fills "
                "the memory. Return loss.item(), a plain float."
            )
        raise OddResultError("You return a tensor; .item() makes a plain float of it.")
    if isinstance(result, bool) or not isinstance(result, float | int | np.floating):
        raise OddResultError(
            f"You return a {type(result).__name__}; the exercise asks for one plain float."
        )
    return float(result)

"""What the exercises of lesson 07 share."""

import numpy as np
import torch
from torch import nn

from learnkit.exercises.sandbox.worker import Count, OddResultError


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


def counted(network, watch):
    """Tells `watch.called(network, output)` of each forward pass, model(x) or model.forward(x)."""
    kind = type(network)

    class Counted(kind):
        def forward(self, *inputs):
            output = super().forward(*inputs)
            watch.called(self, output)
            return output

    Counted.__name__ = Counted.__qualname__ = kind.__name__
    network.__class__ = Counted


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


def one_number(result):
    if callable(result):
        raise OddResultError(
            "You return a method, and not what it gives: its round brackets are missing, as in "
            "loss.item()."
        )
    if isinstance(result, torch.Tensor):
        if result.numel() != 1:
            raise OddResultError(
                f"You return a tensor of shape {tuple(result.shape)}; asked is one number."
            )
        if result.requires_grad:
            raise OddResultError(
                "You return a tensor with its whole graph behind it: a list of such losses fills "
                "the memory. Return loss.item(), a plain float."
            )
        raise OddResultError("You return a tensor; .item() makes a plain float of it.")
    if isinstance(result, bool) or not isinstance(result, float | int | np.floating):
        raise OddResultError(f"You return a {type(result).__name__}; asked is one plain float.")
    return float(result)


NEVER_CALLED = (
    "Your function never calls the model: the prediction is model(images), which runs whatever "
    "layers it has."
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

    def backward(self, *args, **options):
        if not self.requires_grad:
            raise OddResultError(self.why)
        return super().backward(*args, **options)


class Steps:
    """Keeps count of what happens to a model and its optimizer while a step is taken."""

    def __init__(self, model, optimizer):
        self.model = model
        self.calls, self.old, self.steps, self.found, self.edited = 0, [], [], {}, False
        counted(model, self)
        for weight in model.parameters():
            weight.register_post_accumulate_grad_hook(self.finds)
        optimizer.register_step_pre_hook(self.compares)
        optimizer.register_step_post_hook(self.stepped)

    def called(self, *_):
        self.calls += 1

    def finds(self, weight):
        """Notes the gradient that backward leaves at a weight."""
        self.found[id(weight)] = weight.grad.clone()

    def compares(self, *_):
        """Notes whether somebody has changed the gradients since backward left them."""
        for weight in self.model.parameters():
            found = self.found.get(id(weight))
            if found is not None and weight.grad is not None and weight.grad.any():
                self.edited |= not torch.allclose(found, weight.grad, rtol=1e-4)

    def begins(self, _grad):
        """Notes, as a backward pass begins, how many weights still have an old gradient."""
        self.old.append(self.graded())

    def stepped(self, *_):
        """Notes after how many backward passes the optimizer has stepped."""
        self.steps.append(len(self.old))

    def graded(self):
        return sum(p.grad is not None and bool(p.grad.any()) for p in self.model.parameters())

    def counts(self):
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

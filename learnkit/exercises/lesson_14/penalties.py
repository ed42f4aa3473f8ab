"""What `l2_penalty` and `l1_penalty` share: the models, and what is looked at."""

import torch
from torch import nn

from learnkit.exercises.lesson_14.common import (
    NO_GRAPH,
    Scaled,
    chain,
    made,
    one_tensor,
    seeded,
)
from learnkit.exercises.sandbox.worker import Count, OddResultError
from learnkit.exercises.table import case
from learnkit.exercises.tensors import flat


def _small():
    model = nn.Linear(2, 2)
    with torch.no_grad():
        model.weight.copy_(torch.tensor([[1.0, -2.0], [0.0, 3.0]]))
        model.bias.copy_(torch.tensor([5.0, 7.0]))
    return model


MODELS = {
    "small": _small,
    "two": lambda: seeded(chain(first=nn.Linear(3, 2), last=nn.Linear(2, 1, bias=False))),
    "conv": lambda: seeded(
        chain(
            conv=nn.Conv2d(2, 3, 3),
            norm=nn.BatchNorm2d(3),
            relu=nn.ReLU(),
            scaled=Scaled(),
            end=chain(flat=nn.Flatten(), linear=nn.Linear(12, 2)),
        )
    ),
    "table": lambda: seeded(chain(kinds=nn.Embedding(4, 3), norm=nn.LayerNorm(3))),
}
CASES = [
    case(
        "small",
        note="one nn.Linear(2, 2) with weight [[1, -2], [0, 3]] and bias [5, 7]",
    ),
    case("two", note="two linear layers, (3 to 2) with a bias and (2 to 1) without"),
    case(
        "conv",
        note="a convolution, batch norm, and behind them a linear layer in a part of its own",
    ),
    case("table", note="an nn.Embedding(4, 3) and a layer norm"),
]


def build(kind, times=1.0):
    """The model of that name, its parameters multiplied by a number."""
    model = made(MODELS[kind])
    with torch.no_grad():
        for parameter in model.parameters():
            parameter *= times
    return (model,), {}


def redraw(shown, rng):
    """A hidden case: the same model with other numbers."""
    return case(*shown.args, times=float(rng.uniform(0.5, 2)))


def looked_at(result, model):
    """The penalty, its gradient at every parameter, and whether backward was called already."""
    one_tensor(result)
    weights = list(model.parameters())
    touched = sum(weight.grad is not None for weight in weights)
    found = torch.autograd.grad(result, weights, allow_unused=True)
    if all(grad is None for grad in found):
        raise OddResultError(NO_GRAPH)
    grads = [torch.zeros_like(w) if g is None else g for w, g in zip(weights, found, strict=True)]
    return {
        "penalty": result.detach(),
        "list of gradients at the parameters": flat(grads),
        "count of parameters whose grad you have filled": Count(touched),
    }

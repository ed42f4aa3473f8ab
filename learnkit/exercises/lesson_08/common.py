"""What the exercises of lesson 08 share."""

import numpy as np
import torch

from learnkit.exercises.sandbox.worker import OddResultError
from learnkit.exercises.tensors import check_tensor


def a_tensor(result, of):
    """Raises OddResultError where the result is no tensor, or no gradient flows back through it."""
    check_tensor(
        result,
        of,
        several=" and nothing else (is there a comma at the end of the line?)",
        other=f"You return a {type(result).__name__}; return {of} as a tensor of torch, or no "
        "gradient can flow back through it (leave out .item(), float() and .numpy()).",
    )
    if not result.requires_grad:
        raise OddResultError(
            f"No gradient flows back through {of}: .detach(), .data, .sample() or torch.no_grad() "
            "cuts it off, and the encoder would never learn. Leave that out."
        )


def gradients_of(result, **leaves):
    """The gradient of the result's sum with respect to each leaf, 0 where none arrives."""
    grads = torch.autograd.grad(result.sum(), leaves.values(), allow_unused=True)
    return {
        f"gradient with respect to {name}": torch.zeros_like(leaf) if grad is None else grad
        for (name, leaf), grad in zip(leaves.items(), grads, strict=True)
    }


def as_leaves(*values, **options):
    """Arrays as tensors that a gradient can reach; plain values as they are."""
    made = [torch.tensor(v) if isinstance(v, np.ndarray) else v for v in values]
    given = [v.requires_grad_().clone() if torch.is_tensor(v) else v for v in made]
    given[0].leaves = made
    return given, options


def each(mean, log_var):
    return 0.5 * (mean**2 + log_var.exp() - 1 - log_var)

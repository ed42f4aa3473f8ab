"""What a loss adds for large weights: the sum of their squares (L2), or of their sizes (L1).

    loss = F.mse_loss(model(x), y) + 1e-4 * l2_penalty(model)

A penalty makes a network prefer small weights, and so functions that change slowly. The gradient
of w² is 2 w, so L2 pulls large weights most and never quite reaches 0; the gradient of |w| is
sign(w), so L1 pulls all alike, and makes many of them about 0. Biases, and the scales of norms, are
left out: they have one dimension, and move a function without making it rougher.
Source: Krogh and Hertz (1991), A simple weight decay can improve generalization; Tibshirani (1996).
"""

from collections.abc import Iterator

import torch
from torch import nn

from learnkit.tensors import Scalar


def l2_penalty(model: nn.Module) -> Scalar:
    """Σ w² over all weights with more than one dimension; with a gradient.

    Raises ValueError where the network has none.

    >>> layer = nn.Linear(2, 1)
    >>> float(l2_penalty(layer)) == float((layer.weight**2).sum())
    True
    """
    return torch.stack([weight.square().sum() for weight in _weights(model)]).sum()


def l1_penalty(model: nn.Module) -> Scalar:
    """Σ |w| over all weights with more than one dimension; with a gradient, 0 at 0.

    Raises ValueError where the network has none.
    """
    return torch.stack([weight.abs().sum() for weight in _weights(model)]).sum()


def _weights(model: nn.Module) -> Iterator[nn.Parameter]:
    found = [weight for weight in model.parameters() if weight.ndim > 1]
    if not found:
        raise ValueError(
            f"{type(model).__name__} has no weight with more than one dimension: there is nothing "
            "to be made small"
        )
    yield from found

"""The pieces that several networks are made of."""

from typing import TypeVar

import torch
import torch.nn.functional as F
from torch import nn

from learnkit.tensors import Batch, Maps

Layer = TypeVar("Layer", bound=nn.Module)


class Residual(nn.Module):
    """x + f(norm(x)): a residual layer, normed before f and not after the sum.

    The gradient of the sum by x then holds the identity, so it reaches the first layers unshrunk.
    Source: He et al. (2016), Identity Mappings in Deep Residual Networks; Xiong et al. (2020).
    """

    def __init__(self, norm: nn.Module, *layers: nn.Module) -> None:
        """`norm` and `layers` keep the shape of x."""
        super().__init__()
        self.norm, self.layers = norm, nn.Sequential(*layers)

    def forward(self, x: Batch) -> Batch:
        """The sum."""
        return x + self.layers(self.norm(x))


def residual_linear(width: int) -> Residual:
    """A residual layer on vectors (n, width)."""
    return Residual(nn.LayerNorm(width), nn.Linear(width, width), nn.SiLU())


def residual_conv(channels: int, groups: int = 8) -> Residual:
    """A residual layer on pictures (n, channels, h, w): two convolutions of 3 x 3."""
    return Residual(
        nn.GroupNorm(groups, channels),
        nn.Conv2d(channels, channels, 3, padding=1),
        nn.SiLU(),
        nn.Conv2d(channels, channels, 3, padding=1),
    )


def zeroed(layer: Layer) -> Layer:
    """The layer with zeros for weights: before training its output is 0."""
    for parameter in layer.parameters():
        nn.init.zeros_(parameter)
    return layer


class DenseBlock(nn.Module):
    """Each layer takes everything before it: x, and the outputs of all earlier layers.

    Pictures (n, channels, h, w) to (n, channels + layers * growth, h, w), x first. A layer is a
    convolution of 3 x 3 and a ReLU; the paper norms before them.
    Source: Huang et al. (2017), Densely Connected Convolutional Networks, eq. 2.
    """

    def __init__(self, channels: int, growth: int, layers: int) -> None:
        """`layers` convolutions, each of which adds `growth` channels."""
        super().__init__()
        self.layers = nn.ModuleList(
            nn.Conv2d(channels + i * growth, growth, 3, padding=1) for i in range(layers)
        )

    def forward(self, x: Maps) -> Maps:
        """x with the new features behind it."""
        for layer in self.layers:
            x = torch.cat([x, F.relu(layer(x))], dim=1)
        return x

"""One model for both tasks: a diffusion network that invents whole pictures, and fills holes.

Filling a hole is inventing the missing part. So the hole alone holds noise, and what is known
stands clean in its place:

    input = (xt in the hole, x0 elsewhere; the hole)

A hole that covers everything is synthesis, and the same weights do both. The network tells
v = √ᾱ ε - √(1 - ᾱ) x0, which is the noise where there is little of it and the picture where there
is nearly nothing else, so that it has something to learn at every level; the noise follows from it.
Source: Saharia et al. (2022), Palette; Salimans and Ho (2022), Progressive Distillation, section 4.
"""

import torch
from torch import nn

from learnkit.models.diffusion import cosine_schedule, level, q_sample
from learnkit.models.filling import composite
from learnkit.models.unet import UNet

T = 1000


class Painter(nn.Module):
    """The noise in pictures (n, c, 28, 28) at the steps t (n,), by a timed U-Net."""

    alpha_bar: torch.Tensor

    def __init__(self, channels: int = 1, width: int = 64, *, size: int = 28) -> None:
        """Pictures of `channels` channels, `size` pixels high and wide."""
        super().__init__()
        self.shape = (channels, size, size)
        self.unet = UNet(channels + 1, channels, width, size=(size, size), timed=True)
        self.register_buffer("alpha_bar", cosine_schedule(T), persistent=False)

    def velocity(self, xt: torch.Tensor, t: torch.Tensor, hole: torch.Tensor) -> torch.Tensor:
        """v, for xt that is clean outside the hole."""
        return self.unet(torch.cat([xt, hole.to(xt)], dim=1), t / (T - 1))

    def forward(
        self, xt: torch.Tensor, t: torch.Tensor, hole: torch.Tensor | None = None
    ) -> torch.Tensor:
        """ε in the hole, or in the whole picture where there is no hole given."""
        if hole is None:
            hole = torch.ones_like(xt[:, :1], dtype=torch.bool)
        a = level(self.alpha_bar, t, xt)
        return (1 - a).sqrt() * xt + a.sqrt() * self.velocity(xt, t, hole).float()

    def loss(
        self, images: torch.Tensor, hole: torch.Tensor, t: torch.Tensor, noise: torch.Tensor
    ) -> torch.Tensor:
        """Mean of (v's error)² over the holes: the error of ε, divided by ᾱ."""
        x0 = 2 * images - 1
        xt = composite(q_sample(x0, t, noise, self.alpha_bar), x0, hole)
        a = level(self.alpha_bar, t, x0)
        v = a.sqrt() * noise - (1 - a).sqrt() * x0
        errors = (self.velocity(xt, t, hole).float() - v).square()
        return torch.where(hole, errors, 0).sum() / (hole.sum() * images.shape[1])

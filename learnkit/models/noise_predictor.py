"""The noise predictor: a diffusion model as Ho et al. have it, trained on their plain loss.

A timed U-Net says which noise ε is in xt. It is told no hole and no linear fill: what the painter
has besides can be read off the difference.
Source: Ho, Jain and Abbeel (2020), eq. 14; the cosine schedule, Nichol and Dhariwal (2021).
Pictures are (n, 1, 28, 28) in [0, 1]; xt in [-1, 1], as in `diffusion`.
"""

import torch
from torch import nn

from learnkit.models.diffusion import ddim, draw_like
from learnkit.models.masked import CHUNK
from learnkit.models.noise_schedule import cosine_schedule
from learnkit.models.unet import UNet
from learnkit.shapes import check_at_least
from learnkit.tensors import Drawn, Grey, Levels, Steps

CALLS = 25  # network calls of a sample, unless others are asked for


class NoisePredictor(nn.Module):
    """ε(xt, t) for grey pictures of 28 x 28, t int64 (n,), 0-based."""

    alpha_bar: Levels

    def __init__(self, width: int = 48, *, depth: int = 3, T: int = 1000) -> None:
        """`T` is the number of steps of the noise schedule."""
        super().__init__()
        self.unet = UNet(1, 1, width, depth=depth, timed=True)
        self.register_buffer("alpha_bar", cosine_schedule(T), persistent=False)

    def forward(self, xt: Grey, t: Steps) -> Grey:
        """The noise in xt, (n, 1, 28, 28)."""
        return self.unet(xt, t.to(xt.dtype) / len(self.alpha_bar)).float()

    @torch.no_grad()
    def sample(
        self, count: int, generator: torch.Generator | None = None, *, calls: int = CALLS
    ) -> Drawn:
        """`count` pictures that were never there, (count, 1, 28, 28), in `calls` calls each.

        Raises ValueError where `count` is below 1.
        """
        check_at_least(1, count=count)
        made = []
        for part in torch.zeros(count, 1, 28, 28, device=self.alpha_bar.device).split(CHUNK):
            noise = draw_like(part, generator)
            *_, last = ddim(
                self, noise, self.alpha_bar, calls, eta=1.0, order=2, generator=generator
            )
            made.append((last.x0 + 1) / 2)
        return torch.cat(made)

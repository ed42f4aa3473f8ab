"""Latent diffusion: a flow draws the z of an autoencoder, and its decoder paints the picture.

A VAE with a small weight on the divergence copies well, and its clouds no longer fill N(0, I): a z
drawn from there lies where the decoder has learned nothing. So a second network learns where the
clouds lie. It is a flow from noise to z (`flow_matching`), small and quick, for z has dozens of
numbers where the picture has thousands.
Source: Rombach et al. (2022), High-Resolution Image Synthesis with Latent Diffusion Models.
"""

import torch
from torch import nn

from learnkit.models.blocks import Residual, zeroed
from learnkit.models.flow_matching import integrate
from learnkit.models.masked import draws_like
from learnkit.models.unet import TIMES, timestep_embedding
from learnkit.shapes import check_at_least
from learnkit.tensors import Latents, Rows, Vector

CALLS = 50  # Euler steps of a draw, unless others are asked for


class LatentFlow(nn.Module):
    """The velocity of z on its way from N(0, I): residual layers on vectors, told the time."""

    mean: Vector
    scale: Vector

    def __init__(self, latent: int, width: int = 384, *, depth: int = 4) -> None:
        """`latent` numbers are drawn, by `depth` layers of `width` numbers."""
        super().__init__()
        self.latent = latent
        self.embed = nn.Sequential(nn.Linear(TIMES, width), nn.SiLU(), nn.Linear(width, width))
        self.first = nn.Linear(latent, width)
        self.layers = nn.ModuleList(
            Residual(
                nn.LayerNorm(width), nn.Linear(width, width), nn.SiLU(), nn.Linear(width, width)
            )
            for _ in range(depth)
        )
        self.end = nn.Sequential(nn.LayerNorm(width), zeroed(nn.Linear(width, latent)))
        self.register_buffer("mean", torch.zeros(latent, dtype=torch.float32))
        self.register_buffer("scale", torch.ones(latent, dtype=torch.float32))

    def standardise(self, mean: Latents, log_var: Latents) -> None:
        """Notes mean and standard deviation of each number of z, over all clouds N(μ, σ²)."""
        self.mean.copy_(mean.mean(dim=0))
        self.scale.copy_((mean.var(dim=0) + log_var.exp().mean(dim=0)).sqrt())

    def forward(self, zt: Latents, t: Rows) -> Latents:
        """The velocity (n, latent) at the times t (n,); zt is in units of `scale`, about `mean`."""
        told, x = self.embed(timestep_embedding(t)), self.first(zt)
        for layer in self.layers:
            x = layer(x + told)
        return self.end(x)

    @torch.no_grad()
    def sample(
        self, count: int, generator: torch.Generator | None = None, *, calls: int = CALLS
    ) -> Latents:
        """`count` draws of z, (count, latent), in `calls` calls each: what the decoder takes."""
        check_at_least(1, count=count)
        noise = draws_like(self.mean, count, generator)
        return self.mean + self.scale * integrate(self, noise, calls)

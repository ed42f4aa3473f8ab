"""The autoencoder, and the residual network of dense blocks that restores damaged pictures.

An autoencoder squeezes a picture through a few numbers and is asked for the same picture. A
denoising network is handed a damaged picture and is asked for the whole one; it needs no squeeze,
and what is easiest to learn is the difference: x̂ = y + f(y). Its body is dense blocks, which keep
early features at hand. Source: Hinton and Salakhutdinov (2006); Zhang et al. (2017),
Beyond a Gaussian Denoiser; Huang et al. (2017); Zhang et al. (2018), Residual Dense Network.
"""

import math

import torch.nn.functional as F
from torch import nn

from learnkit.models.blocks import DenseBlock, residual_linear, zeroed
from learnkit.tensors import Images, Latents


class Autoencoder(nn.Module):
    """An encoder to `latent` numbers and a decoder back."""

    def __init__(
        self, shape: tuple[int, int, int] = (1, 28, 28), width: int = 512, latent: int = 24
    ) -> None:
        """Two layers each side, for small pictures (c, h, w)."""
        super().__init__()
        pixels, self.latent = math.prod(shape), latent
        self.encoder = nn.Sequential(
            nn.Flatten(),
            nn.Linear(pixels, width),
            nn.SiLU(),
            residual_linear(width),
            nn.Linear(width, latent),
        )
        self.decoder = nn.Sequential(
            nn.Linear(latent, width),
            nn.SiLU(),
            residual_linear(width),
            nn.Linear(width, pixels),
            nn.Sigmoid(),
            nn.Unflatten(1, shape),
        )

    def encode(self, images: Images) -> Latents:
        """Pictures (n, c, h, w) to their features (n, latent)."""
        return self.encoder(images)

    def decode(self, z: Latents) -> Images:
        """Features (n, latent) to pictures (n, c, h, w) in [0, 1]."""
        return self.decoder(z)

    def forward(self, images: Images) -> Images:
        """The pictures as they come back."""
        return self.decode(self.encode(images))


class Restorer(nn.Module):
    """Damaged pictures (n, c, h, w) to whole ones, of any size."""

    def __init__(
        self, channels: int = 3, width: int = 64, growth: int = 32, layers: int = 3, blocks: int = 3
    ) -> None:
        """`blocks` dense blocks of `layers` layers; between them `width` channels are kept."""
        super().__init__()
        self.stem = nn.Sequential(
            nn.PixelUnshuffle(2),  # four pixels become channels: a quarter of the places to visit
            nn.Conv2d(4 * channels, width, 3, padding=1),
        )
        self.blocks = nn.ModuleList(
            nn.Sequential(
                DenseBlock(width, growth, layers), nn.Conv2d(width + growth * layers, width, 1)
            )
            for _ in range(blocks)
        )
        last = zeroed(nn.Conv2d(width, 4 * channels, 3, padding=1))  # so its output is its input
        self.end = nn.Sequential(last, nn.PixelShuffle(2))

    def forward(self, images: Images) -> Images:
        """The pictures mended; an odd side is made even by a mirrored line, and cut again."""
        h, w = images.shape[-2:]
        even = F.pad(images, (0, w % 2, 0, h % 2), mode="replicate")
        x = self.stem(even)
        for block in self.blocks:
            x = x + block(x)
        return (even + self.end(x))[..., :h, :w]

"""The context encoder: the hole filled from a few hundred features of what is around it.

The first network that filled holes by learning. Everything that it knows of a picture must pass a
bottleneck, so it has to say what the picture shows, and cannot copy; what comes out is right in
kind and blurred. Source: Pathak et al. (2016), Context encoders: feature learning by inpainting,
section 3.1, without the adversarial half of its loss.
"""

import math

import torch
from torch import nn

from learnkit.models.blocks import residual_conv
from learnkit.models.masked import check_holes, check_pictures_of, cut, fill_by_guess
from learnkit.tensors import Hole, Images, Latents


class ContextEncoder(nn.Module):
    """An encoder of the cut picture to `latent` numbers, and a decoder to the whole picture.

    Unlike the paper's it is told where the hole is, by a channel of its own: black pixels and
    missing ones are then two things.
    """

    def __init__(
        self, shape: tuple[int, int, int] = (1, 28, 28), width: int = 32, latent: int = 256
    ) -> None:
        """For pictures (c, h, w); `width` channels at half the size, twice as many at a quarter.

        Raises ValueError where a side is no multiple of 4.
        """
        super().__init__()
        c, h, w = self.shape = shape
        if h % 4 or w % 4:
            raise ValueError(f"sides must be multiples of 4, to be halved twice; got {h} x {w}")
        small = (2 * width, h // 4, w // 4)
        self.encoder = nn.Sequential(
            nn.PixelUnshuffle(2),
            nn.Conv2d(4 * (c + 1), width, 3, padding=1),
            nn.SiLU(),
            nn.Conv2d(width, 2 * width, 3, stride=2, padding=1),
            residual_conv(2 * width),
            nn.SiLU(),
            nn.Flatten(),
            nn.Linear(math.prod(small), latent),
        )
        self.decoder = nn.Sequential(
            nn.SiLU(),
            nn.Linear(latent, math.prod(small)),
            nn.Unflatten(1, small),
            residual_conv(2 * width),
            nn.Conv2d(2 * width, 4 * width, 1),
            nn.PixelShuffle(2),
            nn.SiLU(),
            nn.Conv2d(width, 4 * c, 3, padding=1),
            nn.PixelShuffle(2),
            nn.Sigmoid(),
        )

    def encode(self, images: Images, hole: Hole) -> Latents:
        """(n, c, h, w) and (n, 1, h, w) bool to (n, latent); images under the hole are not read.

        Raises ValueError where the pictures are not of the size that it was built for.
        """
        return self._encode(images, check_holes(images, hole))

    def _encode(self, images: Images, hole: Hole) -> Latents:
        check_pictures_of(images, self.shape)
        visible = cut(images, hole)
        return self.encoder(torch.cat([visible, hole.to(visible.dtype)], dim=1))

    def forward(self, images: Images, hole: Hole) -> Images:
        """The whole picture in [0, 1]."""
        return self.paint(images, check_holes(images, hole))

    def paint(self, images: Images, hole: Hole) -> Images:
        """The same of pictures and holes that are checked."""
        return self.decoder(self._encode(images, hole))

    def fill(self, images: Images, hole: Hole) -> Images:
        """Pictures (n, c, h, w), holes (n, 1, h, w) bool, to pictures filled: `fill_by_guess`."""
        return fill_by_guess(self, images, hole)

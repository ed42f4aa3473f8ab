"""A dense network that fills one hole, the same in every picture: small, and quick to over-fit.

It sees the known pixels as a row of numbers and answers with the pixels of the hole. Nothing in it
knows that pixels have neighbours, so all that it knows of pictures comes from those it has seen.
A training of it takes seconds, so many trainings can be compared.
"""

import torch
from torch import nn

from learnkit.models.masked import check_pictures_of
from learnkit.tensors import Grey, Latents


class FixedHoleFill(nn.Module):
    """Known pixels to hole pixels by two hidden layers of `width`, for one hole (h, w)."""

    hole: torch.Tensor

    def __init__(self, hole: torch.Tensor, width: int = 256, *, dropout: float = 0.0) -> None:
        """`hole` is bool (h, w); `dropout` is the share of hidden numbers that training drops."""
        super().__init__()
        self.register_buffer("hole", hole)
        missing = int(hole.sum())
        self.layers = nn.Sequential(
            nn.Linear(hole.numel() - missing, width),
            nn.ReLU(),
            nn.Dropout(dropout),
            nn.Linear(width, width),
            nn.ReLU(),
            nn.Dropout(dropout),
            nn.Linear(width, missing),
        )

    def known(self, images: Grey) -> Latents:
        """The known pixels of each picture, as a row. Raises ValueError for another size."""
        check_pictures_of(images, (1, *self.hole.shape))
        return images[:, 0, ~self.hole]

    def missing(self, images: Grey) -> Latents:
        """The pixels of the hole of each picture, as a row: what the network should answer."""
        check_pictures_of(images, (1, *self.hole.shape))
        return images[:, 0, self.hole]

    def forward(self, images: Grey) -> Latents:
        """Pictures (n, 1, h, w) to the pixels of their hole; what they hold there is not read."""
        return self.layers(self.known(images))

    @torch.no_grad()
    def fill(self, images: Grey) -> Grey:
        """Pictures with the hole filled, in [0, 1]; known pixels bit for bit."""
        filled = images.clone()
        filled[:, 0, self.hole] = self(images).clamp(0, 1)
        return filled

"""A small classifier of garments: ten kinds told apart, and the features that it tells them by.

Its last layer but one says in 64 numbers what a garment looks like. Two crowds of pictures can be
compared by these numbers (images/frechet.py), which no difference of pixels can do; and a network
that has learned to see garments can be taught something else (transfer).
"""

from jaxtyping import Float
from torch import Tensor, nn

from learnkit.tensors import Grey

FEATURES = 64


class Classifier(nn.Module):
    """Pictures (n, 1, 28, 28) in [0, 1] to logits (n, 10)."""

    def __init__(self, width: int = 32, kinds: int = 10) -> None:
        """`width` channels at the start, twice as many after the pictures are halved."""
        super().__init__()
        self.trunk = nn.Sequential(
            nn.PixelUnshuffle(2),  # four pixels side by side become four channels: 14 x 14
            *_layer(4, width),
            *_layer(width, 2 * width),
            nn.MaxPool2d(2),  # 7 x 7
            *_layer(2 * width, 2 * width),
            nn.MaxPool2d(2),  # 3 x 3
            nn.Flatten(),
            nn.Linear(2 * width * 9, FEATURES),
            nn.ReLU(),
        )
        self.head = nn.Linear(FEATURES, kinds)

    def features(self, images: Grey) -> Float[Tensor, "n 64"]:
        """The features of each picture: (n, 64), none below 0."""
        return self.trunk(images)

    def forward(self, images: Grey) -> Float[Tensor, "n _"]:
        """Logits (n, kinds): their softmax is the probability of each kind."""
        return self.head(self.features(images))


def _layer(channels: int, out: int) -> tuple[nn.Module, ...]:
    return nn.Conv2d(channels, out, 3, padding=1, bias=False), nn.BatchNorm2d(out), nn.ReLU()

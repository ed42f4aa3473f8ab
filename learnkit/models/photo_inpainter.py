"""Holes in photographs of any size: a thin plate first, then a network that corrects it.

A plate continues the slopes at the hole's rim, which is nearly enough for a scratch in the sky. It
blurs edges and texture, though; those are left to a convolutional network, x̂ = plate + σ f(plate,
hole). Its input is the plate less the local mean, in units of the local spread σ, and its output is
in the same units: a faint edge in the shade is one task with a bright one. As in the U-Net the stem
turns 2 x 2 pixels into channels; below it is one more level. There is no norm: a photograph of any
size is then treated as the tiles were that the network was trained on.
Source: Zhang et al. (2017), Beyond a Gaussian Denoiser (what to add); Lim et al. (2017), Enhanced
Deep Residual Networks (no norm).
"""

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor, nn

from learnkit.models.blocks import zeroed
from learnkit.models.masked import check_holes, cut, fill_by_guess
from learnkit.models.push_pull import conjugate_gradient, push_pull, smooth
from learnkit.tensors import Grey, Hole, Images

ROUNDS = 20  # of the plate: more cost more, and the network mends the rest
LEAST = 1e-4  # added to each variance, so that flat places have one: (1/100)²
SMALL = 0.3  # what the network adds at first, in units of the spread


class PhotoInpainter(nn.Module):
    """Pictures of any size, in colour or grey, with their holes filled."""

    def __init__(self, width: int = 40, *, depth: int = 3) -> None:
        """`depth` layers at a quarter of the size, where there are 2 `width` channels."""
        super().__init__()
        first = nn.Conv2d(4 * 7, width, 3, padding=1)
        self.stem = nn.Sequential(nn.PixelUnshuffle(2), first)
        self.down = Layer(width)
        self.shrink = nn.Conv2d(width, 2 * width, 2, stride=2)
        self.bottom = nn.Sequential(*(Layer(2 * width) for _ in range(depth)))
        self.enlarge = nn.ConvTranspose2d(2 * width, width, 2, stride=2)
        self.up = nn.Sequential(Layer(width), Layer(width))
        last = zeroed(nn.Conv2d(width, 4 * 3, 3, padding=1))
        self.end = nn.Sequential(last, nn.PixelShuffle(2))
        nn.init.kaiming_normal_(first.weight, nonlinearity="linear")

    def forward(self, images: Images, hole: Hole) -> Images:
        """The whole picture as it may have been; what `images` hold in the hole is never read.

        Raises ValueError where pictures have neither one channel nor three.
        """
        return self.paint(images, check_holes(images, hole))

    def paint(self, images: Images, hole: Hole) -> Images:
        """The same of pictures and holes that are checked."""
        n, c, h, w = images.shape
        if c not in (1, 3):
            raise ValueError(f"pictures must have 1 or 3 channels, got {c} in {(n, c, h, w)}")
        with torch.no_grad():  # a guess has nothing to learn
            pyramid = push_pull(cut(images, hole).float(), hole)
            guess = conjugate_gradient(pyramid, hole, rounds=ROUNDS).clamp(0, 1)
            mean, spread = local_statistics(guess)
            x = torch.cat([(guess - mean) / spread, (guess - pyramid) / spread], dim=1)
            x = x if c == 3 else x.repeat_interleave(3, dim=1)  # grey: three alike
            x = torch.cat([x, hole.float()], dim=1)
            x = F.pad(x, (0, -w % 4, 0, -h % 4), mode="replicate")
        y = self.residual(x)[..., :h, :w]
        y = y if c == 3 else y.mean(dim=1, keepdim=True)
        return guess + SMALL * spread * y

    def residual(self, x: Float[Tensor, "n 7 h w"]) -> Float[Tensor, "n 3 h w"]:
        """f: (n, 7, h, w), sides multiples of 4, to what is to be added, in units of the spread."""
        skip = self.down(self.stem(x))
        deep = self.bottom(self.shrink(skip))
        return self.end(self.up(skip + self.enlarge(deep)))

    def fill(self, images: Images, hole: Hole) -> Images:
        """Pictures (n, c, h, w), holes (n, 1, h, w) bool, to pictures filled: `fill_by_guess`."""
        return fill_by_guess(self, images, hole)


class Layer(nn.Module):
    """A residual layer of two convolutions: x + W₂ relu(W₁ x).

    The ReLU is what makes it learn quickly: SiLU is nearly a straight line where values are small,
    as they are without a norm, and a network of straight lines has nothing to add to a plate.
    """

    def __init__(self, channels: int) -> None:
        """First weights as He et al. (2015) have them for a ReLU."""
        super().__init__()
        self.first = nn.Conv2d(channels, channels, 3, padding=1)
        self.second = nn.Conv2d(channels, channels, 3, padding=1)
        nn.init.kaiming_normal_(self.first.weight, nonlinearity="relu")
        for layer in (self.first, self.second):
            nn.init.zeros_(layer.get_parameter("bias"))

    def forward(self, x: Images) -> Images:
        """The sum."""
        return x + self.second(F.relu(self.first(x)))


def local_statistics(images: Images) -> tuple[Images, Grey]:
    """The mean (n, c, h, w) and the spread σ (n, 1, h, w) of what lies around each pixel.

    Over blocks of 4 x 4 pixels, three by three of them, smoothly. The channels share one σ, or a
    grey place would be stretched to a coloured one.
    """
    mean = _coarse(images)
    variance = _coarse((images - mean).square()).mean(dim=1, keepdim=True)
    return mean, (variance + LEAST).sqrt()


def _coarse(images: Images) -> Images:
    blocks = F.avg_pool2d(images, 4, ceil_mode=True, count_include_pad=False)
    return F.interpolate(smooth(blocks), size=images.shape[-2:], mode="bilinear")

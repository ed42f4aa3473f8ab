"""The U-Net: an encoder, a decoder, and skip connections between them at every size.

On the way down a picture gets smaller and its channels more, so that a few convolutions reach far;
on the way up each level also gets the features of the way down, so that edges stay in place.
Two things make it quick on a CPU: the stem turns 2 x 2 pixels into channels (pixel-unshuffle), so
that no layer works at full size, and there are two levels below it, no more. At the bottom all
places are mixed, so that the right half can depend on the left: by one linear layer, by attention,
which has fewer weights, or by both, which learns the most in a step.
Source: Ronneberger et al. (2015), U-Net; Shi et al. (2016), pixel shuffle; the time enters as in
Dhariwal and Nichol (2021), section 3.
"""

import math

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor, nn

from learnkit.models.attention import SelfAttention
from learnkit.models.blocks import Residual, zeroed
from learnkit.models.linear_fill import LinearFill
from learnkit.models.masked import check_holes, check_quarters, cut, fill_by_guess
from learnkit.tensors import Grey, Hole, Images, Labels, Maps, Rows

TIMES = 64  # sines and cosines of a noise level


class UNet(nn.Module):
    """Pictures (n, channels_in, h, w) to (n, channels_out, h, w); sides are multiples of four."""

    def __init__(
        self,
        channels_in: int,
        channels_out: int,
        width: int = 64,
        *,
        depth: int = 3,
        size: tuple[int, int] | None = (28, 28),
        timed: bool = False,
        kinds: int = 0,
        mixing: bool = True,
        heads: int = 0,
    ) -> None:
        """`depth` layers at the bottom, where there are 2 `width` channels.

        With a `size` (h, w) the bottom mixes all places of pictures of that size: where `mixing`,
        by one linear layer, and by attention of so many `heads` after every layer but the last.
        Without, the network takes any size. A `timed` one takes a number from 0 to 1 a picture as
        well, and with `kinds` also a label, from 0 to `kinds` - 1.
        """
        super().__init__()
        wide = 2 * width
        self.embed = (
            nn.Sequential(nn.Linear(TIMES, 2 * wide), nn.SiLU(), nn.Linear(2 * wide, 2 * wide))
            if timed
            else None
        )
        self.kinds = nn.Embedding(kinds, 2 * wide) if kinds else None
        embedded = 2 * wide if timed else 0
        self.stem = nn.Sequential(
            nn.PixelUnshuffle(2), nn.Conv2d(4 * channels_in, width, 3, padding=1)
        )
        self.down = Layer(width, embedded)
        self.shrink = nn.Conv2d(width, wide, 2, stride=2)
        self.bottom = nn.ModuleList(Layer(wide, embedded) for _ in range(depth))
        h, w = (side // 4 for side in size or (0, 0))
        self.whole = GlobalMixing(wide, h, w) if size and mixing else nn.Identity()
        looks = range(depth - 1) if size and heads else ()
        self.attend = nn.ModuleList(SelfAttention(wide, h * w, heads=heads) for _ in looks)
        self.enlarge = nn.ConvTranspose2d(wide, width, 2, stride=2)
        self.bridge = nn.Conv2d(2 * width, width, 1)
        self.up = nn.ModuleList(Layer(width, embedded) for _ in range(2))
        self.end = nn.Sequential(
            nn.GroupNorm(8, width),
            nn.SiLU(),
            zeroed(nn.Conv2d(width, 4 * channels_out, 3, padding=1)),
            nn.PixelShuffle(2),
        )

    def forward(self, x: Maps, time: Rows | None = None, labels: Labels | None = None) -> Maps:
        """`time` is (n,) in [0, 1] and `labels` int64 (n,), for a network that takes them.

        Raises TypeError where one is missing.
        """
        check_quarters(x)
        embedding = None
        if self.embed is not None:
            if time is None:
                raise TypeError("this network is timed: it takes a time for each picture")
            embedding = self.embed(timestep_embedding(time))
        if self.kinds is not None:
            if labels is None:
                raise TypeError("this network is told kinds: it takes a label for each picture")
            embedding = embedding + self.kinds(labels)
        skip = self.down(self.stem(x), embedding)
        deep = self.shrink(skip)
        for i, layer in enumerate(self.bottom):
            deep = layer(deep, embedding)
            if i == 0:
                deep = self.whole(deep)
            if i < len(self.attend):
                deep = self.attend[i](deep)
        x = self.bridge(torch.cat([self.enlarge(deep), skip], dim=1))
        for layer in self.up:
            x = layer(x, embedding)
        return self.end(x)


class Layer(nn.Module):
    """A residual layer of two convolutions: x + W₂ silu(s ⊙ W₁ silu(norm(x)) + b).

    Scale s and shift b of each channel are linear in the embedding; 1 and 0 where there is none.
    """

    def __init__(self, channels: int, embedded: int = 0) -> None:
        """`embedded` numbers a picture make up the embedding; 0 where there is none."""
        super().__init__()
        self.norm = nn.GroupNorm(8, channels)
        self.first = nn.Conv2d(channels, channels, 3, padding=1)
        self.second = nn.Conv2d(channels, channels, 3, padding=1)
        self.tell = nn.Linear(embedded, 2 * channels) if embedded else None

    def forward(self, x: Images, embedding: Float[Tensor, "n _"] | None = None) -> Images:
        """Feature maps (n, channels, h, w) and an embedding (n, embedded)."""
        y = self.first(F.silu(self.norm(x)))
        if self.tell is not None:
            scale, shift = self.tell(embedding)[:, :, None, None].chunk(2, dim=1)
            y = y * (1 + scale) + shift
        return x + self.second(F.silu(y))


class GlobalMixing(nn.Module):
    """A residual layer whose output at each place depends on all places: one linear layer."""

    def __init__(self, channels: int, height: int, width: int, narrow: int = 16) -> None:
        """The `channels` are reduced to `narrow` before they are mixed, for the matrix is large."""
        super().__init__()
        places = narrow * height * width
        self.mix = Residual(
            nn.GroupNorm(8, channels),
            nn.Conv2d(channels, narrow, 1),
            nn.Flatten(),
            nn.Linear(places, places),
            nn.SiLU(),
            nn.Unflatten(1, (narrow, height, width)),
            nn.Conv2d(narrow, channels, 1),
        )

    def forward(self, x: Images) -> Images:
        """The sum."""
        return self.mix(x)


def timestep_embedding(time: Rows) -> Float[Tensor, "n _"]:
    """(n,) in [0, 1] to sines and cosines (n, TIMES), of frequencies from 1 to 1000.

    Source: Vaswani et al. (2017), section 3.5.
    """
    frequencies = torch.exp(
        torch.linspace(0, math.log(1000), TIMES // 2, device=time.device, dtype=torch.float32)
    )
    angle = time[:, None] * frequencies
    return torch.cat([angle.sin(), angle.cos()], dim=1)


class Inpainter(nn.Module):
    """A U-Net that corrects the linear fill: x̂ = linear + f(linear, cut, hole).

    It learns what the linear fill gets wrong, and nothing else.
    """

    def __init__(self, width: int = 64, *, depth: int = 3, heads: int = 4) -> None:
        """For grey pictures of 28 x 28."""
        super().__init__()
        self.linear = LinearFill(28, 28)
        self.unet = UNet(3, 1, width, depth=depth, heads=heads)

    def forward(self, images: Grey, hole: Hole, guess: Grey | None = None) -> Grey:
        """The whole picture as it may have been; what `images` hold in the hole is never read.

        `guess` is the linear fill, where it has been solved already.
        """
        return self.paint(images, check_holes(images, hole), guess)

    def paint(self, images: Grey, hole: Hole, guess: Grey | None = None) -> Grey:
        """The same of pictures and holes that are checked."""
        visible = cut(images, hole)
        guess = self.linear.paint(visible, hole) if guess is None else guess
        return guess + self.unet(torch.cat([guess, visible, hole.to(visible)], dim=1) - 0.5)

    def fill(self, images: Grey, hole: Hole) -> Grey:
        """Pictures (n, c, h, w), holes (n, 1, h, w) bool, to pictures filled: `fill_by_guess`."""
        return fill_by_guess(self, images, hole)

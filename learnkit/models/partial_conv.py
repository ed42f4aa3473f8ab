"""Convolutions that take the hole into account: partial (by a rule) and gated (learned).

A plain convolution takes a hole for black pixels. A partial one sums over the known pixels of its
window alone and makes up for the missing ones, so that each layer closes the hole by a rim; a
gated one learns a share between 0 and 1 for each place. Both come with a small U-Net that fills
holes. Source: Liu et al. (2018), Image inpainting for irregular holes using partial convolutions,
eqs. 1 and 2; Yu et al. (2019), Free-form image inpainting with gated convolution, eq. 3.
"""

import torch
import torch.nn.functional as F
from jaxtyping import Bool, Float
from torch import Tensor, nn

from learnkit.models.masked import (
    check_holes,
    check_pictures_of,
    check_quarters,
    cut,
    fill_by_guess,
)
from learnkit.tensors import Hole, Images

# ---- partial convolution -------------------------------------------------------------------------


def partial_conv2d(
    image: Images,
    known: Hole,
    weight: Float[Tensor, "o c k l"],
    bias: Float[Tensor, " o"] | None = None,
    *,
    stride: int = 1,
    padding: int = 0,
) -> tuple[Float[Tensor, "n o h2 w2"], Bool[Tensor, "n 1 h2 w2"]]:
    """W · (x known) k²/m + b where m > 0 pixels of the window are known, and 0 where none is.

    image (n, c, h, w), known (n, 1, h, w) bool, True = known, weight (o, c, k, l), bias (o,) to
    (out, known): (n, o, h', w') and (n, 1, h', w'), where a window that knew one pixel knows.
    The gain k²/m is exactly 1 where all of the window is known: there `out` is that of
    torch.nn.functional.conv2d, in half precision but for the rounding of a bias. The padding counts
    as unknown, as in NVIDIA's code: at the border m counts the pixels inside, and the gain is above
    1. What `image` holds where it is unknown, NaN too, reaches neither `out` nor a gradient, and
    `known` itself has no gradient.
    Raises TypeError unless `known` is bool, ValueError unless it is (n, 1, h, w) or (1, 1, h, w).

    >>> image, known = torch.tensor([[[[4.0, 9.0]]]]), torch.tensor([[[[True, False]]]])
    >>> partial_conv2d(image, known, torch.ones(1, 1, 1, 2))[0]
    tensor([[[[8.]]]])
    """
    known = check_holes(image, known, "known")
    gain, some = _gain(known, weight.shape[2:], stride, padding)
    visible = torch.where(known, image, image.new_zeros(()))  # chosen: NaN times 0 is NaN
    out = F.conv2d(visible, weight, None, stride, padding)  # 0 where nothing is known: finite
    out.mul_(gain.to(out.dtype))  # in place: no gradient asks what it was before
    if bias is None:
        return out, some
    # + bias where some: as a product of matrices its gradient is one, too, and three times quicker
    column = bias.to(out.dtype)[None, :, None].expand(len(out), -1, 1)  # (n, o, 1)
    row = some.flatten(2).to(out.dtype)  # (n, 1, h' w')
    return torch.baddbmm(out.flatten(2), column, row).view_as(out), some


@torch.no_grad()
def _gain(
    known: Hole, size: torch.Size, stride: int, padding: int
) -> tuple[Float[Tensor, "n 1 h2 w2"], Bool[Tensor, "n 1 h2 w2"]]:
    """(k²/m, or 0 where m is 0; m > 0): in float32, for a half cannot hold every count exactly."""
    window = size[0] * size[1]
    padded = F.pad(known.float(), (padding,) * 4)
    m = F.avg_pool2d(padded, tuple(size), stride, divisor_override=1)
    some = m > 0
    whole = torch.full_like(m, window)  # a number over m would be its product with 1/m, rounded
    return torch.where(some, whole / m.clamp(min=1), 0), some


class PartialConv2d(nn.Module):
    """The layer: (image, known) to (out, known)."""

    def __init__(
        self,
        channels: int,
        out: int,
        kernel: int,
        *,
        stride: int = 1,
        padding: int = 0,
        bias: bool = True,
    ) -> None:
        """Weights and their first values are those of nn.Conv2d."""
        super().__init__()
        plain = nn.Conv2d(channels, out, kernel, bias=bias)
        self.weight, self.bias = plain.weight, plain.bias
        self.stride, self.padding = stride, padding

    def forward(
        self, image: Images, known: Hole
    ) -> tuple[Float[Tensor, "n o h2 w2"], Bool[Tensor, "n 1 h2 w2"]]:
        """As `partial_conv2d`."""
        where = {"stride": self.stride, "padding": self.padding}
        return partial_conv2d(image, known, self.weight, self.bias, **where)


# ---- gated convolution ---------------------------------------------------------------------------


OPEN = 2.0  # what gates begin with: σ(2) is 0.88, where σ(0) would halve the signal layer by layer


class GatedConv2d(nn.Module):
    """features · σ(gate), both out of one convolution: which place counts is learned.

    `gates` numbers a place, each of which opens and shuts out/gates features beside each other.
    The paper has one for each feature, which doubles the work; with fewer the layer costs hardly
    more than a plain one (Yi et al. 2020, section 3.3, goes down to a single one).
    """

    def __init__(
        self,
        channels: int,
        out: int,
        kernel: int,
        *,
        gates: int | None = None,
        stride: int = 1,
        padding: int = 0,
    ) -> None:
        """`gates` is `out` where it is None.

        Raises ValueError where it does not divide `out`.
        """
        super().__init__()
        self.out, self.gates = out, out if gates is None else gates
        if self.gates < 1 or out % self.gates:
            raise ValueError(f"gates must divide out = {out}, got {gates}; take 1, or out itself")
        self.conv = nn.Conv2d(channels, out + self.gates, kernel, stride, padding)
        nn.init.constant_(self.conv.get_parameter("bias")[out:], OPEN)

    def forward(self, x: Float[Tensor, "n _ _ _"]) -> Float[Tensor, "n _ _ _"]:
        """(n, c, h, w) to (n, out, h', w')."""
        both = self.conv(x)
        if self.gates == self.out:
            return F.glu(both, dim=1)  # the first half times σ of the second
        features, gate = both.split([self.out, self.gates], dim=1)
        grouped = features.unflatten(1, (self.gates, -1))
        return (grouped * torch.sigmoid(gate).unsqueeze(2)).flatten(1, 2)


# ---- two small networks --------------------------------------------------------------------------

REACH = 6  # layers at a quarter of the size: the known rim grows by four pixels with each


class PartialUNet(nn.Module):
    """Partial convolutions down to a quarter of the size, and up again, for sides of 4 k.

    The first one has stride 2, for a mask is of pixels, and a pixel-unshuffled picture would have
    four masks at each place. At 28 x 28 the innermost places know all of the picture's known
    pixels after six layers; where nothing is known the answer is one and the same picture.
    """

    def __init__(self, channels: int = 1, width: int = 32) -> None:
        """`width` channels at half the size, twice as many at a quarter."""
        super().__init__()
        self.channels, wide = channels, 2 * width
        self.stem = PartialConv2d(channels, width, 5, stride=2, padding=2)
        self.first = PartialConv2d(width, width, 3, padding=1)
        self.down = PartialConv2d(width, wide, 3, stride=2, padding=1)
        self.inner = nn.ModuleList(PartialConv2d(wide, wide, 3, padding=1) for _ in range(REACH))
        self.up = PartialConv2d(wide, 4 * width, 1)
        self.last = PartialConv2d(width, width, 3, padding=1)
        self.end = PartialConv2d(width, 4 * channels, 3, padding=1)

    def forward(self, images: Images, hole: Hole) -> Images:
        """(n, c, h, w) and (n, 1, h, w) bool to the whole picture in [0, 1]."""
        return self.paint(images, check_holes(images, hole))

    def paint(self, images: Images, hole: Hole) -> Images:
        """The same of pictures and holes that are checked."""
        check_pictures_of(images, (self.channels,))
        check_quarters(images)
        x, known = self.stem(images, ~hole)
        x, skip_known = self.first(F.silu(x), known)
        skip = F.silu(x)
        x, known = self.down(skip, skip_known)
        x = F.silu(x)
        for layer in self.inner:
            more, known = layer(x, known)
            x = x + F.silu(more)
        x, known = self.up(x, known)
        x = skip + F.pixel_shuffle(x, 2)  # either is 0 where it knows nothing
        known = skip_known | F.interpolate(known.to(torch.uint8), scale_factor=2).bool()
        more, known = self.last(F.silu(x), known)
        x = x + F.silu(more)
        return torch.sigmoid(F.pixel_shuffle(self.end(x, known)[0], 2))

    def fill(self, images: Images, hole: Hole) -> Images:
        """Pictures (n, c, h, w), holes (n, 1, h, w) bool, to pictures filled: `fill_by_guess`."""
        return fill_by_guess(self, images, hole)


class GatedUNet(nn.Module):
    """The same network of gated convolutions; the hole is an input channel. Sides of 4 k."""

    def __init__(self, channels: int = 1, width: int = 32, *, gates: int | None = 8) -> None:
        """`width` channels at half the size, twice as many at a quarter; `gates` in each layer."""
        super().__init__()
        self.channels, wide = channels, 2 * width
        self.stem = nn.PixelUnshuffle(2)
        self.first = GatedConv2d(4 * (channels + 1), width, 3, gates=gates, padding=1)
        self.down = GatedConv2d(width, wide, 3, gates=gates, stride=2, padding=1)
        self.inner = nn.ModuleList(
            GatedConv2d(wide, wide, 3, gates=gates, padding=1) for _ in range(REACH)
        )
        self.up = nn.Sequential(nn.Conv2d(wide, 4 * width, 1), nn.PixelShuffle(2))
        self.last = GatedConv2d(width, width, 3, gates=gates, padding=1)
        self.end = nn.Sequential(nn.Conv2d(width, 4 * channels, 3, padding=1), nn.PixelShuffle(2))

    def forward(self, images: Images, hole: Hole) -> Images:
        """(n, c, h, w) and (n, 1, h, w) bool to the whole picture in [0, 1]."""
        return self.paint(images, check_holes(images, hole))

    def paint(self, images: Images, hole: Hole) -> Images:
        """The same of pictures and holes that are checked."""
        check_pictures_of(images, (self.channels,))
        check_quarters(images)
        visible = cut(images, hole)
        skip = F.silu(self.first(self.stem(torch.cat([visible, hole.to(visible.dtype)], dim=1))))
        x = F.silu(self.down(skip))
        for layer in self.inner:
            x = x + F.silu(layer(x))
        x = skip + self.up(x)
        x = x + F.silu(self.last(F.silu(x)))
        return torch.sigmoid(self.end(x))

    def fill(self, images: Images, hole: Hole) -> Images:
        """Pictures (n, c, h, w), holes (n, 1, h, w) bool, to pictures filled: `fill_by_guess`."""
        return fill_by_guess(self, images, hole)

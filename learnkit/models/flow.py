"""The flow: one network that paints garments, garments of a kind, and holes in garments.

Its velocity v(xt, t) is told three things besides: the kind (0 to 9, or 10 for "not said"), what
is known of the picture, and where the hole is. Where the hole covers everything, nothing is known.
Of a picture it is shown the linear fill g of lesson 10, which outside the hole is the picture
itself; in the hole it is shown xt.

The network predicts what no linear rule could. Were the pixels of the hole independent Gaussians
about g with the variance s², here 0.25, the best prediction of the velocity x1 - x0 would be

    g + (t s² - (1 - t)) / w (xt - t g),   w = (1 - t)² + t² s²,   with an error of variance s² / w

and the output F of the network, in units of that error, is added to it as s / √w F.
Source: Lipman et al. (2023); for the parts that are known, Karras et al. (2022), section 5; for
what is seen of the picture, Saharia et al. (2022), Palette.
Pictures are (n, 1, 28, 28) in [0, 1]; xt, x0 (noise) and x1 in [-1, 1], as in `flow_matching`.
"""

import torch
from torch import nn

from learnkit.models.flow_matching import (
    Labelled,
    Velocity,
    guided_velocity,
    integrate,
    spread,
)
from learnkit.models.linear_fill import LinearFill
from learnkit.models.masked import CHUNK, Draws, check_holes, composite, cut, draws_like
from learnkit.models.unet import UNet
from learnkit.shapes import check_at_least
from learnkit.tensors import Drawn, Fills, Grey, Hole, Labels, Rows

CALLS = 25  # Euler steps of a sample, unless others are asked for
SPREAD = 0.25  # s², in [-1, 1]: about what garments' pixels have about their linear fill


class Flow(Draws, nn.Module):
    """A timed U-Net with attention, told kind and hole, for grey pictures of 28 x 28."""

    def __init__(self, width: int = 64, *, depth: int = 4, kinds: int = 10) -> None:
        """`depth` layers at the bottom of the U-Net; labels from 0 to `kinds` - 1."""
        super().__init__()
        self.linear = LinearFill(28, 28)
        self.unet = UNet(
            3, 1, width, depth=depth, timed=True, kinds=kinds + 1, mixing=False, heads=4
        )
        self.empty = kinds  # the label that says nothing

    def forward(self, xt: Grey, t: Rows, labels: Labels, guess: Grey, hole: Hole) -> Grey:
        """The velocity (n, 1, 28, 28) at the time t (n,); `guess` is the linear fill in [-1, 1]."""
        inputs = torch.cat([torch.where(hole, xt, guess), guess, hole.to(xt)], dim=1)
        F = self.unet(inputs, t, labels).float()
        t = spread(t, xt)
        w = (1 - t) ** 2 + t**2 * SPREAD
        linear = guess + (t * SPREAD - (1 - t)) / w * (xt - t * guess)
        return linear + (SPREAD / w).sqrt() * F

    def labelled(self, images: Grey, hole: Hole) -> Labelled:
        """v(xt, t, labels) given what is known of `images`. The hole is never read.

        It takes the n pictures of `images`, or 2 n of them: all of them twice, one batch behind the
        other, as `guided_velocity` asks.
        """
        hole = check_holes(images, hole)
        return self._told(self._guess(images, hole), hole)

    def unconditional(self, count: int) -> Labelled:
        """The same where nothing is known of `count` pictures."""
        return self.labelled(*self.linear.nothing(count))

    def _guess(self, images: Grey, hole: Hole) -> Grey:
        return 2 * self.linear.paint(cut(images, hole), hole) - 1

    def _told(self, guess: Grey, hole: Hole) -> Labelled:
        def velocity(xt: Grey, t: Rows, labels: Labels) -> Grey:
            times = (len(xt) // len(guess), 1, 1, 1)
            return self(xt, t, labels, guess.repeat(times), hole.repeat(times))

        return velocity

    @torch.no_grad()
    def fills(
        self,
        images: Grey,
        hole: Hole,
        count: int,
        generator: torch.Generator | None = None,
        *,
        opposite: bool = False,
        calls: int = CALLS,
        labels: Labels | None = None,
        scale: float = 1.0,
    ) -> Fills:
        """`count` fills of each picture, (count, n, c, h, w); known pixels come back bit for bit.

        `calls` steps each; where `scale` is not 1, each asks the network of two pictures. Without
        `labels` any kind will do. `opposite` is that of `draws_like`. Raises TypeError or
        ValueError where `hole` does not fit, the pictures are none of 28 x 28 in grey, or `count`
        is below 1.
        """
        check_at_least(1, count=count)
        hole = check_holes(images, hole)
        guess = self._guess(images.to(self.linear.mean), hole)
        if labels is None:
            labels, scale = torch.full((len(guess),), self.empty, device=guess.device), 1.0
        noise = draws_like(guess, count, generator, opposite=opposite).flatten(0, 1)
        each = (x.repeat(count, *[1] * (x.ndim - 1)) for x in (guess, hole, labels))
        made = []
        for x, g, h, y in zip(*(x.split(CHUNK) for x in (noise, *each)), strict=True):
            made.append(integrate(self._velocity(g, h, y, scale), x, calls))
        filled = (torch.cat(made).clamp(-1, 1) + 1) / 2
        return composite(filled.unflatten(0, (count, -1)), images, hole)

    def _velocity(self, guess: Grey, hole: Hole, labels: Labels, scale: float) -> Velocity:
        told = self._told(guess, hole)
        if scale == 1:
            return lambda xt, t: told(xt, t, labels)
        return lambda xt, t: guided_velocity(told, xt, t, labels, self.empty, scale)

    def sample(
        self,
        count: int,
        generator: torch.Generator | None = None,
        *,
        calls: int = CALLS,
        labels: Labels | None = None,
        scale: float = 1.0,
    ) -> Drawn:
        """`count` pictures that were never there: fills of a hole over everything.

        Of the kinds `labels` (count,), exaggerated by `scale`, or of any kind. Options and errors
        as those of `fills`.
        """
        blank, hole = self.linear.nothing(count)
        fills = self.fills(blank, hole, 1, generator, calls=calls, labels=labels, scale=scale)
        return fills[0]

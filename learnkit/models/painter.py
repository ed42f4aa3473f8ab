"""The painter: one conditional diffusion model that generates garments and fills holes.

It is given what is known, and removes noise from the rest. For a picture x0 with a hole it takes

    xt in the hole, x0 outside;  the linear fill g of lesson 10;  where the hole is;  and t

Where the hole covers everything, nothing is known, g is the mean garment, and what is left is a
diffusion model as any other: synthesis is the filling of a hole of 100 %.

The network predicts how x0 differs from g. With F for its output,

    F = √ᾱ ε - √(1 - ᾱ) (x0 - g)          x̂0 = √ᾱ xt + (1 - ᾱ) g - √(1 - ᾱ) F

which asks for the noise where there is little of it, and for what the linear fill gets wrong where
there is nothing but noise. Source: Saharia et al. (2022), Palette, for what is seen; Salimans and
Ho (2022), section 4, for the velocity that F is, here measured from g.
Pictures are (n, 1, 28, 28) in [0, 1]; xt and x0 in [-1, 1], as in `diffusion`.
"""

import torch
from torch import nn

from learnkit.models.diffusion import (
    Denoiser,
    ddim,
    draw_like,
    level,
    predicted_eps,
)
from learnkit.models.linear_fill import LinearFill
from learnkit.models.masked import CHUNK, Draws, check_holes, composite, cut, draws_like
from learnkit.models.noise_schedule import cosine_schedule
from learnkit.models.unet import UNet
from learnkit.shapes import check_at_least
from learnkit.tensors import Drawn, Fills, Grey, Hole, Levels, Steps

CALLS = 25  # network calls of a sample, unless others are asked for


class Painter(Draws, nn.Module):
    """A timed U-Net over the linear fill, for grey pictures of 28 x 28."""

    alpha_bar: Levels

    def __init__(self, width: int = 64, *, depth: int = 3, heads: int = 4, T: int = 1000) -> None:
        """`heads` of attention, none where 0; `T` is the number of steps of the schedule."""
        super().__init__()
        self.linear = LinearFill(28, 28)
        self.unet = UNet(3, 1, width, depth=depth, timed=True, heads=heads)
        self.register_buffer("alpha_bar", cosine_schedule(T), persistent=False)

    def forward(
        self,
        xt: Grey,
        t: Steps,
        known: Grey,
        guess: Grey,
        hole: Hole,
    ) -> Grey:
        """F (n, 1, 28, 28); `known` and `guess` are picture and linear fill, in [-1, 1]."""
        inputs = torch.cat([torch.where(hole, xt, known), guess, hole.to(xt)], dim=1)
        return self.unet(inputs, t.to(xt.dtype) / len(self.alpha_bar))

    def denoiser(self, images: Grey, hole: Hole) -> Denoiser:
        """ε(xt, t) given what is known of `images`: what samplers call. The hole is never read."""
        hole = check_holes(images, hole)
        return self._told(*self._known(images, hole), hole)

    def _known(self, images: Grey, hole: Hole) -> tuple[Grey, Grey]:
        """What is known of the pictures, and their linear fill, in [-1, 1]."""
        visible = cut(images, hole)
        return 2 * visible - 1, 2 * self.linear.paint(visible, hole) - 1

    def _told(self, known: Grey, guess: Grey, hole: Hole) -> Denoiser:
        def eps(xt: Grey, t: Steps) -> Grey:
            a = level(self.alpha_bar, t, xt)
            F = self(xt, t, known, guess, hole).float()
            x0 = a.sqrt() * xt + (1 - a) * guess - (1 - a).sqrt() * F
            return predicted_eps(xt, composite(x0, known, hole), a)

        return eps

    def unconditional(self, count: int) -> Denoiser:
        """ε(xt, t) where nothing is known of `count` pictures: an ordinary diffusion model."""
        return self.denoiser(*self.linear.nothing(count))

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
    ) -> Fills:
        """`count` fills of each picture, (count, n, c, h, w); known pixels come back bit for bit.

        `calls` network calls each; `opposite` is that of `draws_like`. Raises TypeError or
        ValueError where `hole` does not fit, the pictures are none of 28 x 28 in grey, or `count`
        is below 1.
        """
        check_at_least(1, count=count)
        hole = check_holes(images, hole)
        parts = zip(images.split(CHUNK), hole.split(CHUNK), strict=True)
        made = [self._some(x, h, count, generator, opposite, calls) for x, h in parts]
        return torch.cat(made, dim=1)

    def _some(
        self,
        images: Grey,
        hole: Hole,
        count: int,
        generator: torch.Generator | None,
        opposite: bool,
        calls: int,
    ) -> Fills:
        known, guess = self._known(images.to(self.alpha_bar), hole)
        made = []
        noise = draws_like(known, count, generator, opposite=opposite)
        for part in noise.split(max(1, CHUNK // len(known))):  # several draws of few pictures
            eps = self._told(*(one.repeat(len(part), 1, 1, 1) for one in (known, guess, hole)))
            *_, last = ddim(eps, part.flatten(0, 1), self.alpha_bar, calls, order=2, power=2.0)
            made.append(last.x0.unflatten(0, part.shape[:2]))
        return composite((torch.cat(made) + 1) / 2, images, hole)

    @torch.no_grad()
    def sample(
        self, count: int, generator: torch.Generator | None = None, *, calls: int = CALLS
    ) -> Drawn:
        """`count` pictures that were never there, (count, 1, 28, 28), in `calls` calls each.

        Fresh noise at every step, even steps, and the second-order correction: with few calls the
        nearest to real garments of the samplers tried (`python -m tests.benchmarks samplers`).
        Source: Lu et al. (2022), DPM-Solver++, the stochastic form of Algorithm 2.
        """
        check_at_least(1, count=count)
        made, (blanks, hole) = [], self.linear.nothing(count)
        for blank in blanks.split(CHUNK):
            eps, noise = self.denoiser(blank, hole), draw_like(blank, generator)
            walk = ddim(eps, noise, self.alpha_bar, calls, eta=1.0, order=2, generator=generator)
            *_, last = walk
            made.append((last.x0 + 1) / 2)
        return torch.cat(made)

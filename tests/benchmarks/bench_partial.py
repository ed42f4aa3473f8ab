"""Partial and gated convolution beside a plain one: the time of a step, and the error after a few.

    python -m tests.benchmarks partial

A step is forward and backward; the times are the least of fifteen in turn, the geometric mean over
the three shapes that the course's networks have. A ratio of 1 is 1.5 times the plain time. The
gated layer of the paper has twice the channels, and is held against a plain convolution of as many;
with eight gates it is held against one of its own output. The error is the mean squared error in
the holes of garments never seen, after the same few steps of networks of one shape, all of them
given the cut picture and the hole: a ratio of 1 is that of the plain one.
"""

import math
import statistics
import time
from collections.abc import Callable, Iterator

import torch
import torch.nn.functional as F
from torch import nn

from learnkit.models.partial_conv import GatedConv2d, PartialConv2d
from learnkit.training.datasets import unseen

SHAPES = [(64, 32, 28), (128, 32, 14), (128, 64, 7)]  # n, channels in and out, side
STEPS, BATCH, WIDTH, LAYERS, SEEDS = 600, 64, 32, 6, 2


class Plain(nn.Conv2d):
    """A plain convolution in the form of the other two."""

    def forward(self, x: torch.Tensor, known: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """The convolution, and `known` as it came."""
        return super().forward(x), known


class Gated(GatedConv2d):
    """A gated convolution in the form of the other two."""

    def forward(self, x: torch.Tensor, known: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """The convolution, and `known` as it came."""
        return super().forward(x), known


class Filler(nn.Module):
    """A stack of one kind of layer at half the size, on a first layer of stride 2."""

    def __init__(self, layer: Callable[..., nn.Module]) -> None:
        """`layer(channels, out, kernel, stride=, padding=)`, called on (x, known)."""
        super().__init__()
        self.stem = layer(2, WIDTH, 5, stride=2, padding=2)
        self.layers = nn.ModuleList(layer(WIDTH, WIDTH, 3, padding=1) for _ in range(LAYERS))
        self.end = nn.Conv2d(WIDTH, 4, 3, padding=1)

    def forward(self, images: torch.Tensor, hole: torch.Tensor) -> torch.Tensor:
        """(n, 1, h, w) twice to the whole picture."""
        told = torch.cat([images.masked_fill(hole, 0), hole.to(images.dtype)], dim=1)
        x, known = self.stem(told, ~hole)
        for layer in self.layers:
            more, known = layer(x, known)
            x = x + F.silu(more)
        return torch.sigmoid(F.pixel_shuffle(self.end(x), 2))


def shared(channels: int, out: int, kernel: int, **options: int) -> Gated:
    """A gated layer with eight gates."""
    return Gated(channels, out, kernel, gates=8, **options)


def run() -> Iterator[tuple[str, float, str]]:
    """Three ratios of time, then three of error."""
    for what, layer, double in (
        ("partial", PartialConv2d, 1),
        ("gated, 8 gates", shared, 1),
        ("gated, as many gates as features", Gated, 2),
    ):
        ratios = [step_ratio(layer, double, *shape) for shape in SHAPES]
        mean = math.exp(statistics.mean(map(math.log, ratios)))
        each = ", ".join(f"{r:.2f}" for r in ratios)
        yield f"{what}: {each}", 1.5 / mean, f"{mean:.2f} x plain against at most 1.5"
    plain = error(Plain)
    for what, layer in (("partial", PartialConv2d), ("gated, 8 gates", shared), ("gated", Gated)):
        mine = error(layer)
        detail = f"{decibels(mine):.2f} dB against {decibels(plain):.2f} dB, plain"
        yield f"hole error of {what}, {STEPS} steps", plain / mine, detail


def step_ratio(layer: Callable[..., nn.Module], double: int, n: int, c: int, side: int) -> float:
    """The least time of a step of `layer` over that of a plain one of `double` the output."""
    rng = torch.Generator().manual_seed(0)
    x = torch.randn(n, c, side, side, generator=rng, requires_grad=True)
    known = torch.rand(n, 1, side, side, generator=rng) < 0.7
    known[:, :, side // 4 : side // 2, side // 4 :] = False
    models = layer(c, c, 3, padding=1), Plain(c, double * c, 3, padding=1)
    times = [[], []]
    for _ in range(16):
        for model, kept in zip(models, times, strict=True):
            began = time.perf_counter()
            out, _ = model(x, known)
            torch.autograd.grad(out, (x, *model.parameters()), torch.ones_like(out))
            kept.append(time.perf_counter() - began)
    mine, plain = (min(kept[1:]) for kept in times)  # the first one warms up
    return mine / plain


def error(layer: Callable[..., nn.Module]) -> float:
    """Mean squared error in the holes of 500 garments, after STEPS steps on 5,000 others."""
    return statistics.mean(_error(layer, seed) for seed in range(SEEDS))


def _error(layer: Callable[..., nn.Module], seed: int) -> float:
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        model = Filler(layer)
    rng, pictures = torch.Generator().manual_seed(seed), unseen()
    optimizer = torch.optim.Adam(model.parameters(), 2e-3)
    for _ in range(STEPS):
        images = pictures.take(torch.randint(500, 5500, (BATCH,), generator=rng))
        hole = boxes(BATCH, rng)
        optimizer.zero_grad()
        F.mse_loss(model(images, hole).masked_select(hole), images.masked_select(hole)).backward()
        optimizer.step()
    images, hole = pictures.take(torch.arange(500)), boxes(500, torch.Generator().manual_seed(99))
    with torch.no_grad():
        pred = model(images, hole)
    return F.mse_loss(pred.masked_select(hole), images.masked_select(hole)).item()


def boxes(count: int, rng: torch.Generator) -> torch.Tensor:
    """Holes (count, 1, 28, 28): a box of 10 x 10 somewhere, and a tenth of the other pixels."""
    top, left = torch.randint(0, 19, (2, count, 1, 1, 1), generator=rng)
    row, column = torch.arange(28)[:, None], torch.arange(28)
    inside = (row >= top) & (row < top + 10) & (column >= left) & (column < left + 10)
    return inside | (torch.rand(count, 1, 28, 28, generator=rng) < 0.1)


def decibels(mse: float) -> float:
    """PSNR in dB."""
    return -10 * math.log10(mse)


if __name__ == "__main__":
    for row in run():
        print(*row)

"""Holes that networks learn to fill: of every kind and size, drawn anew for every batch.

None is made for the sake of those that the benchmark asks about, which come up as seldom as any
other: a network that knows one box is no use.
All are made at once, by arithmetic on whole batches, so that they cost nothing beside a step.
"""

from collections.abc import Callable
from typing import Literal, TypeVar

import numpy as np
import torch

Kind = Literal["box", "half", "scatter", "strokes", "everything"]
K = TypeVar("K", bound=str)  # a kind of hole, or of damage
WANDER = 5  # corners of a stroke


def random_holes(
    kinds: dict[Kind, int], h: int, w: int, generator: torch.Generator, *, wide: bool = False
) -> torch.Tensor:
    """So many holes of each kind, one behind the other: (n, 1, h, w) bool, True = to be filled.

    Where `wide`, boxes, halves and single pixels reach from a tenth to nine tenths of a side or of
    all pixels, for a network that must also do with nearly nothing.
    Every hole has something to fill, and all but "everything" leave something known, if no side is
    below 5 pixels. Raises ValueError where a kind is unknown, or there is no hole to make.
    """
    unknown = set(kinds) - set(_MAKERS)
    if unknown:
        raise ValueError(f"unknown kinds of hole {sorted(unknown)}; there are {', '.join(_MAKERS)}")
    made = [_MAKERS[kind](n, h, w, generator, wide) for kind, n in kinds.items() if n]
    if not made:
        raise ValueError(f"no hole to make: the counts in {kinds} must be above 0")
    return torch.cat(made)[:, None]


def _rand(*shape: int, of: torch.Generator) -> torch.Tensor:
    return torch.rand(shape, generator=of, device=of.device, dtype=torch.float32)


def _sides(h: int, w: int, device: torch.device) -> torch.Tensor:
    """[h, w], made on the device: a GPU is waited for where numbers are sent to it."""
    return torch.where(torch.arange(2, device=device) == 0, h, w)


def _box(n: int, h: int, w: int, of: torch.Generator, wide: bool) -> torch.Tensor:
    """Boxes of a fifth to three quarters of each side, anywhere within the picture."""
    sides = _sides(h, w, of.device)
    low, span = (0.1, 0.8) if wide else (0.2, 0.55)
    size = (sides * (low + span * _rand(n, 2, of=of))).round().clamp(min=1)
    start = ((sides + 1 - size) * _rand(n, 2, of=of)).floor()
    end = start + size
    return (
        _between(start[:, 0], end[:, 0], h)[:, :, None]
        & (_between(start[:, 1], end[:, 1], w)[:, None, :])
    )


def _half(n: int, h: int, w: int, of: torch.Generator, wide: bool) -> torch.Tensor:
    """All beyond a line, which lies between three and seven tenths of the way, from any side."""
    dice = _rand(3, n, of=of)
    low, span = (0.1, 0.8) if wide else (0.3, 0.4)
    share = low + span * dice[0, :, None]
    rows = torch.arange(h, device=of.device) < (h * share).round()
    columns = torch.arange(w, device=of.device) < (w * share).round()
    hole = torch.where(
        dice[1, :, None, None] < 0.5,
        rows[:, :, None].expand(n, h, w),
        columns[:, None, :].expand(n, h, w),
    )
    return torch.where(dice[2, :, None, None] < 0.5, hole, hole.flip(1, 2))


def _scatter(n: int, h: int, w: int, of: torch.Generator, wide: bool) -> torch.Tensor:
    """Single pixels, three to seven of ten."""
    low, span = (0.1, 0.8) if wide else (0.3, 0.4)
    hole = _rand(n, h, w, of=of) < low + span * _rand(n, 1, 1, of=of)
    hole[:, h // 2, w // 2] |= ~hole.flatten(1).any(dim=1)  # only where nothing is missing
    hole[:, 0, 0] &= ~hole.flatten(1).all(dim=1)  # only where nothing is known
    return hole


def _strokes(n: int, h: int, w: int, of: torch.Generator, wide: bool) -> torch.Tensor:
    """Two thick strokes that wander: all that lies near one of their lines."""
    side = min(h, w)
    start = _rand(n, 2, 1, 2, of=of) * _sides(h, w, of.device)
    bends = torch.randn(n, 2, WANDER, generator=of, device=of.device, dtype=torch.float32)
    turn = 0.6 * bends.cumsum(2)
    angle = 2 * torch.pi * _rand(n, 2, 1, of=of) + turn
    length = side * (0.1 + 0.2 * _rand(n, 2, WANDER, of=of))
    steps = length[..., None] * torch.stack([angle.sin(), angle.cos()], dim=3)
    corners = torch.cat([start, start + steps.cumsum(2)], dim=2)  # (n, 2, WANDER + 1, 2)
    a, along = corners[:, :, :-1], corners[:, :, 1:] - corners[:, :, :-1]
    y, x = torch.meshgrid(
        torch.arange(h, device=of.device), torch.arange(w, device=of.device), indexing="ij"
    )
    pixels = torch.stack([y, x], dim=2).reshape(-1, 1, 1, 1, 2)  # (h w, 1, 1, 1, 2)
    share = ((pixels - a) * along).sum(4) / along.square().sum(3).clamp(min=1e-6)
    away = (pixels - a - share.clamp(0, 1)[..., None] * along).square().sum(4)
    width = side * (0.05 + 0.08 * _rand(n, of=of))
    hole = (away.amin(dim=(2, 3)) < width.square()).T.reshape(n, h, w)
    middle = start[:, 0, 0].long().clamp(max=side - 1)  # (n, 2): too short a stroke still fills it
    hole[torch.arange(n, device=of.device), middle[:, 0], middle[:, 1]] = True
    return hole


def _everything(n: int, h: int, w: int, of: torch.Generator, wide: bool) -> torch.Tensor:
    return torch.ones(n, h, w, dtype=torch.bool, device=of.device)


def _between(low: torch.Tensor, high: torch.Tensor, size: int) -> torch.Tensor:
    """(n,), (n,) to (n, size): True from low up to high."""
    place = torch.arange(size, device=low.device)
    return (place >= low[:, None]) & (place < high[:, None])


_MAKERS: dict[str, Callable[..., torch.Tensor]] = {
    "box": _box,
    "half": _half,
    "scatter": _scatter,
    "strokes": _strokes,
    "everything": _everything,
}


def portions(kinds: dict[K, int], n: int) -> dict[K, int]:
    """The same kinds in the same proportions, n holes in all.

    >>> portions({"box": 3, "half": 1}, 8)
    {'box': 6, 'half': 2}
    """
    ends = np.cumsum(list(kinds.values())) * n / sum(kinds.values())
    counts = np.diff(np.round(ends).astype(int), prepend=0)
    return dict(zip(kinds, counts.tolist(), strict=True))

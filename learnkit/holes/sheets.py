"""Damage as photographs have it: scratches, letters, blots and lost pixels, for networks to mend.

Lines and letters take long to draw, so sheets of them are drawn once, larger than a picture, and
every picture gets a piece of one: from a random place, mirrored and turned at random. The words
that the measure writes are on no sheet.
"""

import string
from functools import cache
from typing import Literal

import numpy as np
import torch

from learnkit.holes import draw

Damage = Literal["lines", "letters", "blots", "pixels"]
SHEET = 256  # pixels a side
LETTERS = np.array(list(string.ascii_letters + string.digits))
SMALLEST, OCTAVES = 8, 2.4  # letters are 8 to 42 pixels high


def damages(kinds: dict[Damage, int], h: int, w: int, generator: torch.Generator) -> torch.Tensor:
    """So many holes of each kind, one behind the other: (n, 1, h, w) bool, True = to be filled.

    Lines are 1 to 7 pixels wide, blots 9 to 16; of pixels 5 to 80 of a hundred are lost. Every
    hole has something to fill and, of 8 x 8 pixels and more, leaves something known.
    Raises ValueError where a kind is unknown, or a picture is larger than a sheet.
    """
    if unknown := set(kinds) - {*sheets(), "pixels"}:
        raise ValueError(
            f"unknown damage {sorted(unknown)}; there are {', '.join(sheets())}, pixels"
        )
    if max(h, w) > SHEET:
        raise ValueError(f"sheets are {SHEET} x {SHEET}, got pictures of {h} x {w}: take tiles")
    made = [
        _pixels(n, h, w, generator) if kind == "pixels" else _pieces(kind, n, h, w, generator)
        for kind, n in kinds.items()
        if n
    ]
    holes = torch.cat(made)
    holes[:, h // 2, w // 2] |= ~holes.flatten(1).any(dim=1)
    holes[:, 0, 0] &= ~holes.flatten(1).all(dim=1)
    return holes[:, None]


def _pixels(n: int, h: int, w: int, of: torch.Generator) -> torch.Tensor:
    dice = torch.rand(n, h * w + 1, generator=of, device=of.device, dtype=torch.float32)
    return (dice[:, 1:] < 0.05 + 0.75 * dice[:, :1]).reshape(n, h, w)


def _pieces(kind: Damage, n: int, h: int, w: int, of: torch.Generator) -> torch.Tensor:
    """Pieces (n, h, w) of the sheets of a kind."""
    sheet = _sheet(kind, of.device)
    dice = torch.rand(5, n, generator=of, device=of.device, dtype=torch.float32)
    which = (dice[0] * len(sheet)).long()
    side = max(h, w)  # a square, so that it can be turned
    places = torch.arange(side, device=of.device)
    rows, columns = ((d * (SHEET + 1 - side)).long()[:, None] + places for d in dice[1:3])
    piece = sheet[which[:, None, None], rows[:, :, None], columns[:, None, :]]  # (n, side, side)
    mirrored, turned = (d[:, None, None] < 0.5 for d in dice[3:])
    piece = torch.where(mirrored, piece.flip(2), piece)
    return torch.where(turned, piece.transpose(1, 2), piece)[:, :h, :w]


@cache
def _sheet(kind: Damage, device: torch.device) -> torch.Tensor:
    """The sheets of a kind, which are sent to a device once."""
    return sheets()[kind].to(device)


@cache
def sheets() -> dict[Damage, torch.Tensor]:
    """The sheets (n, SHEET, SHEET) of each kind, bool, the same every time; drawn in a second."""
    rng = np.random.default_rng(0)
    shape = (SHEET, SHEET)

    def seed() -> int:
        return int(rng.integers(2**30))

    def strokes(width: int) -> np.ndarray:
        return draw.brush(shape, strokes=max(14, 60 // width), width=width, seed=seed())

    def scratches(count: int, finer: int) -> np.ndarray:
        small = (SHEET // finer, SHEET // finer)  # a smaller picture has thinner scratches
        return np.tile(draw.scratches(small, count=count, seed=seed()), (finer, finer))

    def letters() -> np.ndarray:
        words = ("".join(rng.choice(LETTERS, rng.integers(1, 9))) for _ in range(40))
        size = round(SMALLEST * 2 ** rng.uniform(0, OCTAVES))
        return draw.text(shape, " ".join(words), size=size)

    lines = [strokes(width) for width in range(1, 8) for _ in range(4)]
    lines += [scratches(count, finer) for count in (16, 20, 24, 28) for finer in (1, 1, 1, 2)]
    found: dict[Damage, list[np.ndarray]] = {
        "lines": lines,
        "letters": [letters() for _ in range(40)],
        "blots": [strokes(width) for width in (9, 10, 12, 14, 16) for _ in range(4)],
    }
    return {kind: torch.from_numpy(np.stack(some)) for kind, some in found.items()}

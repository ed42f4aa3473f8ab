"""Holes to train on: thousands a second, of every kind and size, a different one for each picture.

`learnkit.images.masks` makes one hole by its name and seed; a training needs a batch of them at
each step. All of it is arithmetic on noise, so it runs where the network is, and the same noise
gives the same holes on one process as on many.
"""

import torch

from learnkit.training import distributed

SHARES = {"box": 0.3, "half": 0.15, "scatter": 0.2, "strokes": 0.2, "everything": 0.15}
BENDS = 4  # corners of a stroke, with straight lines between them


def random_holes(n: int, h: int, w: int, dice: torch.Generator) -> torch.Tensor:
    """n holes (n, 1, h, w) bool, True = to be filled, of the kinds in SHARES and mixed.

    Boxes of any size anywhere; halves by each of the four sides; single pixels, 10 to 90 %;
    strokes of a brush; and the whole picture, where filling is inventing.
    """
    u = torch.special.ndtr(distributed.randn((n, 6 + 2 * BENDS), dice))  # normal to uniform
    rows, columns = _centres(h, u), _centres(w, u)
    kinds = torch.stack(
        [
            _boxes(u[:, 1:5], rows, columns),
            _halves(u[:, 1], rows, columns),
            _scatter(u[:, 1], h, w, dice),
            _strokes(u[:, 1], u[:, 6:], rows, columns, min(h, w)),
            torch.ones(len(u), h, w, dtype=torch.bool, device=u.device),
        ]
    )
    ends = torch.tensor(list(SHARES.values()), device=u.device).cumsum(0)[:-1]
    kind = torch.bucketize(u[:, 0].contiguous(), ends)
    return kinds[kind, torch.arange(len(u), device=u.device)][:, None]


def _centres(size: int, like: torch.Tensor) -> torch.Tensor:
    """The middles of a side's pixels as shares of it."""
    return (torch.arange(size, device=like.device, dtype=like.dtype) + 0.5) / size


def _boxes(u: torch.Tensor, rows: torch.Tensor, columns: torch.Tensor) -> torch.Tensor:
    """From a tenth of a side to nine tenths; u is (n, 4): two sizes and two places."""
    size = 0.1 + 0.8 * u[:, :2]
    start = u[:, 2:] * (1 - size)
    down, across = (
        (at >= start[:, i, None]) & (at < (start + size)[:, i, None])
        for i, at in enumerate((rows, columns))
    )
    return down[:, :, None] & across[:, None, :]


def _halves(u: torch.Tensor, rows: torch.Tensor, columns: torch.Tensor) -> torch.Tensor:
    """Right, left, bottom, top: each a quarter of u (n,)."""
    right, low = (columns > 0.5)[None, :], (rows > 0.5)[:, None]
    h, w = len(rows), len(columns)
    sides = torch.stack([part.expand(h, w) for part in (right, ~right, low, ~low)])
    return sides[(4 * u).long().clamp(max=3)]


def _scatter(u: torch.Tensor, h: int, w: int, dice: torch.Generator) -> torch.Tensor:
    """Single pixels; u (n,) says how many."""
    noise = distributed.randn((len(u), h, w), dice)
    return torch.special.ndtr(noise) < (0.1 + 0.8 * u)[:, None, None]


def _strokes(
    u: torch.Tensor, corners: torch.Tensor, rows: torch.Tensor, columns: torch.Tensor, side: int
) -> torch.Tensor:
    """All pixels near a bent line: u (n,) is how thick the brush, `corners` where it turns."""
    places = corners.unflatten(1, (BENDS, 2))
    start, run = places[:, :-1, None, None], places.diff(dim=1)[:, :, None, None]
    pixels = torch.stack(torch.meshgrid(rows, columns, indexing="ij"), dim=-1)  # (h, w, 2)
    away = pixels - start  # (n, lines, h, w, 2)
    along = ((away * run).sum(-1) / (run * run).sum(-1).clamp(min=1e-6)).clamp(0, 1)
    distance = (away - along[..., None] * run).norm(dim=-1).amin(dim=1)
    return distance < (0.03 + 0.1 * u + 0.5 / side)[:, None, None]

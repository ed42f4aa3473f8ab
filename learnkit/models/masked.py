"""Pictures with a hole, as networks have them: losses over the hole, pasting, checks.

A network paints a whole picture; only the hole of it is wanted. `composite` pastes it into what is
known, and `hole_mse` judges the hole alone. Every network of the course that fills holes has

    model.fill(images, hole) -> images        (n, c, h, w) in [0, 1], (n, 1, h, w) bool

and `models.as_fill` makes of it a fill as all others, in NumPy. `fill`, and the network as it is
called in training, check pictures and hole; `paint`, which both come to, leaves that to them.
"""

import math
from collections.abc import Iterator
from typing import Any, Protocol, runtime_checkable

import torch
from jaxtyping import Float
from torch import Tensor, nn

from learnkit.tensors import Batch, Fills, Hole, Images, Many, Scalar

CHUNK = 250  # pictures that a network fills at a time
FLOOR = 2e-4  # a mean squared error that is good enough, where decibels are learned: 37 dB


def hole_mse(pred: Images, target: Images, hole: Hole) -> Scalar:
    """Mean of the squared differences over the pixels of the hole and their channels: one number.

    Pictures (n, c, h, w), hole (n, 1, h, w) bool. The errors of all pictures are pooled.
    Raises ValueError where shapes do not fit, or no pixel is to be judged.
    """
    if pred.shape != target.shape:
        raise ValueError(
            f"pred, target must have one shape, got {tuple(pred.shape)} and {tuple(target.shape)}"
        )
    check_holes(target, hole)
    if not hole.any():
        raise ValueError("the hole is empty: no pixel to judge")
    wrong = torch.where(hole, pred - target, 0).square()  # what is known gets no gradient
    return wrong.sum() / hole.expand_as(pred).sum()


def hole_psnr(pred: Images, target: Images, hole: Hole) -> float:
    """PSNR in dB of all hole pixels of all pictures together; inf where they are equal."""
    mse = hole_mse(pred, target, hole).item()
    return math.inf if mse == 0 else -10 * math.log10(mse)


def mean_hole_psnr(pred: Images, target: Images, hole: Hole, *, floor: float = FLOOR) -> Scalar:
    """The mean over the pictures of the PSNR of each one's hole, in dB, of (error + `floor`).

    So each picture counts alike, but for those whose mean squared error is below `floor` already:
    in a plain sky a tenth of a grey level would be decibels. Every hole must have a pixel.
    """
    wrong = torch.where(hole, pred - target, 0).square().mean(dim=1).flatten(1).sum(dim=1)
    return -10 * torch.log10(wrong / hole.flatten(1).sum(dim=1) + floor).mean()


def composite(pred: Many, image: Images, hole: Hole) -> Many:
    """`pred` in the hole, `image` elsewhere, bit for bit: (n, c, h, w), hole (n, 1, h, w)."""
    return torch.where(hole, pred.to(image.dtype), image)


def cut(images: Images, hole: Hole) -> Images:
    """The pictures with the hole set to 0: what a network may see."""
    return torch.where(hole, 0, images)


class Draws:
    """A network whose fills are drawn. What it has to have is `fills`."""

    def fills(
        self,
        images: Images,
        hole: Hole,
        count: int,
        generator: torch.Generator | None = None,
        *,
        opposite: bool = False,
    ) -> Fills:
        """`count` fills of each picture, (count, n, c, h, w), from the noise of `draws_like`."""
        raise NotImplementedError

    def fill(
        self,
        images: Images,
        hole: Hole,
        generator: torch.Generator | None = None,
        *,
        count: int = 1,
        **options: Any,
    ) -> Images:
        """The mean of `count` fills, (n, c, h, w): one is a draw, many are the mean and blurred.

        The second half of the fills comes from the noise of the first with the other sign. What
        errs in one direction in a fill errs, mostly, in the other in its partner, and so the mean
        is nearer to the mean of all possible fills. `options` are those of `fills`.
        Source: Hammersley and Morton (1956), antithetic variates.
        """
        made = self.fills(images, hole, count, generator, opposite=True, **options)
        return composite(made.mean(dim=0), images, hole)  # equal floats may have another mean


def draws_like(
    x: Batch, count: int, generator: torch.Generator | None, *, opposite: bool = False
) -> Float[Tensor, "{count} n ..."]:
    """Noise from N(0, I) for `count` draws, each in the shape of x.

    Where `opposite`, the second half of the draws is the first half with the other sign.
    """
    fresh = (count + 1) // 2 if opposite else count
    shape = (fresh, *x.shape)
    noise = torch.randn(shape, generator=generator, device=x.device, dtype=x.dtype)
    return torch.cat([noise, -noise[: count - fresh]])


def nothing_known(count: int, shape: tuple[int, ...], like: Tensor) -> tuple[Images, Hole]:
    """`count` pictures of the shape (c, h, w), all 0, and the one hole that covers everything.

    They have the type and the device of `like`.
    """
    blank = torch.zeros(count, *shape, dtype=like.dtype, device=like.device)
    return blank, torch.ones(1, 1, *shape[1:], dtype=torch.bool, device=like.device)


@runtime_checkable
class Paints(Protocol):
    """A network that paints the whole picture in one pass: `paint` checks nothing."""

    def paint(self, images: Images, hole: Hole) -> Images:
        """Pictures (n, c, h, w) and their holes (n, 1, h, w) to the pictures it thinks they are."""

    def parameters(self) -> Iterator[nn.Parameter]:
        """Its weights."""


@torch.no_grad()
def fill_by_guess(model: Paints, images: Images, hole: Hole) -> Images:
    """The fill of a network that paints the picture in one pass, model.paint(images, hole).

    Pictures of any float type, filled in [0, 1] in that type; known pixels bit for bit.
    Raises ValueError where a hole covers everything: there is nothing to conclude from.
    """
    hole = check_holes(images, hole)
    check_something_known(hole)
    pred = model.paint(images.to(next(model.parameters()).dtype), hole)
    return composite(pred.clamp(0, 1), images, hole)


def check_holes(images: Images, hole: Hole, name: str = "hole") -> Hole:
    """The hole of each picture, (n, 1, h, w), where there may have been one for all.

    Raises TypeError or ValueError unless `hole` is bool, (n, 1, h, w) or (1, 1, h, w), and `images`
    are float pictures (n, c, h, w).
    """
    for what, array in (("images", images), (name, hole)):
        if not isinstance(array, torch.Tensor):
            raise TypeError(
                f"{what} must be a torch tensor, got {type(array).__name__}: torch.from_numpy(...) "
                "makes one of a NumPy array, and fill_with(model) fills NumPy pictures"
            )
    if images.ndim != 4 or not images.is_floating_point():
        raise ValueError(
            "images must be float pictures (n, c, h, w) in [0, 1], got "
            f"{images.dtype} of shape {tuple(images.shape)}"
        )
    if hole.dtype != torch.bool:
        raise TypeError(
            f"{name} must be a bool tensor, got {hole.dtype}; write `{name} > 0` if 1 stands for "
            f"{name}, `{name} == 0` if 0 does"
        )
    n, _, h, w = images.shape
    if hole.shape not in ((n, 1, h, w), (1, 1, h, w)):
        raise ValueError(
            f"{name} must have shape {(n, 1, h, w)}, one channel for all of the picture's, or "
            f"{(1, 1, h, w)}, one for all pictures; got {tuple(hole.shape)}"
        )
    return hole.expand(n, -1, -1, -1)


def check_something_known(hole: Hole) -> None:
    """Raises ValueError where a hole covers everything: for networks that invent nothing."""
    if hole.flatten(1).all(dim=1).any():
        raise ValueError("the hole covers every pixel: a fill needs a known pixel to start from")


def check_pictures_of(images: Images, shape: tuple[int, ...]) -> None:
    """Raises ValueError unless pictures (n, c, h, w) are of the shape (c, h, w), or (c,)."""
    _, c, h, w = images.shape
    if (c, h, w)[: len(shape)] != tuple(shape):
        channels, *size = shape
        made = f"{channels} channel{'s' if channels > 1 else ''}"
        made += f" of {size[0]} x {size[1]}" if size else ""
        raise ValueError(f"this network was made for pictures with {made}, got {c} of {h} x {w}")


def check_quarters(images: Images) -> None:
    """Raises ValueError where a side is no multiple of 4: a network that halves twice asks that."""
    h, w = images.shape[-2:]
    if h % 4 or w % 4:
        raise ValueError(f"sides must be multiples of 4, to be halved twice; got {h} x {w}: pad it")

"""A network as a fill: what all other fills of the course are, in NumPy.

A network's `fill` takes tensors (n, c, h, w) and holes (n, 1, h, w). Here it gets the one form of
`learnkit.fills.protocol`: `batch_fill` for many pictures, `fill_with` for one.
"""

import contextlib
from collections.abc import Callable
from itertools import chain

import numpy as np
import torch
from torch import nn

from learnkit.fills.protocol import BatchFill, Fill, check_pictures
from learnkit.models.masked import CHUNK
from learnkit.shapes import Hole, Holes, Image, Images, check_hole, check_image


def batch_fill(
    fill: Callable,
    device: torch.device | str = "cpu",
    *,
    autocast: Callable[[], contextlib.AbstractContextManager] = contextlib.nullcontext,
) -> BatchFill:
    """The form of all other fills, for NumPy pictures, of `fill(images, hole)` on tensors.

    Pictures (n, h, w) or (n, h, w, 3), holes (n, h, w); CHUNK of them at a time. Known pixels come
    from the pictures themselves, for a network computes in float32, or in what `autocast` sets.
    """

    def cast(x: torch.Tensor, hole: torch.Tensor) -> torch.Tensor:
        with autocast():
            return fill(x, hole)

    chunked = _chunked(cast, device)

    def filled(images: Images, holes: Holes) -> Images:
        """The pictures filled."""
        check_pictures(images, holes)
        return chunked(images, holes)

    return filled


def _chunked(fill: Callable, device: torch.device | str) -> BatchFill:
    def some(images: Images, holes: Holes) -> Images:
        grey = images.ndim == 3
        channels_first = images[:, None] if grey else images.transpose(0, 3, 1, 2)
        x = np.array(channels_first, np.float32, order="C")  # a copy: nothing is shared
        hole = torch.from_numpy(holes[:, None].copy()).to(device)
        y = fill(torch.from_numpy(x).to(device), hole).detach().float().cpu().numpy()
        y = y[:, 0] if grey else y.transpose(0, 2, 3, 1)
        spread = holes if grey else holes[..., None]
        return np.where(spread, y.astype(images.dtype), images)

    def filled(images: Images, holes: Holes) -> Images:
        parts = [slice(i, i + CHUNK) for i in range(0, len(images), CHUNK)]
        return np.concatenate([some(images[part], holes[part]) for part in parts])

    return filled


def fill_with(model: nn.Module) -> Fill:
    """The fill of one NumPy picture by a network: `fill(image, hole) -> image`.

    An empty hole gives a copy. Raises as `check_image` and `check_hole` do, and as `model.fill`
    does, which is asked where a hole covers everything: a network that draws samples draws one.
    Raises TypeError where the network has no `fill`.
    """
    of_tensors = getattr(model, "fill", None)
    if of_tensors is None:
        raise TypeError(
            f"a network that fills holes has fill(images, hole), and {type(model).__name__} has "
            "none; pretrained('inpainter') has"
        )
    weight = next(chain(model.parameters(), model.buffers()), torch.empty(0))
    many = _chunked(of_tensors, weight.device)

    def fill(image: Image, hole: Hole) -> Image:
        """The picture filled."""
        check_image(image)
        check_hole(hole, image)
        return many(image[None], hole[None])[0] if hole.any() else image.copy()

    return fill

"""What every network that fills holes shares: pasting, scoring, and one form for all of them.

A network paints a whole picture; only the hole of it is wanted. `composite` pastes it into what is
known, and `hole_mse` judges the hole alone. Every filling network of the course has

    model.fill(images, hole) -> images        (n, c, h, w) in [0, 1], (n, 1, h, w) bool

and `fill_with` turns it into the form of all other fills of the course, one picture in NumPy.
"""

from collections.abc import Callable

import numpy as np
import torch
from torch import nn

from learnkit.shapes import Hole, Image, check_hole, check_image


def hole_mse(pred: torch.Tensor, target: torch.Tensor, hole: torch.Tensor) -> torch.Tensor:
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
    errors = (pred - target).square()
    return torch.where(hole, errors, 0).sum() / (hole.sum() * pred.shape[1])


def composite(pred: torch.Tensor, image: torch.Tensor, hole: torch.Tensor) -> torch.Tensor:
    """`pred` in the hole, `image` elsewhere, bit for bit: (n, c, h, w), hole (n, 1, h, w)."""
    return torch.where(hole, pred.to(image.dtype), image)


def cut(images: torch.Tensor, hole: torch.Tensor) -> torch.Tensor:
    """The pictures with the hole set to 0: what a network may see."""
    return torch.where(hole, 0, images)


def check_holes(images: torch.Tensor, hole: torch.Tensor) -> None:
    """Raises TypeError or ValueError unless these are pictures (n, c, h, w) and holes for them."""
    if images.ndim != 4 or not images.is_floating_point():
        raise ValueError(
            "images must be float pictures (n, c, h, w) in [0, 1], got "
            f"{images.dtype} of shape {tuple(images.shape)}"
        )
    if hole.dtype != torch.bool:
        raise TypeError(
            f"hole must be a bool tensor, True = to be filled, got {hole.dtype}; "
            "write `mask > 0` if 1 means missing, `mask == 0` if 1 means known"
        )
    n, _, h, w = images.shape
    if hole.shape != (n, 1, h, w):
        raise ValueError(f"hole must have shape {(n, 1, h, w)}, got {tuple(hole.shape)}")


def fill_with(model: nn.Module) -> Callable[[Image, Hole], Image]:
    """`fill(image, hole) -> image` of a network, for one NumPy picture (h, w) or (h, w, 3).

    Known pixels come back bit for bit; an empty hole gives a copy. A hole that covers everything
    is for the network to say: one that draws samples draws one. Raises as `check_image` and
    `check_hole` do, and as `model.fill` does.
    """

    def fill(image: Image, hole: Hole) -> Image:
        check_image(image)
        check_hole(hole, image)
        filled = image.copy()
        if not hole.any():
            return filled
        device = next(model.parameters()).device
        planes = image[None] if image.ndim == 2 else image.transpose(2, 0, 1)
        pictures = torch.from_numpy(np.ascontiguousarray(planes, np.float32))[None].to(device)
        holes = torch.from_numpy(hole)[None, None].to(device)
        with torch.inference_mode():
            pred = model.fill(pictures, holes)[0].float().cpu().numpy()
        pred = pred[0] if image.ndim == 2 else pred.transpose(1, 2, 0)
        filled[hole] = pred[hole].clip(0, 1)
        return filled

    return fill

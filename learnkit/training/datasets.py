"""The garments that the recipes learn from, and those that judge what was learned."""

import warnings

import torch

from learnkit.images.data import fashion_mnist
from learnkit.training.pictures import Pictures, resident


def garments(device: torch.device, *, labels: bool = False) -> Pictures:
    """All 60,000 training garments; where they are not to be had, the 10,000 embedded ones."""
    try:
        images, kinds = fashion_mnist("train", full=True)
    except ConnectionError as error:
        warnings.warn(f"{error}; training on the 10,000", stacklevel=2)
        images, kinds = fashion_mnist("train")
    return resident(images, kinds if labels else None, device=device)


def unseen(device: torch.device | str = "cpu", *, labels: bool = False) -> Pictures:
    """The 10,000 test garments, which no training sees."""
    images, kinds = fashion_mnist("test")
    return resident(images, kinds if labels else None, device=device)

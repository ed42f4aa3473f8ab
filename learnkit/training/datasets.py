"""The data sets that the recipes learn from, and those that judge what was learned.

Garments, emoji and simulated heads; photographs, which are cut and damaged first, have a file of
their own.
"""

import warnings

import numpy as np
import torch

from learnkit.images.data import emoji, fashion_mnist
from learnkit.images.heads import heads
from learnkit.training.pictures import Pictures, resident

TENTH = 10  # emoji 0, 10, 20, ... are never trained on
HEADS, AT_ONCE = 20_000, 500  # so few at a time fit into a core's cache


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


def emoji_shown(device: torch.device) -> Pictures:
    """The 1,719 emoji of 1,911 that are trained on, over white."""
    images, _ = emoji()
    return resident(images[np.arange(len(images)) % TENTH != 0], device=device)


def emoji_unseen(device: torch.device | str = "cpu") -> Pictures:
    """The 192 emoji that no training sees: every tenth, from the first."""
    return resident(emoji()[0][::TENTH], device=device)


def heads_shown(device: torch.device, *, lesions: float) -> Pictures:
    """20,000 simulated heads (seed 1), each with a lesion with the probability `lesions`."""
    generator = np.random.default_rng(1)
    parts = range(HEADS // AT_ONCE)
    images = [heads(AT_ONCE, generator, lesions=lesions).images for _ in parts]
    return resident(np.concatenate(images), device=device)

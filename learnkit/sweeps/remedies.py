"""What helps where pictures are few, and what does not: each remedy against no remedy.

All train the same network for the same number of steps on the same 300 garments, seed by seed, so
that the difference of a pair has little noise.
"""

from collections.abc import Callable
from typing import Any

import torch

from learnkit.models.fixed_hole import FixedHoleFill
from learnkit.sweeps.base import Sweep
from learnkit.sweeps.garments import few, fit
from learnkit.tensors import Scalar
from learnkit.training.augmentation import Matrices, random_maps
from learnkit.training.penalties import l1_penalty, l2_penalty

PICTURES = 300


def maps(**options: Any) -> Callable[[int, torch.Generator], Matrices]:
    """Maps for `fit`: for each batch as many as it has pictures."""
    return lambda n, generator: random_maps(n, generator=generator, **options)


def l2(strength: float) -> Callable[[FixedHoleFill], Scalar]:
    """The L2 penalty of that strength."""
    return lambda model: strength * l2_penalty(model)


def l1(strength: float) -> Callable[[FixedHoleFill], Scalar]:
    """The L1 penalty of that strength."""
    return lambda model: strength * l1_penalty(model)


ALL = {"degrees": 10.0, "scale": 0.1, "shift": 0.07, "mirror": True}
REMEDIES: dict[str, dict[str, Any]] = {
    "none": {},
    "L2, 1e-5": {"penalty": l2(1e-5)},
    "L2, 1e-4": {"penalty": l2(1e-4)},
    "L2, 1e-3": {"penalty": l2(1e-3)},
    "L1, 1e-6": {"penalty": l1(1e-6)},
    "L1, 1e-5": {"penalty": l1(1e-5)},
    "L1, 1e-4": {"penalty": l1(1e-4)},
    "dropout, 10 %": {"dropout": 0.1},
    "dropout, 30 %": {"dropout": 0.3},
    "dropout, 50 %": {"dropout": 0.5},
    "64 wide": {"width": 64},
    "16 wide": {"width": 16},
    "turned": {"maps": maps(degrees=10.0)},
    "scaled": {"maps": maps(scale=0.1)},
    "moved": {"maps": maps(shift=0.07)},
    "mirrored": {"maps": maps(mirror=True)},
    "upside down": {"maps": maps(upside_down=True)},
    "all four": {"maps": maps(**ALL)},
    "all four, dropout 10 %": {"maps": maps(**ALL), "dropout": 0.1},
    "1,000 pictures": {"pictures": 1000},
}


def trial(remedy: str, seed: int) -> dict[str, float]:
    """Decibels on pictures that were learned from, on validation, and on test garments."""
    options = {"pictures": PICTURES} | REMEDIES[remedy]
    training = fit(few(options.pop("pictures"), seed), seed=seed, **options)
    return training.scores() | {"validation": training.validation[-1]}


SWEEP = Sweep(
    name="remedies",
    what="A hole of 14 x 14 filled by a dense network that learns from 300 garments.",
    settings=tuple({"remedy": name} for name in REMEDIES),
    trial=trial,
    seeds=6,
)

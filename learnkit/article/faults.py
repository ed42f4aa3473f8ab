"""The faults of the article's program that decide what it does, and what a run of it comes to."""

from dataclasses import dataclass, field

import numpy as np

FAULTS = {
    "predict": "predict() gives an array: no gradient comes back through it",
    "minimize": "optimizer.minimize(loss): there is no such call",
    "target": "the loss compares with 3, the number of channels, and with no picture",
    "pixel": "the generator gives 3 numbers: one pixel",
    "noise": "the noise is drawn anew for every picture, so it says nothing about the picture",
}


@dataclass(frozen=True)
class Outcome:
    """What a run came to: an error, or the losses and what four noises give in the end."""

    error: str = ""
    losses: list[float] = field(default_factory=list)
    pictures: np.ndarray | None = None  # (4, h, w) or (4, 1, 1, 3) in [-1, 1]

"""What a recipe is: everything that a trained model of the course was made from.

A recipe's file says it in one screen, so that a student can read how the weights came to be, and
`learnkit train NAME` can make them again.
"""

import importlib
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch.optim import Optimizer

from learnkit.models.pretrained import NETWORKS, Network
from learnkit.tensors import Scalar
from learnkit.training.loop import Losses, Step, adamw
from learnkit.training.pictures import Pictures
from learnkit.training.run import Run

HALF_A_MINUTE = 30.0  # seconds: what a crash costs at most; a checkpoint takes some 50 ms
Objective = Callable[[Network, Any], Scalar | Losses]  # of the network and a batch


@dataclass(frozen=True)
class Recipe:
    """How the network `name` is trained, and by what it is judged.

    One network with one loss has an `objective`; where two networks play against each other
    `training(recipe, model, pictures, run, *, machine, generator)` yields the steps, and leaves
    what it learned in `model`.
    """

    name: str
    what: str  # one sentence
    data: str  # what it learns from, and the licence
    pictures: Callable[[torch.device], Pictures]
    measure: Callable[[Network], dict[str, float]]  # on pictures it has never seen
    steps: int
    batch_size: int
    lr: float
    objective: Callable[[torch.Generator], Objective] | None = None
    training: Callable[..., Iterator[Step]] | None = None  # where it takes more than an objective
    optimizer: Callable[..., Optimizer] = adamw  # made of each network: optimizer(model, lr=lr)
    clip: float | None = None
    seed: int = 0
    every: int = 0  # steps between two checkpoints; where 0, one each half minute

    def run(
        self, *, steps: int | None = None, path: Path | None = None, resume: bool = False
    ) -> Run:
        """The run of `steps` steps, the recipe's own number where None, kept at `path` if any."""
        seconds = 0.0 if path is None or self.every else HALF_A_MINUTE
        return Run(
            steps=self.steps if steps is None else steps,
            batch_size=self.batch_size,
            seed=self.seed,
            path=path,
            every=self.every if path else 0,
            seconds=seconds,
            resume=resume,
        )

    def schedule(self, steps: int) -> Callable[[int], float]:
        """The learning rate at step t: up within a twentieth, then down along half a cosine."""
        warm = max(1, steps // 20)
        return lambda t: (
            self.lr * min(1.0, (t + 1) / warm) * (1 + math.cos(math.pi * t / steps)) / 2
        )


def find(name: str) -> Recipe:
    """The recipe of that name; loads its file, and no other.

    Raises ValueError where there is none.
    """
    if name not in NETWORKS:
        raise ValueError(f"no recipe is called {name!r}; there are {', '.join(NETWORKS)}")
    return importlib.import_module(f"learnkit.recipes.{name}").RECIPE

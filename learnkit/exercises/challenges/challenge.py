"""What a challenge is: what an answer is tried on, how it is scored, and what others reach.

It is run as an exercise is, case by case in a process of its own, so that it has the same limits.
The truths stay on this side: an answer is never in one process with them.
"""

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import cloudpickle
import numpy as np

from learnkit.exercises import challenges
from learnkit.exercises.challenges.index import CHALLENGES
from learnkit.exercises.sandbox.settled import settled
from learnkit.exercises.table import Case, Exercise

Results = list[dict[str, np.ndarray]]  # what came of each case


@dataclass(frozen=True)
class Rival:
    """A method, and the score that it reached when it was measured last."""

    name: str
    score: float


@dataclass(eq=False)
class Challenge:
    """A challenge; the higher a score, the better."""

    name: str
    asked: Callable  # has the signature of an answer
    on: str  # what it is scored on, in words: "on six photographs"
    unit: str
    cases: Callable[[], list[Case]]
    score: Callable[[Results], float]
    rivals: tuple[Rival, ...]  # from the lowest score to the highest
    probe: Callable | None = None  # these two as in `Exercise`
    build: Callable | None = None
    seconds: float = 30.0  # of computing, for all cases together
    prewarm: tuple[str, ...] = ()

    @cached_property
    def task(self) -> Exercise:
        """The challenge as what a worker can run."""
        return Exercise(
            self.name,
            self.asked,
            self.cases(),
            hints=("", "", ""),
            why="",
            build=self.build,
            probe=self.probe,
            seconds=self.seconds,
            prewarm=self.prewarm,
            hides=False,
        )


def find(name: str) -> Challenge:
    """The challenge of that name; loads its own file, and no other.

    Raises ValueError where there is none.
    """
    if name not in CHALLENGES:
        raise ValueError(f"no challenge is called {name!r}; there are {', '.join(CHALLENGES)}")
    with settled():  # it may make tensors
        module = importlib.import_module(f"{challenges.__name__}.{name}")
    cloudpickle.register_pickle_by_value(challenges)  # a worker has no such module to import from
    return getattr(module, name)

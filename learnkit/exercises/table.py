"""What an exercise is: a reference, cases to try, hints, and the mistakes known by name.

Each has a file lesson_NN/NAME.py, which says how an answer is tried; beside it, in NAME.mistakes,
stand the answer and the wrong ones that students really write.
"""

import importlib
import inspect
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cached_property
from pathlib import Path
from typing import Any

import cloudpickle
import numpy as np

from learnkit.exercises.index import EXERCISES
from learnkit.exercises.mistakes import Mistake, Written
from learnkit.exercises.sandbox import limits
from learnkit.exercises.sandbox.settled import settled
from learnkit.exercises.sandbox.wire import Outcome
from learnkit.exercises.sandbox.worker import run_case


@dataclass(frozen=True)
class Case:
    """One input: required arguments by position, options by name; arrays and plain values only."""

    args: tuple
    options: dict
    note: str = ""  # what is special about it, where the numbers do not say


def case(*args: object, note: str = "", **options: object) -> Case:
    """A Case, written like the call it stands for."""
    return Case(args, options, note)


@dataclass(eq=False)
class Exercise:
    """An exercise of the course; `cases` run from small to large, so the first failure is small.

    Inputs that are no arrays are made by `build(*args, **options) -> (args, options)`, results
    that are no arrays become arrays by `probe(result, *args, **options) -> {name: array}`; both
    run in the worker and travel by value. `rtol` and `atol` are those of numpy.allclose.
    """

    name: str
    reference: Callable
    cases: list[Case]
    hints: tuple[str, ...]  # each tells more than the one before; the last is the answer's body
    why: str  # shown under a correct answer: why it matters
    points: int = 1
    build: Callable | None = None
    probe: Callable | None = None
    rtol: float = 1e-6
    atol: float = 1e-9
    seconds: float = limits.SECONDS  # of computing, for all cases together
    prewarm: tuple[str, ...] = ()  # modules that its worker imports ahead, such as "torch"
    imports: tuple[str, ...] = ()  # modules that a call imports, for seconds: an optimizer of torch
    lesson: int = -1  # of an exercise that is not in the index
    redraw: Callable[[Case, np.random.Generator], Case] | None = None  # a hidden case from a shown
    hides: bool = True  # whether learnkit's own functions of its name are hidden from the answer
    equivalent: list[str] = field(default_factory=list)  # mutants that no case can tell from it
    written: Written | None = field(default=None, repr=False)
    suspects: Any = field(default=None, init=False, repr=False)  # kept here for `explained`
    _mistaken: dict[str, list[Outcome]] = field(default_factory=dict, init=False, repr=False)

    @classmethod
    def beside(cls, module: str, *, reference: Callable | None = None, **fields: Any) -> "Exercise":
        """The exercise of a module lesson_NN.NAME, whose answer and mistakes stand beside it.

        `reference` is learnkit's own function where it has one; else it is the written answer.
        """
        home = sys.modules[module]
        written = Written(Path(inspect.getfile(home)).with_suffix(".mistakes"), dict(vars(home)))
        fields["hints"] = (*fields["hints"], written.body())
        name = module.rpartition(".")[2]
        return cls(name, reference or written.answer, written=written, **fields)

    @cached_property
    def mistakes(self) -> list[Mistake]:
        """The wrong answers that are known by name, in the order of their file."""
        return list(self.written.mistakes()) if self.written else []

    def run(self, answer: Callable) -> list[Outcome]:
        """What `answer` does on every case, here in this process: for trusted code alone."""
        with settled():
            return [self.run_on(answer, c) for c in self.cases]

    def run_on(self, answer: Callable, one: Case) -> Outcome:
        """The same on one case."""
        with settled():
            return run_case(answer, (one.args, one.options), self.build, self.probe)

    @cached_property
    def expected(self) -> list[Outcome]:
        """What the reference does on every case."""
        return self.run(self.reference)

    def mistaken(self, mistake: Mistake) -> Iterator[Outcome]:
        """What a mistake does on each case in turn; a case is run when it is first asked for."""
        done = self._mistaken.setdefault(mistake.name, [])
        for i, one in enumerate(self.cases):
            if i == len(done):
                done.append(self.run_on(mistake.answer, one))
            yield done[i]


def names() -> list[str]:
    """The ids of all exercises, in lesson order."""
    return list(EXERCISES)


def nearest(name: str) -> str | None:
    """The exercise whose name is most like `name`, if any is near."""
    name = str(name).lower()
    spoken = {known.replace("_", "").lower(): known for known in EXERCISES}
    if name.replace("_", "") in spoken:
        return spoken[name.replace("_", "")]
    return next(iter(get_close_matches(name, EXERCISES, n=1, cutoff=0.5)), None)


def find(name: str) -> Exercise:
    """The exercise of that name; loads its own file, and no other.

    Raises ValueError where there is none, and names the nearest.
    """
    if not isinstance(name, str) or name not in EXERCISES:
        near = nearest(name)
        means = f"did you mean {near!r}?" if near else f"there are {', '.join(EXERCISES)}"
        raise ValueError(f"no exercise is called {name!r}; {means}")
    with settled():  # it may make tensors
        lesson = importlib.import_module(f"learnkit.exercises.lesson_{EXERCISES[name]:02d}")
        module = importlib.import_module(f"{lesson.__name__}.{name}")
    cloudpickle.register_pickle_by_value(lesson)  # a worker has no such module to import from
    return getattr(module, name)

"""An answer made ready to travel: cloudpickle, and what it must not or cannot take along."""

import functools
import inspect
import io
import re
import sys
import types
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cloudpickle

import learnkit
from learnkit.exercises.index import EXERCISES
from learnkit.exercises.sandbox import worker
from learnkit.exercises.table import Exercise, find

ROOMS = ("byhand", "images", "models", "training", "recipes", "benchmark")
CACHED = type(functools.lru_cache(int))


class CannotTravelError(Exception):
    """The answer holds something that no other process can be given, such as an open file."""


def pickled(exercise: Exercise, answer: Callable | None, source: str | None = None) -> bytes:
    """The answer, its cases and what they are run with.

    Of an answer that is source, the other exercises' references that it names come along. Raises
    CannotTravelError.
    """
    stream = io.BytesIO()
    others = {} if source is None else _others(exercise, set(re.findall(r"\w+", source)))
    cases = [(c.args, c.options) for c in exercise.cases]
    try:
        _Pickler(stream, exercise).dump((answer, cases, exercise.build, exercise.probe, others))
    except Exception as error:  # pickling runs the objects' own code: anything may come
        raise CannotTravelError(f"{type(error).__name__}: {error}") from error
    return stream.getvalue()


def hidden(exercise: Exercise) -> list[tuple[str, str]]:
    """(module, name) where the library may keep what this exercise asks for.

    The worker takes out what is there. A module is only named where its text has the word, and
    none is imported for it. A definition by loops is an answer, too.
    """
    if not exercise.hides:
        return []
    names = {exercise.name, exercise.name + "_loops", exercise.reference.__name__}
    found = {(exercise.reference.__module__, exercise.reference.__name__)}
    for module, words in _words().items():
        found |= {(module, name) for name in names & words}
    return sorted(home for home in found if not home[0].startswith("learnkit.exercises"))


@functools.cache
def _words() -> dict[str, set[str]]:
    """The words of each module that an answer may import; names with "_" or long ones alone."""
    root = Path(learnkit.__file__).parent
    return {
        f"learnkit.{room}.{path.stem}": set(re.findall(r"\w+", path.read_text(encoding="utf-8")))
        for room in ROOMS
        for path in (root / room).glob("*.py")
        if path.stem != "__init__"
    }


class _Pickler(cloudpickle.Pickler):
    """cloudpickle, but the exercise's own stand-in becomes a function that tells on its caller."""

    def __init__(self, stream: io.BytesIO, exercise: Exercise):
        super().__init__(stream)
        self.exercise = exercise

    def reducer_override(self, thing: object) -> object:
        if isinstance(thing, types.FunctionType | type):
            stands_in_for = thing.__dict__.get("stands_in_for")
            if thing is self.exercise.reference or stands_in_for == self.exercise.name:
                return getattr, (worker, "calls_reference")
        if isinstance(thing, types.FunctionType):
            if stands_in_for is not None or (_by_value(thing) and hasattr(thing, "__wrapped__")):
                return super().reducer_override(bare(thing))
        if isinstance(thing, CACHED) and thing.__module__ == "__main__":
            options = thing.cache_parameters()
            return worker.cached, (thing.__wrapped__, options["maxsize"], options["typed"])
        if type(thing).__module__.startswith("IPython.core.autocall"):
            return getattr, (sys, "exit")  # IPython's own `exit` holds the whole shell
        here = on_the_cpu(thing)
        if here is not thing:
            return here.__reduce_ex__(cloudpickle.DEFAULT_PROTOCOL)
        return super().reducer_override(thing)


def _by_value(function: types.FunctionType) -> bool:
    """Whether it stands in a module of an exercise, which no worker can import."""
    module = str(function.__module__)
    sent = cloudpickle.list_registry_pickle_by_value()
    return any(module == name or module.startswith(name + ".") for name in sent)


def on_the_cpu(thing: Any) -> Any:
    """A tensor, generator or device of a GPU as one of the CPU, all that a worker has.

    Everything else is given back as it is.
    """
    torch = sys.modules.get("torch")
    if torch is None:
        return thing
    if isinstance(thing, torch.device):
        return thing if thing.type in ("cpu", "meta") else torch.device("cpu")
    if isinstance(thing, torch.Generator) and thing.device.type != "cpu":
        return torch.Generator().manual_seed(thing.initial_seed())
    if type(thing) is torch.Tensor and thing.device.type not in ("cpu", "meta"):
        return thing.detach().cpu().requires_grad_(thing.requires_grad)
    return thing


def bare(function: Callable) -> types.FunctionType:
    """A copy that travels by value, without its attributes: a stand-in's hold the answer itself."""
    # a run that checks shapes wraps it in what cannot travel
    inner: types.FunctionType = inspect.unwrap(function)
    copy = types.FunctionType(
        inner.__code__, inner.__globals__, inner.__name__, inner.__defaults__, inner.__closure__
    )
    copy.__module__, copy.__kwdefaults__ = "__main__", inner.__kwdefaults__
    copy.__doc__ = inner.__doc__
    return copy


def _others(exercise: Exercise, words: set[str]) -> dict[str, Callable]:
    """The references of the other exercises up to this lesson that are among these words."""
    last = EXERCISES.get(exercise.name, exercise.lesson)
    others = {
        name: find(name).reference
        for name, lesson in EXERCISES.items()
        if lesson <= last and name != exercise.name and name in words
    }
    return {n: o if isinstance(o, type) else bare(o) for n, o in others.items()}

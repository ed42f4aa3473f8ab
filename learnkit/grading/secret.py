"""Hidden cases: those of the lesson drawn again, so that no table of its answers can be right.

Each array keeps its shape and what makes it a valid input: a bool array its count, labels their
set, a covariance its symmetry, a schedule its order, pictures their range. An exercise whose cases
say by name what is made of them draws its own, with `redraw`.
"""

import functools
import hashlib
from dataclasses import replace

import numpy as np

from learnkit.exercises.likeness import alike
from learnkit.exercises.sandbox.wire import Outcome
from learnkit.exercises.table import Case, Exercise

TRIES = 8  # draws of one case until the reference has a result of the same form
SPREAD = 0.2  # numbers change by up to a fifth: a hidden case is as hard as the shown one


@functools.lru_cache(maxsize=256)
def hidden(task: Exercise, seed: str) -> Exercise:
    """The exercise with hidden cases alone, the same for the same seed.

    A case is left out where no draw of it is another input of the same form; an exercise with no
    hidden case at all is graded by its shown ones.
    """
    found: list[Case] = []
    for number, (shown, want) in enumerate(zip(task.cases, task.expected, strict=True)):
        found += _another(task, shown, want, f"{seed}/{task.name}/{number}")
    return replace(task, cases=found)


def _another(task: Exercise, shown: Case, want: Outcome, key: str) -> list[Case]:
    """One draw of a case: the first with a new result, else the first that is another input."""
    inputs: list[Case] = []
    for attempt in range(TRIES):
        drawn = _drawn(task, shown, f"{key}/{attempt}")
        if _differs(drawn, shown):
            got = replace(task, cases=[drawn]).expected[0]
            if got.kind == want.kind and (task.redraw or _same_form(got, want)):
                if not alike(task, got, want):
                    return [drawn]
                inputs.append(drawn)
    return inputs[:1]


def _differs(drawn: Case, shown: Case) -> bool:
    """Whether two cases are different inputs."""
    mine, theirs = ([*c.args, *c.options.values()] for c in (drawn, shown))
    return not all(map(_equal, mine, theirs)) or len(mine) != len(theirs)


def _equal(one: object, other: object) -> bool:
    if isinstance(one, np.ndarray) and isinstance(other, np.ndarray):
        return np.array_equal(one, other, equal_nan=one.dtype.kind in "fc")
    return not isinstance(one, np.ndarray | np.generic) and one == other


def _drawn(task: Exercise, case: Case, key: str) -> Case:
    if task.redraw is not None:
        return replace(task.redraw(case, _generator(key, b"")), note="")
    args = tuple(_value(a, key) for a in case.args)
    options = {k: _value(v, key) for k, v in case.options.items()}
    return Case(args, options)


def _value(value: object, key: str) -> object:
    """A value drawn again; equal values of a case stay equal, since their content is the seed."""
    if isinstance(value, np.ndarray) and value.size:
        content = value.tobytes() + repr((value.shape, value.dtype.str)).encode()
        return array(value, _generator(key, content))
    if isinstance(value, tuple | list):
        return type(value)(_value(v, key) for v in value)
    if isinstance(value, float) and np.isfinite(value):
        return float(value * _factor(_generator(key, repr(value).encode()), ()))
    return value


def _generator(key: str, content: bytes) -> np.random.Generator:
    digest = hashlib.sha256(key.encode() + b"\0" + content).digest()
    return np.random.default_rng(list(digest))


def array(old: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Another array of the same kind; shape and dtype are those of `old`.

    >>> int(array(np.array([True, False, False]), np.random.default_rng(0)).sum())
    1
    """
    if old.dtype.kind == "b" or _is_labels(old):
        return rng.permutation(old.ravel()).reshape(old.shape)
    if old.dtype.kind in "iu":
        return old.copy()
    new = _moved(old, rng)
    return np.where(np.isfinite(old), new, old).astype(old.dtype)


def _moved(old: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Numbers near the old ones, under the same rules."""
    if np.array_equal(old, np.broadcast_to(old.flat[0], old.shape)):
        return _within(old, old * _factor(rng, ()))
    if old.ndim >= 2 and old.shape[-1] == old.shape[-2] and _is_symmetric(old):
        scale = _factor(rng, old.shape[-1:])
        return old * scale[:, None] * scale
    new = _within(old, old * _factor(rng, old.shape))
    steps = np.diff(old) if old.ndim == 1 else np.zeros(1)
    if (steps > 0).all() or (steps < 0).all():
        new = np.sort(new)[:: 1 if steps[0] > 0 else -1].copy()
    return new


def _factor(rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    return rng.uniform(1 - SPREAD, 1 + SPREAD, shape)


def _within(old: np.ndarray, new: np.ndarray) -> np.ndarray:
    """The numbers cut off at 1 where all old ones lie between 0 and 1, as pictures do."""
    return np.minimum(new, 1.0) if old.min() >= 0 and old.max() <= 1 else new


def _is_labels(old: np.ndarray) -> bool:
    """Whether it holds zeros and ones alone, and both."""
    return old.size > 1 and set(np.unique(old)) == {0, 1}


def _is_symmetric(old: np.ndarray) -> bool:
    return bool(np.array_equal(old, np.swapaxes(old, -1, -2)))


def _same_form(got: Outcome, want: Outcome) -> bool:
    """Whether the reference has a result as before: of the same shape and finiteness."""
    if got.arrays.keys() != want.arrays.keys():
        return False
    pairs = ((got.arrays[k], want.arrays[k]) for k in want.arrays)
    return all(
        g.shape == w.shape and np.isfinite(g).all() == np.isfinite(w).all() for g, w in pairs
    )

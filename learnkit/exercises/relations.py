"""How an answer's numbers are related to the right ones: a factor, a sign, a turn, some digits.

Each relation must hold on every case (the digits, and the order, on the case that failed), so
that the sentence is true.
"""

import inspect
from collections.abc import Callable, Iterator
from functools import partial
from itertools import combinations, permutations

import numpy as np

from learnkit.exercises.likeness import close
from learnkit.exercises.sandbox.worker import Outcome
from learnkit.exercises.table import Exercise

_DIGITS = {2: 3, 4: 6}  # decimal digits of a float with so many bytes
_WORDS = {1: "one", 2: "two", 3: "three", 4: "four", 5: "five", 6: "six", 7: "seven", 8: "eight"}


class Pairs:
    """What an answer gave and what it should have given under one key, case by case."""

    def __init__(self, exercise: Exercise, outcomes: list[Outcome], key: str):
        """Puts both side by side; `whole` says whether every case has numbers of one shape."""
        self.exercise, self.cases = exercise, exercise.cases
        both = list(zip(outcomes, exercise.expected, strict=False))
        self._by_case = {
            i: (o.arrays[key], e.arrays[key])
            for i, (o, e) in enumerate(both)
            if key in o.arrays and key in e.arrays
        }
        self.all = list(self._by_case.values())
        self.whole = len(self.all) == len(exercise.expected) and all(
            g.shape == w.shape and g.dtype.kind in "biuf" for g, w in self.all
        )
        self.right = [i in self._by_case and self.close(*self[i]) for i in range(len(both))]

    def __getitem__(self, i: int) -> tuple[np.ndarray, np.ndarray]:
        """What was given, and what should have been, on case i."""
        return self._by_case[i]

    def close(self, got: np.ndarray, want: np.ndarray) -> bool:
        """Alike, as the exercise measures it."""
        return close(self.exercise, got, want)

    def all_related(self, change: Callable[[np.ndarray], np.ndarray]) -> bool:
        """Whether on every case the answer is `change` of what it should be."""
        return self.whole and all(self.close(g, np.asarray(change(w))) for g, w in self.all)


def relation(pairs: Pairs, failed: int) -> str:
    """The words for the first relation that holds, or none; they follow "The result"."""
    found = (
        said
        for look in (
            _factor,
            _digits,
            _size,
            _other_function,
            _argument,
            _turned,
            _shift,
            _left_early,
            _other_factor,
            _order,
        )
        for said in look(pairs, failed)
    )
    with np.errstate(all="ignore"):  # infinity less infinity, 1 / 0
        return next(found, "")


def _factor(pairs: Pairs, failed: int) -> Iterator[str]:
    factor = _common_factor(pairs)
    if factor is None:
        return
    if np.isclose(factor, -1):
        yield "is right, except for its sign: turn it round."
    elif abs(factor - 1) > 1e-3:
        yield (
            "is right, except for a constant factor: "
            f"yours is {factor:.6g} times what it should be."
        )


def _common_factor(pairs: Pairs) -> float | None:
    """The one number by which the answer is off on every case, if there is such a number."""
    if not pairs.whole:
        return None
    got = np.concatenate([np.ravel(g).astype(float) for g, _ in pairs.all])
    want = np.concatenate([np.ravel(w).astype(float) for _, w in pairs.all])
    finite = np.isfinite(want)
    if not np.array_equal(got[~finite], want[~finite], equal_nan=True):
        return None
    got, want = got[finite], want[finite]
    if not np.isfinite(got).all() or not want.any():
        return None
    factor = float(got @ want / (want @ want))
    nothing = abs(factor) < 1e-12
    return None if nothing or not pairs.close(got, factor * want) else factor


def _digits(pairs: Pairs, failed: int) -> Iterator[str]:
    """Right to three digits or more in every element of the case that failed, and no further."""
    got, want = pairs[failed]
    if want.dtype.kind != "f" or got.dtype.kind != "f" or not np.isfinite(got).all():
        return
    near = np.abs(got - want) / np.where(want == 0, 1, np.abs(want))
    error = np.where(want == 0, np.where(near <= 1e-6, 0, 1), near).max(initial=0.0)
    if not 0 < error < 2e-3:
        return
    digits = int(np.floor(-np.log10(error) + 0.31))  # within 2 in the last of them
    why = "is something rounded, or a small number added?"
    double = want.dtype.itemsize == 8  # in an exercise of torch float32 is right
    if double and got.dtype.itemsize < 8 and digits >= _DIGITS.get(got.dtype.itemsize, 6) - 1:
        why = f"you compute in {got.dtype}. Stay in float64, which is NumPy's own."
    elif double and np.array_equal(got, got.astype(np.float32)) and digits >= 5:
        why = "do you compute in float32 on the way? Stay in float64, which is NumPy's own."
    elif digits < 4:
        return
    yield f"is right to {_WORDS.get(digits, digits)} digits only: {why}"


def _size(pairs: Pairs, failed: int) -> Iterator[str]:
    """Off by a number that follows the input's size: a mean for a sum, a wrong axis' length."""
    if not pairs.whole or pairs.exercise.build is not None:
        return
    ratios = _ratios(pairs)
    if not ratios:
        return
    for i, first in enumerate(pairs.cases[0].args):
        if not isinstance(first, np.ndarray):
            continue
        shapes = [case.args[i].shape for case in pairs.cases]
        name = f"`{_parameter(pairs, i)}`"
        words = {f"the number of elements of {name}": [int(np.prod(s)) for s in shapes]}
        for axis in range(min(map(len, shapes))):
            words[f"the length of {name} along axis {axis}"] = [s[axis] for s in shapes]
        for said, sizes in words.items():
            if _follow(ratios, [float(size) for size in sizes]):
                yield f"is N times what it should be, with N {said}."
            if _follow(ratios, [1.0 / size for size in sizes if size]):
                yield f"is an N-th of what it should be, with N {said}."


def _follow(ratios: list[float], meant: list[float]) -> bool:
    """Whether each factor is the one that is meant, and not all of these are the same number."""
    if len(ratios) != len(meant):
        return False
    told = [(r, m) for r, m in zip(ratios, meant, strict=True) if r]  # 0: nothing to multiply
    return len({m for _, m in told}) > 1 and all(np.isclose(r, m, rtol=1e-6) for r, m in told)


def _ratios(pairs: Pairs) -> list[float]:
    """The factor of each case; none at all where one of them is off by more than a factor."""
    found = [_ratio(pairs, g, w) for g, w in pairs.all]
    ratios = [ratio for ratio in found if ratio is not None]
    return ratios if len(ratios) == len(found) else []


def _ratio(pairs: Pairs, got: np.ndarray, want: np.ndarray) -> float | None:
    """The factor of one case; 0 where it is right for want of anything to multiply."""
    got, want = np.ravel(got).astype(float), np.ravel(want).astype(float)
    if not np.isfinite(got).all() or not np.isfinite(want).all():
        return 0.0 if np.array_equal(got, want, equal_nan=True) else None
    if not want.any():
        return 0.0 if pairs.close(got, want) else None
    factor = float(got @ want / (want @ want))
    return factor if factor and pairs.close(got, factor * want) else None


_FUNCTIONS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "is the square of what it should be.": np.square,
    "is the square root of what it should be.": np.sqrt,
    "has lost its sign: it is right but for that.": np.abs,
    "is 1 divided by what it should be.": lambda w: 1 / w,
    "is 1 minus what it should be.": lambda w: 1 - w,
    "is the logarithm of what it should be.": np.log,
    "is e to the power of what it should be.": np.exp,
    "is cut off: what should be below 0 is 0.": lambda w: np.maximum(w, 0),
    "is cut off: it should leave the range from 0 to 1.": lambda w: np.clip(w, 0, 1),
    "is rounded to whole numbers.": np.round,
    "has lost what stands behind the point.": np.trunc,
}


def _other_function(pairs: Pairs, failed: int) -> Iterator[str]:
    if pairs.whole and len({float(v) for g, _ in pairs.all for v in np.ravel(g)}) > 2:
        yield from (said for said, change in _FUNCTIONS.items() if pairs.all_related(change))


def _argument(pairs: Pairs, failed: int) -> Iterator[str]:
    """One of the arguments, handed back as it came."""
    if not pairs.whole or pairs.exercise.build is not None:
        return
    for i, first in enumerate(pairs.cases[0].args):
        given = [case.args[i] for case in pairs.cases]
        if isinstance(first, np.ndarray) and all(
            pairs.close(g, np.asarray(a)) for (g, _), a in zip(pairs.all, given, strict=True)
        ):
            yield f"is `{_parameter(pairs, i)}`, as it came in."
    values = {float(v) for g, _ in pairs.all for v in np.ravel(g)}
    if len(values) == 1:
        yield f"is {values.pop() + 0.0:.6g} everywhere, whatever comes in."  # never "-0"


def _turned(pairs: Pairs, failed: int) -> Iterator[str]:
    """Axes that have changed places, or that run backwards."""
    ndim = pairs[failed][1].ndim
    if not pairs.whole or any(w.ndim != ndim for _, w in pairs.all) or ndim > 4:
        got, want = pairs[failed]
        if want.ndim == 2 and want.shape[0] == want.shape[1] and pairs.close(got.T, want):
            yield "is transposed."
        return
    for axes in permutations(range(ndim)):
        if axes != tuple(range(ndim)) and pairs.all_related(partial(np.transpose, axes=axes)):
            yield "is transposed." if ndim == 2 else f"has its axes in another order, {axes}."
    for count in range(1, ndim + 1):
        for axes in combinations(range(ndim), count):
            if pairs.all_related(partial(np.flip, axis=axes)):
                names = " and ".join(str(a) for a in axes)
                yield f"runs backwards along axis {names}: its first element should be the last."


def _shift(pairs: Pairs, failed: int) -> Iterator[str]:
    """Off by the same number everywhere."""
    if not pairs.whole:
        return
    apart = np.concatenate([np.ravel(g * 1.0 - w * 1.0) for g, w in pairs.all])
    wants = np.concatenate([np.ravel(w * 1.0) for _, w in pairs.all])
    if len(set(wants)) > 2 and np.isfinite(apart).all() and np.ptp(apart) < 1e-9 < abs(apart[0]):
        more = "more" if apart[0] > 0 else "less"
        yield f"is {abs(apart[0]):.6g} {more} than it should be, always."


def _left_early(pairs: Pairs, failed: int) -> Iterator[str]:
    """Only the first element, or the first row, of the case that failed."""
    got, want = pairs[failed]
    if got.size < 2 or got.dtype.kind not in "fiu":
        return
    for first, words in (((0,) * got.ndim, "element"), ((0,), "row")):
        rest = np.ones(got.shape, bool)
        rest[first] = False
        told = rest.any() and np.any(want[first]) and np.any(want[rest])
        near = pairs.close(np.asarray(got[first]), np.asarray(want[first]))
        if told and near and not np.any(got[rest]):
            yield (
                f"is right in its first {words} and 0 elsewhere: does your `return` stand inside "
                "the loop?"
            )
            return


def _other_factor(pairs: Pairs, failed: int) -> Iterator[str]:
    """Off by a factor in every case, but not by the same one."""
    if not pairs.whole or not any(np.count_nonzero(w) > 1 for _, w in pairs.all):
        return
    if ratios := _ratios(pairs):
        yield (
            "is off by a factor that changes with the input: here yours is "
            f"{ratios[failed]:.6g} times what it should be."
        )


def _order(pairs: Pairs, failed: int) -> Iterator[str]:
    got, want = pairs[failed]
    if len(set(np.ravel(want))) > 3 and pairs.close(np.sort(got, None), np.sort(want, None)):
        yield "holds the right numbers in the wrong places: look at the order of axes and loops."


def _parameter(pairs: Pairs, i: int) -> str:
    return list(inspect.signature(pairs.exercise.reference).parameters)[i]

"""From what an answer did to one sentence that helps.

First the mistakes known by name: where the answer does on every case what a mistake does, its
sentence is shown. Behind them stand the general diagnoses, from the plainest (nothing returned)
to the subtlest (right but for a constant factor).
"""

import inspect
from collections.abc import Callable

import numpy as np

from learnkit.exercises.example import describe_case, shown, signature
from learnkit.exercises.raised import exception
from learnkit.exercises.report import CORRECT, INCORRECT, NOT_ATTEMPTED, Report
from learnkit.exercises.table import Case, Exercise, Mistake
from learnkit.exercises.worker import Outcome

ENDS = {
    "late": "Your function did not finish within {seconds:g} seconds of computing: look for a loop "
    "that never ends, or one that does far too much.",
    "asleep": "Your function waited, and did nothing, until its time was up: look for a sleep, a "
    "lock, or a wait for another process or the network.",
    "big": "Your function returned far more numbers than the exercise asks for (over 64 MB).",
    "ended": "Python itself ended while it ran your function: it called exit(), crashed, or ran "
    "out of memory.",
    "garbled": "What came back from your function's process is no result: it wrote to the files "
    "that learnkit has open there, or answered twice (os.fork).",
    "left in": "`raise NotImplementedError` (line {line}) is still in your answer, and ends it: "
    "take that line out, or write what belongs there.",
}
NOTHING_KNOWN = "is not what it should be."
RESTLESS = (
    "Called twice with the same input, your function gives two different results: it draws random "
    "numbers of its own, or keeps something from one call to the next."
)

Twice = Callable[[Case], list[Outcome]]  # runs the answer on a case, and on the same once more


def judge(
    exercise: Exercise, outcomes: list[Outcome], printed: str = "", *, twice: Twice | None = None
) -> Report:
    """The verdict on what an answer did, case by case; `twice` where nothing else explains it."""

    def verdict(status: str, message: str, mistake: str | None = None, **more: object) -> Report:
        points = exercise.points if status == CORRECT else 0
        return Report(exercise.name, status, message, mistake, points, printed=printed, **more)

    if outcomes and all(o.kind == "stub" for o in outcomes):
        return verdict(NOT_ATTEMPTED, "It is your turn: write your answer and run the cell again.")
    if any(o.cheated for o in outcomes):
        return verdict(
            INCORRECT,
            f"Your answer calls the reference, learnkit's own {exercise.name}. Write it yourself: "
            f'hint("{exercise.name}") helps.',
        )
    failed = next((i for i, pair in enumerate(_pairs(exercise, outcomes)) if not pair), None)
    if failed is None:
        return verdict(CORRECT, exercise.why)
    example = _example(exercise, outcomes, failed)
    for mistake in exercise.mistakes if len(outcomes) == len(exercise.cases) else ():
        if all(
            alike(exercise, o, m) or _divides_by_zero(o, m)
            for o, m in zip(outcomes, exercise.mistaken(mistake), strict=True)
        ):
            return verdict(INCORRECT, mistake.sentence, mistake.name, example=example)
    for mistake in exercise.mistakes if _some_overflowed(outcomes) else ():
        if _alike_where_finite(exercise, outcomes, mistake):  # two faults: the named one first
            return verdict(INCORRECT, mistake.sentence, mistake.name, example=example)
    message = _diagnosis(exercise, outcomes, failed)
    if twice is not None and message.endswith(NOTHING_KNOWN):
        runs = twice(exercise.cases[failed])
        if all(o.kind == "value" for o in runs) and not alike(exercise, runs[0], runs[-1]):
            message = RESTLESS
    return verdict(INCORRECT, message, example=example)


def alike(exercise: Exercise, one: Outcome, other: Outcome) -> bool:
    """Whether two outcomes are the same but for rounding."""
    if (one.kind, one.changed) != (other.kind, other.changed):
        return False
    if one.kind == "odd":
        return one.message == other.message
    if one.kind != "value":
        return one.type == other.type
    return one.arrays.keys() == other.arrays.keys() and all(
        _close(exercise, one.arrays[k], other.arrays[k]) for k in one.arrays
    )


def _some_overflowed(outcomes: list[Outcome]) -> bool:
    """Whether some case came out infinite or NaN, or made NumPy say so."""
    return any(
        not np.isfinite(a).all() or (a.dtype.kind == "i" and "warnings" in key and a.any())
        for o in outcomes
        for key, a in o.arrays.items()
        if a.dtype.kind in "fi"
    )


def _alike_where_finite(exercise: Exercise, outcomes: list[Outcome], mistake: Mistake) -> bool:
    """Whether the answer does what a mistake does, on the cases where it did not overflow.

    Three such cases are asked for, and one of them must be wrong; counts are left out.
    """
    compared = wrong = 0
    for got, theirs, want in zip(
        outcomes, exercise.mistaken(mistake), exercise.expected, strict=False
    ):
        if got.kind != "value" or want.kind != "value":
            return False
        keys = [key for key, a in want.arrays.items() if a.dtype.kind == "f"]
        mine = [got.arrays[key] for key in keys if key in got.arrays]
        if any(a.dtype.kind != "f" or not np.isfinite(a).all() for a in mine):
            continue
        if len(mine) < len(keys) or theirs.kind != "value" or got.changed != theirs.changed:
            return False
        if not all(_roughly(got.arrays[k], theirs.arrays[k]) for k in keys):
            return False
        compared += 1
        wrong += not all(_roughly(got.arrays[k], want.arrays[k]) for k in keys)
    return compared >= 3 and wrong >= 1


def _divides_by_zero(one: Outcome, other: Outcome) -> bool:
    """Whether one raised over a division by zero where the other got no finite number from it."""
    if one.kind != "raised" or one.type != "ZeroDivisionError":
        return False
    return any(not np.isfinite(a).all() for a in other.arrays.values())


def _pairs(exercise: Exercise, outcomes: list[Outcome]) -> list[bool]:
    """For each case whether it came out right; a case that never ran did not."""
    missing = [Outcome("ended")] * (len(exercise.cases) - len(outcomes))
    return [
        alike(exercise, o, e) and _container_fits(o, e)
        for o, e in zip([*outcomes, *missing], exercise.expected, strict=True)
    ]


def _container_fits(got: Outcome, want: Outcome) -> bool:
    """A list where an array is meant computes the same numbers, and fails in the next cell."""
    if want.type == "Tensor":
        return got.type in ("Tensor", "Parameter")
    if want.type == "ndarray":
        return got.type not in ("list", "tuple", "Tensor")
    return got.type != "Tensor" or want.type not in ("float", "int")


def _close(exercise: Exercise, got: np.ndarray, want: np.ndarray) -> bool:
    return got.shape == want.shape and np.allclose(
        got, want, rtol=exercise.rtol, atol=exercise.atol, equal_nan=True
    )


def _roughly(got: np.ndarray, want: np.ndarray) -> bool:
    """Alike in six digits: where an answer overflows, its last digits are not the point."""
    return got.shape == want.shape and np.allclose(got, want, rtol=1e-6, atol=1e-9)


def _diagnosis(exercise: Exercise, outcomes: list[Outcome], failed: int) -> str:
    got = outcomes[failed] if failed < len(outcomes) else Outcome("ended")
    want = exercise.expected[failed]
    name = exercise.name
    if got.kind in ENDS:
        return ENDS[got.kind].format(seconds=exercise.seconds, line=got.line)
    if got.kind in ("raised", "unread", "stub"):
        return exception(got)
    if got.kind == "signature":
        return f"The lesson calls {name}{signature(exercise)}, and yours cannot be: {got.message}."
    if got.kind == "none":
        return "Your function returns None: a `return` is missing on the way it took."
    if got.kind == "odd":
        return got.message
    if changed := _changed(exercise, got, want):
        return f"Your function changes its argument {changed} in place: work on a copy."
    if got.type == "tuple" and want.type != "tuple":
        return "You return a tuple: is there a comma at the end of the line?"
    if not _container_fits(got, want):
        return f"You return a {got.type}; {_ASKED[want.type]}"
    for key in want.arrays:
        if key not in got.arrays:
            return f"The {key} is missing."
        if not _close(exercise, got.arrays[key], want.arrays[key]):
            return _difference(exercise, outcomes, key, got.arrays[key], want.arrays[key])
    return "It differs from what is expected."


def _difference(
    exercise: Exercise, outcomes: list[Outcome], key: str, got: np.ndarray, want: np.ndarray
) -> str:
    what = key or "result"
    if got.shape != want.shape:
        turned = " It looks transposed." if got.shape == want.shape[::-1] else ""
        if want.shape == ():
            return f"The {what} must be one number, not an array of shape {got.shape}."
        if got.shape == ():
            return f"The {what} is one number; it must be an array of shape {want.shape}."
        return f"The {what} has shape {got.shape}; it must be {want.shape}.{turned}"
    if np.isnan(got).any() and not np.isnan(want).any():
        return (
            f"The {what} holds NaN, not a number: look for 0/0, 0 · ∞, ∞ - ∞ or a root of less "
            "than 0."
        )
    if key.startswith("count of "):
        return f"The {key} is {got}; it should be {want}."
    factor = _common_factor(exercise, outcomes, key)
    if factor is not None:
        if np.isclose(factor, -1):
            return f"The {what} is right, except for its sign: turn it round."
        return (
            f"The {what} is right, except for a constant factor: "
            f"yours is {factor:.6g} times what it should be."
        )
    if want.ndim == 2 and want.shape[0] == want.shape[1] and _close(exercise, got.T, want):
        return f"The {what} is transposed."
    if got.dtype.kind in "iub" and want.dtype.kind == "f":
        return f"The {what} holds whole numbers ({got.dtype}); the pictures are float."
    return f"The {what} {NOTHING_KNOWN}"


def _common_factor(exercise: Exercise, outcomes: list[Outcome], key: str) -> float | None:
    """The one number by which the answer is off on every case, if there is such a number."""
    both = zip(outcomes, exercise.expected, strict=False)
    pairs = [(o.arrays[key], e.arrays[key]) for o, e in both if key in o.arrays and key in e.arrays]
    if len(pairs) < len(exercise.expected) or any(g.shape != w.shape for g, w in pairs):
        return None
    if any(g.dtype.kind == "c" for g, _ in pairs):
        return None
    got = np.concatenate([np.ravel(g).astype(float) for g, _ in pairs])
    want = np.concatenate([np.ravel(w).astype(float) for _, w in pairs])
    finite = np.isfinite(want)
    if not np.array_equal(got[~finite], want[~finite], equal_nan=True):
        return None
    got, want = got[finite], want[finite]
    if not np.isfinite(got).all() or not want.any():
        return None
    factor = float(got @ want / (want @ want))
    nothing = abs(factor) < 1e-12
    return None if nothing or not _close(exercise, got, factor * want) else factor


def _changed(exercise: Exercise, got: Outcome, want: Outcome) -> str:
    names = list(inspect.signature(exercise.reference).parameters)
    positions = [int(i) for i in got.changed if i not in want.changed]
    return " and ".join(f"`{names[i]}`" for i in positions if i < len(names))


_ASKED = {
    "ndarray": "return one NumPy array: np.array(...).",
    "Tensor": "return a tensor of torch, or no gradient can flow back through it.",
    "float": "return a plain number: .item() takes it out, and lets the graph behind it go.",
    "int": "return a plain number: .item() takes it out.",
}


def _example(
    exercise: Exercise, outcomes: list[Outcome], failed: int
) -> tuple[tuple[str, str], ...]:
    rows = [("input", describe_case(exercise, exercise.cases[failed]))]
    got = outcomes[failed] if failed < len(outcomes) else Outcome("ended")
    want = exercise.expected[failed]
    if changed := _changed(exercise, got, want):
        rows.append(("after the call", f"{changed.replace('`', '')}: not as before"))
    for key, array in want.arrays.items():
        mine = got.arrays.get(key)
        if mine is not None and _close(exercise, mine, array):
            continue
        if mine is None and array.dtype.kind == "i" and key:  # a count that nothing was made for
            continue
        rows.append((f"expected {key}".strip(), shown(array, mine)))
        if mine is not None:
            rows.append((f"got {key}".strip(), shown(mine, array)))
    return tuple(rows)

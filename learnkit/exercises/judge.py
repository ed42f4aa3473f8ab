"""From what an answer did to a verdict: right, or one sentence that helps.

First the mistakes known by name: where the answer does on every case what a mistake does, its
sentence is shown. Behind them stand the general diagnoses.
"""

import re
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from learnkit.exercises.diagnosis import changed_arguments, diagnosis
from learnkit.exercises.example import describe_case, shown
from learnkit.exercises.likeness import alike, close, fits, roughly
from learnkit.exercises.mutants.explaining import explained
from learnkit.exercises.report import CORRECT, INCORRECT, NOT_ATTEMPTED, Report
from learnkit.exercises.sandbox.worker import Outcome
from learnkit.exercises.table import Case, Exercise, Mistake

RESTLESS = (
    "Called twice with the same input, your function gives two different results: it draws random "
    "numbers of its own, or keeps something from one call to the next."
)

Twice = Callable[[Case], list[Outcome]]  # runs the answer on a case, and on the same once more


def judge(
    exercise: Exercise, outcomes: list[Outcome], printed: str = "", *, twice: Twice | None = None
) -> Report:
    """The verdict on what an answer did, case by case; `twice` where nothing else explains it."""

    def verdict(status: str, message: str, mistake: str | None = None, **more: Any) -> Report:
        points = exercise.points if status == CORRECT else 0
        said = _without_warnings(printed) if status == CORRECT else printed
        return Report(exercise.name, status, message, mistake, points, printed=said, **more)

    if outcomes and all(o.kind == "stub" for o in outcomes):
        return verdict(NOT_ATTEMPTED, "It is your turn: write your answer and run the cell again.")
    if any(o.cheated for o in outcomes):
        return verdict(
            INCORRECT,
            f"Your answer calls the reference, learnkit's own {exercise.name}. Write it yourself: "
            f'hint("{exercise.name}") helps.',
        )
    failed = _first_failure(exercise, outcomes)
    if failed is None:
        return verdict(CORRECT, exercise.why)
    example = _example(exercise, outcomes, failed)
    known = next(_known(exercise, outcomes), None)
    if known is not None:
        return verdict(INCORRECT, known.sentence, known.name, example=example)
    message, certain = diagnosis(exercise, outcomes, failed)
    if twice is not None and not certain:
        runs = twice(exercise.cases[failed])
        if all(o.kind == "value" for o in runs) and not alike(exercise, runs[0], runs[-1]):
            return verdict(INCORRECT, RESTLESS, example=example)
    if words := explained(exercise, outcomes, failed):
        message = f"{message} {words}" if certain else words
    return verdict(INCORRECT, message, example=example)


def _without_warnings(printed: str) -> str:
    """What an answer printed, less NumPy's warnings: a right answer has nothing to fear."""
    return re.sub(r"^warning: .* encountered in .* \(line \d+\)\n?", "", printed, flags=re.M)


def _first_failure(exercise: Exercise, outcomes: list[Outcome]) -> int | None:
    """The first case with a wrong result; else the first that shares memory; None if all fit."""
    missing = [Outcome("ended")] * (len(exercise.cases) - len(outcomes))
    pairs = list(zip([*outcomes, *missing], exercise.expected, strict=True))
    failed = [i for i, (got, want) in enumerate(pairs) if not fits(exercise, got, want)]
    wrong = [i for i in failed if not alike(exercise, *pairs[i], but="Shared")]
    return next(iter(wrong or failed), None)


# ---- mistakes known by name --------------------------------------------------------------------


def _known(exercise: Exercise, outcomes: list[Outcome]) -> Iterator[Mistake]:
    """The mistakes that do what the answer does, the surest first."""
    if len(outcomes) == len(exercise.cases):
        yield from (m for m in exercise.mistakes if _same(exercise, outcomes, m))
        if any("Shared" in want.counts.values() for want in exercise.expected):
            yield from (m for m in exercise.mistakes if _same_numbers(exercise, outcomes, m))
    if _some_overflowed(exercise, outcomes):  # two faults: the one that has a name comes first
        yield from (m for m in exercise.mistakes if _alike_where_finite(exercise, outcomes, m))


def _same(exercise: Exercise, outcomes: list[Outcome], mistake: Mistake) -> bool:
    """Whether the answer does on every case what the mistake does.

    Where both raise on every case there are no numbers to compare, so Python must have said the
    same of both.
    """
    both = zip(outcomes, exercise.mistaken(mistake), strict=True)
    if not all(alike(exercise, o, m) or _divides_by_zero(o, m) for o, m in both):
        return False
    theirs = list(exercise.mistaken(mistake))
    silent = all(m.kind == "raised" for m in theirs)
    return not silent or outcomes[0].message == theirs[0].message


def _same_numbers(exercise: Exercise, outcomes: list[Outcome], mistake: Mistake) -> bool:
    """Whether all is the same but what memory is shared, and some of the numbers are wrong."""
    theirs = list(exercise.mistaken(mistake))
    both = zip(outcomes, theirs, strict=True)
    return all(alike(exercise, o, m, but="Shared") for o, m in both) and not all(
        alike(exercise, m, w, but="Shared") for m, w in zip(theirs, exercise.expected, strict=True)
    )


def _some_overflowed(exercise: Exercise, outcomes: list[Outcome]) -> bool:
    """Whether some case came out infinite or NaN, or made NumPy say so."""
    return any(
        not np.isfinite(a).all() or (want.counts.get(key) == "Warned" and a.any())
        for got, want in zip(outcomes, exercise.expected, strict=False)
        for key, a in got.arrays.items()
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
        if not all(roughly(got.arrays[k], theirs.arrays[k]) for k in keys):
            return False
        compared += 1
        wrong += not all(roughly(got.arrays[k], want.arrays[k]) for k in keys)
    return compared >= 3 and wrong >= 1


def _divides_by_zero(one: Outcome, other: Outcome) -> bool:
    """Whether one raised over a division by zero where the other got no finite number from it."""
    if one.kind != "raised" or one.type != "ZeroDivisionError":
        return False
    return any(not np.isfinite(a).all() for a in other.arrays.values())


# ---- the rows under the sentence ---------------------------------------------------------------


def _example(
    exercise: Exercise, outcomes: list[Outcome], failed: int
) -> tuple[tuple[str, str], ...]:
    rows = [("input", describe_case(exercise, exercise.cases[failed]))]
    got = outcomes[failed] if failed < len(outcomes) else Outcome("ended")
    want = exercise.expected[failed]
    if changed := changed_arguments(exercise, got, want):
        rows.append(("after the call", f"{changed.replace('`', '')}: not as before"))
    for key, array in want.arrays.items():
        mine = got.arrays.get(key)
        if want.counts.get(key) == "Shared" or (mine is not None and close(exercise, mine, array)):
            continue
        if mine is None and array.dtype.kind == "i" and key:  # a count that nothing was made for
            continue
        rows.append((f"expected {key}".strip(), shown(array, mine)))
        if mine is not None:
            rows.append((f"got {key}".strip(), shown(mine, array)))
    return tuple(rows)

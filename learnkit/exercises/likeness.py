"""When two outcomes are the same but for rounding: an answer's, the reference's, a mistake's.

How near is near enough is each exercise's own, `rtol` and `atol`, as in numpy.allclose. A NumPy
answer that computes in float32 is held to float32's six digits, unless the exercise asks for more.
"""

import numpy as np

from learnkit.exercises.sandbox.worker import Outcome
from learnkit.exercises.table import Exercise

SINGLE = 1e-5  # how near float32 comes: six digits, with some room for sums


def fits(exercise: Exercise, got: Outcome, want: Outcome) -> bool:
    """Whether what an answer did on a case is right."""
    return alike(exercise, got, want) and container_fits(got, want)


def alike(exercise: Exercise, one: Outcome, other: Outcome, *, but: str = "") -> bool:
    """Whether two outcomes are the same but for rounding, and but for counts of one type."""
    if (one.kind, one.changed) != (other.kind, other.changed):
        return False
    if one.kind == "odd":
        return one.message == other.message
    if one.kind != "value":
        return one.type == other.type
    return one.arrays.keys() == other.arrays.keys() and all(
        close(exercise, one.arrays[k], other.arrays[k])
        for k in one.arrays
        if not but or other.counts.get(k) != but
    )


def container_fits(got: Outcome, want: Outcome) -> bool:
    """A list where an array is meant computes the same numbers, and fails in the next cell."""
    if want.type == "Tensor":
        return got.type in ("Tensor", "Parameter")
    if want.type == "ndarray":
        return got.type not in ("list", "tuple", "Tensor")
    return got.type != "Tensor" or want.type not in ("float", "int")


def close(exercise: Exercise, got: np.ndarray, want: np.ndarray) -> bool:
    """Whether two arrays have one shape and, but for rounding, the same numbers."""
    if got.shape != want.shape:
        return False
    rtol, atol = exercise.rtol, exercise.atol
    single = got.dtype == np.float32 and want.dtype == np.float64 and not exercise.prewarm
    if single and rtol >= 1e-6:
        largest = np.abs(want[np.isfinite(want)]).max(initial=0.0)
        rtol, atol = max(rtol, SINGLE), max(atol, SINGLE * float(largest) / 10)
    return np.allclose(got, want, rtol=rtol, atol=atol, equal_nan=True)


def roughly(got: np.ndarray, want: np.ndarray) -> bool:
    """Alike in six digits: where an answer overflows, its last digits are not the point."""
    return got.shape == want.shape and np.allclose(got, want, rtol=1e-6, atol=1e-9)

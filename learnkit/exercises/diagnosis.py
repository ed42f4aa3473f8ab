"""What is wrong with an answer that no known mistake explains, in one sentence.

From the plainest (nothing returned) to the subtlest (right but for a constant factor). Each
sentence says only what was measured.
"""

import inspect

import numpy as np

from learnkit.exercises.example import signature
from learnkit.exercises.likeness import close, container_fits
from learnkit.exercises.raised import exception
from learnkit.exercises.relations import Pairs, relation
from learnkit.exercises.sandbox.worker import Outcome
from learnkit.exercises.table import Exercise

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
_ASKED = {
    "ndarray": "return one NumPy array: np.array(...).",
    "Tensor": "return a tensor of torch, or no gradient can flow back through it.",
    "float": "return a plain number: .item() takes it out of its graph.",
    "int": "return a plain number: .item() takes it out.",
}


def diagnosis(exercise: Exercise, outcomes: list[Outcome], failed: int) -> tuple[str, bool]:
    """The sentence on the case that failed, and whether it explains what is wrong."""
    got = outcomes[failed] if failed < len(outcomes) else Outcome("ended")
    want = exercise.expected[failed]
    if plain := _without_numbers(exercise, got, want):
        return plain, True
    for key in sorted(
        want.arrays, key=lambda k: want.counts.get(k) == "Shared"
    ):  # numbers come before sharing
        if key not in got.arrays:
            return f"The {key} is missing.", True
        if not close(exercise, got.arrays[key], want.arrays[key]):
            return _difference(exercise, outcomes, failed, key)
    return "It differs from what is expected.", False


def changed_arguments(exercise: Exercise, got: Outcome, want: Outcome) -> str:
    """The names of the arguments that an answer changed in place, though it should not."""
    names = list(inspect.signature(exercise.reference).parameters)
    positions = [int(i) for i in got.changed if i not in want.changed]
    return " and ".join(f"`{names[i]}`" for i in positions if i < len(names))


def no_result(exercise: Exercise, got: Outcome) -> str:
    """Why an answer gave no result on a case; nothing where it gave one."""
    if got.kind in ENDS:
        return ENDS[got.kind].format(seconds=exercise.seconds, line=got.line)
    if got.kind in ("raised", "unread", "stub"):
        return exception(got)
    if got.kind == "signature":
        name = exercise.name
        return f"The lesson calls {name}{signature(exercise)}, and yours cannot be: {got.message}."
    if got.kind == "none":
        return (
            "Your function returns None. Is a `return` missing on the way that it took? "
            "(print(...), list.append(...) and list.sort() give None, too.)"
        )
    return got.message if got.kind == "odd" else ""


def _without_numbers(exercise: Exercise, got: Outcome, want: Outcome) -> str:
    """What there is to say before any number is compared, or nothing."""
    if said := no_result(exercise, got):
        return said
    if changed := changed_arguments(exercise, got, want):
        arguments = "arguments" if " and " in changed else "argument"
        return f"Your function changes its {arguments} {changed} in place: work on a copy."
    if got.type == "tuple" and want.type != "tuple":
        return _tuple(got, want)
    if not container_fits(got, want):
        return f"You return a {got.type}; {_ASKED[want.type]}"
    return ""


def _tuple(got: Outcome, want: Outcome) -> str:
    mine, asked = got.arrays.get(""), want.arrays.get("")
    if mine is not None and asked is not None and mine.shape == (1, *asked.shape):
        return "You return a tuple: is there a comma at the end of the line?"
    return "You return a tuple; the exercise asks for one " + (
        "array." if want.type == "ndarray" else "number."
    )


def _difference(
    exercise: Exercise, outcomes: list[Outcome], failed: int, key: str
) -> tuple[str, bool]:
    what = f"The {key or 'result'}"
    got, want = outcomes[failed].arrays[key], exercise.expected[failed].arrays[key]
    counted = exercise.expected[failed].counts.get(key)
    if counted == "Shared":
        return (
            "Your numbers are right, but one of the arrays that you return is one that you were "
            "given, or shares its memory: whoever changes it later changes both. Make a new array."
        ), True
    if got.shape != want.shape:
        return _shape(exercise, what, got, want) + _itself(exercise, failed, got), True
    if counted or (key and want.dtype.kind in "iu" and want.ndim == 0):
        return f"{what} is {got}; it should be {want}.", True
    if special := _special(what, got, want):
        return special, True
    if got.dtype.kind in "iu" and want.dtype.kind == "f" and (want != np.trunc(want)).any():
        if got.ndim == 0:
            return f"{what} is a whole number: something (int, //, round) has cut it off.", True
        return (
            f"{what} holds whole numbers ({got.dtype}): an array of whole numbers loses what "
            "stands behind the point. Make it float."
        ), True
    pairs = Pairs(exercise, outcomes, key)
    if said := relation(pairs, failed):
        return f"{what} {said}", True
    return f"{what} {NOTHING_KNOWN}{_where(exercise, pairs, failed)}", False


def _shape(exercise: Exercise, what: str, got: np.ndarray, want: np.ndarray) -> str:
    if want.shape == ():
        return f"{what} must be one number, not an array of shape {got.shape}."
    if got.shape == ():
        return f"{what} is one number; it must be an array of shape {want.shape}."
    more = ""
    if got.shape == want.shape[::-1]:
        more = " It looks transposed."
    elif got.size == want.size and close(exercise, got.reshape(want.shape), want):
        more = " Its numbers are right here."
    return f"{what} has shape {got.shape}; it must be {want.shape}.{more}"


def _itself(exercise: Exercise, failed: int, got: np.ndarray) -> str:
    """Whether what came back is one of the arguments."""
    if exercise.build is None and got.ndim:
        names = list(inspect.signature(exercise.reference).parameters)
        for name, value in zip(names, exercise.cases[failed].args, strict=False):
            if isinstance(value, np.ndarray) and np.array_equal(value, got):
                return f" It is `{name}`, as it came in."
    return ""


def _special(what: str, got: np.ndarray, want: np.ndarray) -> str:
    """NaN, infinity and bools where numbers are asked for."""
    if got.dtype.kind == "b" and want.dtype.kind != "b":
        return f"{what} is of True and False (bool), and numbers are asked for."
    if got.dtype.kind not in "fc" or want.dtype.kind not in "fiu":
        return ""
    if np.isnan(got).any() and not np.isnan(want).any():
        return (
            f"{what} holds NaN, not a number: look for 0/0, 0 · ∞, ∞ - ∞ or a root of less than 0."
        )
    if want.ndim == 0 and np.isinf(want) and np.isfinite(got):
        return f"{what} must be infinite here, and yours is {got:.6g}."
    if np.isinf(got).any() and np.isfinite(want).all():
        return (
            f"{what} is infinite here, and should not be: look for a number divided by 0, "
            "log 0, a power of e that overflows, or an inf that was there from the start."
        )
    return ""


def _where(exercise: Exercise, pairs: Pairs, failed: int) -> str:
    """How much of it is wrong: some elements of this result, or some of the inputs."""
    got, want = pairs[failed]
    if want.size > 1:
        wrong = ~np.isclose(
            got, want, rtol=exercise.rtol, atol=max(exercise.atol, 1e-9), equal_nan=True
        )
        if 0 < wrong.sum() < wrong.size:
            first = ", ".join(str(i) for i in np.argwhere(wrong)[0])
            edge = " All of them lie at the border." if _at_border(wrong) else ""
            if wrong.sum() == 1:
                return f" One of its {wrong.size} elements is wrong, at [{first}]."
            return (
                f" {wrong.sum()} of its {wrong.size} elements are wrong, the first at [{first}]."
                f"{edge}"
            )
    right = sum(pairs.right)
    if right:
        of = len(pairs.right)
        come = "comes" if right == 1 else "come"
        return f" {right} of {of} inputs {come} out right; this is the first that does not."
    return ""


def _at_border(wrong: np.ndarray) -> bool:
    """Whether what is wrong lies at the border of a picture that has an inside."""
    if wrong.ndim < 2 or min(wrong.shape[-2:]) < 3:
        return False
    return not wrong[..., 1:-1, 1:-1].any()

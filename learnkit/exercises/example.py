"""An input and a result written down, as small as they are: what stands under a wrong answer."""

import inspect

import numpy as np

from learnkit.exercises.table import Case, Exercise


def signature(exercise: Exercise) -> str:
    """The parameters without their types, as a lesson would write them: (pred, target)."""
    parameters = inspect.signature(exercise.reference).parameters.values()
    return str(inspect.Signature([p.replace(annotation=p.empty) for p in parameters]))


def describe_case(exercise: Exercise, case: Case) -> str:
    """The input as a student would write it down, large arrays by their shape and range."""
    if case.note:
        return case.note
    names = list(inspect.signature(exercise.reference).parameters)
    named = [*zip(names, case.args, strict=False), *case.options.items()]
    lines = [(f"{name} = ", shown(value)) for name, value in named]
    return "\n".join(head + text.replace("\n", "\n" + " " * len(head)) for head, text in lines)


def shown(value: object, other: np.ndarray | None = None) -> str:
    """A small array in full; of a large one its shape, and the place where two differ most.

    Six digits are shown, and more of them where two would read alike.
    """
    array = np.asarray(value)
    if array.dtype.kind not in "biufc":
        return repr(value)
    same = other is not None and np.array_equal(array, other, equal_nan=True)
    for digits in (6, 9, 12, 17):
        text = _written(array, other, digits)
        if other is None or same or text != _written(other, array, digits):
            return text
    return f"{text} ({array.dtype})"


def _written(array: np.ndarray, other: np.ndarray | None, digits: int) -> str:
    if array.size <= 16:
        return np.array2string(array, precision=digits, separator=", ", suppress_small=False)
    text = f"an array of shape {array.shape}"
    if array.dtype.kind == "b":
        return f"{text}, {int(array.sum())} of {array.size} True"
    if other is not None and other.shape == array.shape:
        with np.errstate(invalid="ignore"):  # infinity less infinity
            gap = np.abs(np.nan_to_num(array * 1.0 - other * 1.0, nan=np.inf))
        gap[(array == other) | (np.isnan(array * 1.0) & np.isnan(other * 1.0))] = 0
        at = np.unravel_index(np.argmax(gap), gap.shape)
        place = ", ".join(str(int(i)) for i in at)
        return f"{text}; at [{place}] it is {array[at]:.{digits}g}"
    return f"{text}, from {array.min():.4g} to {array.max():.4g}"

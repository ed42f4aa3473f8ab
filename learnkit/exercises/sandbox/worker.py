"""An answer, run on a case: what came back, or what went wrong, as an Outcome.

The worker runs the student's answer with these lines, and the notebook's side runs the
reference and the known mistakes with the same. At the top level this file needs the standard
library and NumPy alone; inside.py is the process around it.
"""

import dis
import functools
import os
import sys
import traceback
import types
from collections.abc import Callable
from typing import Any

import numpy as np

from learnkit.exercises.sandbox import limits
from learnkit.exercises.sandbox.wire import Outcome

HERE = os.path.dirname(os.path.abspath(__file__)) + os.sep


class CallsReferenceError(Exception):
    """The answer called learnkit's own solution of this very exercise."""


class OddResultError(TypeError):
    """What came back is not what was promised; the message is a sentence for the student."""


class Count(int):
    """What a probe counts, for a sentence "The count of ... is 3; it should be 0"."""


class Shared(Count):
    """How many results share memory with what was given."""


class Warned(Count):
    """Whether NumPy warned while the answer ran: 0 or 1."""


def run_case(
    answer: Callable,
    case: tuple[tuple, dict],
    build: Callable | None = None,
    probe: Callable | None = None,
) -> Outcome:
    """Calls `answer` on copies of a case's arrays, and says what came of it.

    Raises nothing that the answer does; what `build` raises is the exercise's own affair.
    """
    args, options = made(case, build)
    before = [_copy(a) for a in args]
    try:
        result = answer(*args, **options)
        if result is None or result is Ellipsis:
            return Outcome("stub" if is_stub(answer) or result is Ellipsis else "none")
        arrays = probe(result, *args, **options) if probe else {"": _array(result)}
        counts = {k: type(v).__name__ for k, v in arrays.items() if isinstance(v, Count)}
        arrays = {k: _array(v) for k, v in arrays.items()}
        if sum(a.nbytes for a in arrays.values()) > limits.OUTPUT:
            return Outcome("big")
        arrays = {k: np.array(a, order="C") for k, a in arrays.items()}
    except OddResultError as error:
        return Outcome("odd", message=str(error))
    except BaseException as error:  # exit() and KeyboardInterrupt are answers too
        return raised(error, answer)
    pairs = zip(before, args, strict=True)
    changed = [str(i) for i, (b, a) in enumerate(pairs) if not _same(b, a)]
    kind = type(result).__name__[:200]
    return Outcome("value", arrays, changed, type=kind, counts=counts)


def made(case: tuple[tuple, dict], build: Callable | None) -> tuple[list | tuple, dict]:
    """The arguments and options of a case, fresh: copies, or what `build` makes of them."""
    args, options = [_copy(a) for a in case[0]], {k: _copy(v) for k, v in case[1].items()}
    return (args, options) if build is None else build(*args, **options)


def core(answer: Any) -> Any:
    """The function inside what is wrapped round it: cache, vectorize, partial, wraps."""
    for _ in range(20):
        inner = getattr(answer, "__wrapped__", None)
        if isinstance(answer, np.vectorize):
            inner = answer.pyfunc
        elif isinstance(answer, functools.partial):
            inner = answer.func
        if inner is None or isinstance(answer, type):
            break
        answer = inner
    return answer


def is_stub(answer: object) -> bool:
    """Whether a body does nothing: a docstring, `pass`, `...` or `raise NotImplementedError`.

    A class is one where each of its methods is.
    """
    answer = core(answer)
    if isinstance(answer, type):
        methods = [m for m in vars(answer).values() if isinstance(m, types.FunctionType)]
        return bool(methods) and all(map(is_stub, methods))
    code, doc = getattr(answer, "__code__", None), getattr(answer, "__doc__", None)
    if not isinstance(code, types.CodeType):
        return False
    if code.co_names == ("NotImplementedError",):
        return {i.opname for i in dis.get_instructions(code)} <= _RAISING
    same = any(code.co_code == nothing.__code__.co_code for nothing in (_nothing, _documented))
    return same and set(code.co_consts) <= {None, doc}


_RAISING = {"RESUME", "NOP", "CACHE", "COPY_FREE_VARS", "MAKE_CELL", "LOAD_GLOBAL", "PUSH_NULL"} | {
    "LOAD_CONST",
    "PRECALL",
    "CALL",
    "RAISE_VARARGS",
}


def _nothing() -> None:
    pass


def _documented() -> None:
    """A body that is nothing but this."""


def _copy(value: Any) -> Any:
    if _is_tensor(value):
        return value.detach().clone()
    return value.copy() if isinstance(value, np.ndarray) else value


def _same(before: Any, after: Any) -> bool:
    if not isinstance(before, np.ndarray) and not _is_tensor(before):
        return True
    try:
        if before.shape != after.shape:
            return False
        return np.array_equal(_array(before), _array(after), equal_nan=True)
    except Exception:  # it is no longer what can be looked at
        return False


def _is_tensor(value: object) -> bool:
    """Whether it is one of torch's; this file is read where there may be no torch."""
    torch = sys.modules.get("torch")
    return torch is not None and isinstance(value, torch.Tensor)


def _array(result: Any) -> np.ndarray:
    kind = type(result).__name__
    try:
        array = np.asarray(result.detach() if _is_tensor(result) else result)
    except (ValueError, TypeError, RuntimeError):
        if isinstance(result, list | tuple):
            raise OddResultError(_no_one_array(kind, result)) from None
        if _is_tensor(result):
            of = f"of {result.dtype} on the device {result.device}"
            raise OddResultError(
                f"You return a tensor {of}: its numbers cannot be read. Return floats on the CPU."
            ) from None
        raise
    if array.dtype.kind not in "biufc":
        held = f" of {array.dtype.name}" if isinstance(result, np.ndarray) else ""
        article = "an" if kind.lower().startswith((*"aeiou", "nd")) else "a"
        raise OddResultError(
            f"Your function must return numbers; it returned {article} {kind}{held}."
        )
    return array


def _no_one_array(kind: str, parts: list | tuple) -> str:
    if any(_is_tensor(part) for part in parts):
        return f"You return a {kind} of tensors: torch.stack or torch.cat makes one tensor of them."
    try:
        shapes = list(dict.fromkeys(str(np.shape(part)) for part in parts))
        differ = f" have different shapes, {' and '.join(shapes[:2])}: they"
    except Exception:  # what is in it differs in itself
        differ = ""
    return f"You return a {kind} whose parts{differ} do not make one array."


def raised(error: BaseException, answer: object, home: str = "") -> Outcome:
    """The Outcome of an exception, with the line of the answer (of the file `home`) it came by."""
    home = home or _home(answer)
    frames = traceback.extract_tb(error.__traceback__)
    # Never a line of ours: a builder's or a probe's says nothing to a student.
    own = [f for f in frames if f.filename == home]
    own = own or [f for f in frames[-1:] if not f.filename.startswith(HERE)]
    kind = "raised"
    if isinstance(error, NotImplementedError) and _is_the_stubs(error, home):
        kind = "stub" if is_stub(answer) else "left in"
    elif isinstance(error, TypeError) and len(frames) == 1 and core(answer) is answer:
        kind = "signature"  # it failed at the call itself, before its first line
    cheated = isinstance(error, CallsReferenceError)  # a kind of ValueError counts as ValueError:
    name = next(c.__name__ for c in type(error).__mro__ if c.__module__ == "builtins")
    file, line = (own[-1].filename, own[-1].lineno or 0) if own else ("", 0)
    return Outcome(kind, {}, [], name, _text(error)[:300], file, line, cheated)


def _is_the_stubs(error: BaseException, home: str) -> bool:
    """Whether a `raise` in the answer's own file raised it; torch has errors of this type too."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None:
        return False
    code = trace.tb_frame.f_code
    return code.co_filename == home and code.co_code[trace.tb_lasti] == dis.opmap["RAISE_VARARGS"]


def _home(answer: object) -> str:
    """The file that a function, or the methods of a class, were written in."""
    answer = core(answer)
    parts = [answer, *(vars(answer).values() if isinstance(answer, type) else ())]
    codes = (getattr(p, "__code__", None) for p in parts)
    return next((c.co_filename for c in codes if isinstance(c, types.CodeType)), "")


def _text(error: BaseException) -> str:
    try:
        return "" if error.args == (None,) else str(error)  # exit() says None
    except BaseException:  # an exception whose own text fails: say nothing about it
        return ""


# ---- what stands in the worker where the notebook has something else ---------------------------


def calls_reference(*_args: object, **_options: object) -> None:
    """Stands where the reference of this exercise stood."""
    global cheated
    cheated = True
    raise CallsReferenceError("calls the reference")


cheated = False  # so that `except: pass` around the call does not hide it


def cached(function: Callable, maxsize: int | None, typed: bool) -> Callable:
    """A function with functools.lru_cache round it, which does not travel by itself."""
    return functools.lru_cache(maxsize=maxsize, typed=typed)(function)

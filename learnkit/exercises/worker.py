"""The process that runs an answer: one answer, one process, and nothing of the judge in it.

A check starts this file as a script, ahead of need. It reads one answer with its inputs, runs
it on each, and writes plain arrays: dtype, shape, bytes, nothing that anybody would unpickle.
What the answer may do to it (exit, hang, crash, print, eat memory) ends here.

The notebook's side imports the same file for `run_case`, so that the reference and the answer
are run by the same lines. At the top level it needs the standard library and NumPy alone.
"""

import contextlib
import importlib
import json
import os
import struct
import sys
import tempfile
import traceback
import types
import warnings
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from typing import Any, BinaryIO

import numpy as np

MEMORY = 2 << 30  # bytes an answer may take on top of what the worker holds
OUTPUT = 64 << 20  # bytes of results a case may have
PRINTED = 16 << 20  # bytes of print() kept on disk; the report shows the first 2,000


class CallsReferenceError(Exception):
    """The answer called learnkit's own solution of this very exercise."""


class OddResultError(TypeError):
    """What came back is not what was promised; the message is a sentence for the student."""


@dataclass
class Outcome:
    """What an answer did on a case; `kind` is value, none, odd, big, raised, signature or stub."""

    kind: str
    arrays: dict[str, np.ndarray] = field(default_factory=dict)
    changed: list[str] = field(default_factory=list)  # positions of arguments changed in place
    type: str = ""  # of the result, or of the exception
    message: str = ""
    file: str = ""
    line: int = 0
    cheated: bool = False


def run_case(
    answer: Callable,
    case: tuple[tuple, dict],
    build: Callable | None = None,
    probe: Callable | None = None,
) -> Outcome:
    """Calls `answer` on copies of a case's arrays, and says what came of it; never raises."""
    args, options = [_copy(a) for a in case[0]], {k: _copy(v) for k, v in case[1].items()}
    if build is not None:
        args, options = build(*args, **options)
    before, run_case.running = [_copy(a) for a in args], answer  # a probe may call it once more
    try:
        result = answer(*args, **options)
        if result is None or result is Ellipsis:
            return Outcome("stub" if is_stub(answer) or result is Ellipsis else "none")
        arrays = probe(result, *args, **options) if probe else {"": _array(result)}
        arrays = {k: _array(v) for k, v in arrays.items()}
        if sum(a.nbytes for a in arrays.values()) > OUTPUT:
            return Outcome("big")
        arrays = {k: np.array(a, order="C") for k, a in arrays.items()}
    except OddResultError as error:
        return Outcome("odd", message=str(error))
    except BaseException as error:  # exit() and KeyboardInterrupt are answers too
        return _raised(error, _home(answer))
    pairs = zip(before, args, strict=True)
    changed = [str(i) for i, (b, a) in enumerate(pairs) if not _same(b, a)]
    return Outcome("value", arrays, changed, type=type(result).__name__)


def is_stub(answer: Callable) -> bool:
    """Whether a function's body does nothing at all: a docstring, `pass` or `...`."""
    code, doc = getattr(answer, "__code__", None), getattr(answer, "__doc__", None)
    if code is None:
        return False
    same = any(code.co_code == nothing.__code__.co_code for nothing in (_nothing, _documented))
    return same and set(code.co_consts) <= {None, doc}


def _nothing():
    pass


def _documented():
    """A body that is nothing but this."""


def _copy(value: object) -> object:
    if _is_tensor(value):
        return value.detach().clone()
    return value.copy() if isinstance(value, np.ndarray) else value


def _same(before: object, after: object) -> bool:
    if not isinstance(before, np.ndarray) and not _is_tensor(before):
        return True
    if before.shape != after.shape:
        return False
    return np.array_equal(_array(before), _array(after), equal_nan=True)


def _is_tensor(value: object) -> bool:
    """Whether it is one of torch's; this file is read where there may be no torch."""
    torch = sys.modules.get("torch")
    return torch is not None and isinstance(value, torch.Tensor)


def _array(result: object) -> np.ndarray:
    array = np.asarray(result.detach() if _is_tensor(result) else result)
    if array.dtype.kind not in "biufc":
        kind = type(result).__name__
        raise OddResultError(f"Your function must return numbers; it returned a {kind}.")
    return array


def _home(answer: object) -> str:
    """The file that a function, or the methods of a class, were written in."""
    parts = [answer, *(vars(answer).values() if isinstance(answer, type) else ())]
    return next((p.__code__.co_filename for p in parts if hasattr(p, "__code__")), "")


def _raised(error: BaseException, home: str) -> Outcome:
    frames = traceback.extract_tb(error.__traceback__)
    own = [f for f in frames if f.filename == home] or frames[-1:]
    kind = "raised"
    if isinstance(error, NotImplementedError) and "not implemented for '" not in _text(error):
        kind = "stub"  # torch raises it too, over an operation that a type does not have
    elif isinstance(error, TypeError) and len(frames) == 1:
        kind = "signature"  # it failed at the call itself, before its first line
    cheated = isinstance(error, CallsReferenceError)  # a kind of ValueError counts as ValueError:
    name = next(c.__name__ for c in type(error).__mro__ if c.__module__ == "builtins")
    file, line = own[-1].filename, own[-1].lineno or 0
    return Outcome(kind, {}, [], name, _text(error)[:300], file, line, cheated)


def _text(error: BaseException) -> str:
    try:
        return "" if error.args == (None,) else str(error)  # exit() says None
    except BaseException:  # an exception whose own text fails: say nothing about it
        return ""


# ---- on the wire -------------------------------------------------------------------------------


def write_frame(stream: BinaryIO, *parts: bytes) -> None:
    """Writes parts as one frame: their total length in 8 bytes, then the bytes."""
    stream.write(struct.pack("<Q", sum(map(len, parts))))
    for part in parts:
        stream.write(part)
    stream.flush()


def read_frame(stream: BinaryIO) -> bytes | None:
    """One frame, or None where the stream ends before it does."""
    head = stream.read(8)
    if len(head) < 8:
        return None
    (length,) = struct.unpack("<Q", head)
    body = stream.read(length)
    return body if len(body) == length else None


def pack(outcome: Outcome) -> tuple[bytes, ...]:
    """An outcome as bytes: a line of JSON, then each array as it lies in memory."""
    head = asdict(outcome)
    arrays = [(k, a.dtype.str, a.shape, a.tobytes()) for k, a in outcome.arrays.items()]
    head["arrays"] = [(k, dtype, shape) for k, dtype, shape, _ in arrays]
    return (json.dumps(head).encode() + b"\n", *(data for *_, data in arrays))


def unpack(frame: bytes) -> Outcome:
    """The outcome that `pack` packed. Raises ValueError where the bytes are no outcome."""
    line, _, data = frame.partition(b"\n")
    head, offset = json.loads(line), 0
    arrays = {}
    for key, dtype, shape in head.pop("arrays"):
        kind = np.dtype(dtype)
        count = int(np.prod(shape, dtype=np.int64))
        arrays[key] = np.frombuffer(data, kind, count, offset).reshape(shape).copy()
        offset += count * kind.itemsize
    return Outcome(arrays=arrays, **head)


# ---- the process -------------------------------------------------------------------------------


def calls_reference(*_args: object, **_options: object) -> None:
    """Stands where the reference of this exercise stood."""
    global cheated
    cheated = True
    raise CallsReferenceError("calls the reference")


cheated = False  # so that `except: pass` around the call does not hide it


def exercise(answer: object = None) -> object:
    """What `@exercise` is in here: nothing."""
    return answer


def _hide_the_judge() -> None:
    """Puts an empty learnkit.exercises in place of the one that knows the answers."""
    package = types.ModuleType("learnkit.exercises")
    package.__path__ = []
    package.exercise = exercise
    exercise.__module__ = "learnkit.exercises"
    sys.modules["learnkit.exercises"] = package
    sys.modules["learnkit.exercises.worker"] = sys.modules["__main__"]


def _in_one_line(message: object, category: type, file: str, line: int, text: object = None) -> str:
    return f"warning: {message} (line {line})\n"


def _limit_memory(extra: int) -> None:
    """Where the system can (not Windows): an address space of what is held now, and `extra`."""
    with contextlib.suppress(ImportError, OSError, ValueError, AttributeError):
        import resource

        resource.setrlimit(resource.RLIMIT_FSIZE, (PRINTED, PRINTED))
        with open("/proc/self/statm") as statm:  # macOS has none, and ignores the limit anyway
            held = int(statm.read().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (held + extra, held + extra))


def _load(order: dict[str, Any], blob: bytes) -> tuple:
    """The answer, and what to run it with; its reference is taken out of the library first.

    A file may call the other exercises by name, as a notebook can: `others` are bound before it.
    """
    import cloudpickle

    for module, name in order["hidden"]:
        setattr(importlib.import_module(module), name, calls_reference)
    sys.path.extend(p for p in order["path"] if p not in sys.path)
    answer, cases, build, probe, others = cloudpickle.loads(blob)
    if order["source"] is not None:
        module = types.ModuleType("answer")
        sys.modules["answer"] = module
        vars(module).update(others)
        exec(compile(order["source"], order["file"], "exec"), module.__dict__)
        answer = getattr(module, order["name"])
    return answer, cases, build, probe


def _outcomes(order: dict[str, Any], blob: bytes) -> Iterator[Outcome]:
    try:
        answer, cases, build, probe = _load(order, blob)
    except BaseException as error:
        outcome = _raised(error, order["file"])
        outcome.kind = "unread"
        yield outcome
        return
    for one in cases:
        outcome = run_case(answer, one, build, probe)
        outcome.cheated = cheated
        yield outcome


def main() -> None:
    """Reads one order from standard input, writes outcomes to what was standard output."""
    wire = os.fdopen(os.dup(1), "wb")
    printed = tempfile.TemporaryFile()
    for descriptor in (1, 2):  # what the answer prints goes to a file, not into the results
        os.dup2(printed.fileno(), descriptor)
    for module in ("cloudpickle", "learnkit.shapes", *sys.argv[1:]):
        importlib.import_module(module)
    _hide_the_judge()
    warnings.formatwarning = _in_one_line
    write_frame(wire, b"ready")
    order, blob = read_frame(sys.stdin.buffer), read_frame(sys.stdin.buffer)
    if order is None or blob is None:  # the notebook is gone
        os._exit(0)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)  # input() finds an end at once
    _limit_memory(MEMORY)
    for outcome in _outcomes(json.loads(order), blob):
        write_frame(wire, *pack(outcome))
    with contextlib.suppress(Exception):  # a closed stdout is the answer's own affair
        sys.stdout.flush()
    printed.seek(0)
    write_frame(wire, b"printed\n", printed.read(2000))
    os._exit(0)


if __name__ == "__main__":
    main()

"""The notebook's end of the workers: one stands ready, is used once, and is replaced.

Starting Python and NumPy takes a quarter of a second, so the next worker starts while the
student reads the last verdict. A worker that does not answer in time is killed, with all that
it started.
"""

import atexit
import contextlib
import ctypes
import importlib
import inspect
import io
import json
import os
import queue
import signal
import subprocess
import sys
import threading
import time
import types
from collections.abc import Callable
from itertools import product
from pkgutil import iter_modules

import cloudpickle

from learnkit import byhand, models
from learnkit.exercises import worker
from learnkit.exercises.index import EXERCISES
from learnkit.exercises.table import Exercise, find
from learnkit.exercises.worker import Outcome, read_frame, unpack, write_frame

START = 30.0  # seconds a worker may take to be ready, on a machine that is busy
NOT_FOUND_THERE = ("ModuleNotFoundError", "ImportError", "AttributeError")
_ready: dict[tuple[str, ...], subprocess.Popen] = {}


class CannotTravelError(Exception):
    """The answer holds something that no other process can be given, such as an open file."""


def warm(prewarm: tuple[str, ...] = ()) -> None:
    """Starts a worker ahead of need, where none stands ready."""
    if prewarm not in _ready:
        _ready[prewarm] = _start(prewarm)


def ask(
    exercise: Exercise, answer: Callable | None, source: str | None = None, file: str = ""
) -> tuple[list[Outcome], str]:
    """What an answer (or the source that defines it) did on each case, and what it printed.

    Raises CannotTravelError where the answer cannot be sent.
    """
    blob = _pickled(exercise, answer, others={} if source is None else _others(exercise))
    process = _take(exercise.prewarm)
    try:
        outcomes, printed = _conversation(process, exercise, blob, source, file)
    finally:
        _stop(process)
    first = outcomes[0]
    if source is None and first.kind == "unread" and first.type in NOT_FOUND_THERE:
        if "learnkit.exercises" not in first.message:  # that one is hidden on purpose
            raise CannotTravelError(f"{first.type}: {first.message}")
    return outcomes, printed


def run_here(exercise: Exercise, answer: Callable) -> list[Outcome]:
    """The answer in this very process, under a timer: for what cannot travel."""
    outcomes: list[Outcome] = []
    thread = threading.Thread(target=lambda: outcomes.extend(exercise.run(answer)), daemon=True)
    thread.start()
    thread.join(exercise.seconds)
    if thread.is_alive():  # ends a loop of Python; one inside C goes on until the kernel restarts
        ctypes.pythonapi.PyThreadState_SetAsyncExc(
            ctypes.c_ulong(thread.ident), ctypes.py_object(KeyboardInterrupt)
        )
        return [Outcome("late")]
    return outcomes


def _start(prewarm: tuple[str, ...]) -> subprocess.Popen:
    quiet = {"OMP_NUM_THREADS": "1", "CUDA_VISIBLE_DEVICES": "", "MPLBACKEND": "agg"}
    late = ["torch._dynamo"] if "torch" in prewarm else []  # an optimizer's first call takes 2 s
    return subprocess.Popen(
        [sys.executable, "-I", worker.__file__, *prewarm, *late],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**os.environ, **quiet},
        start_new_session=True,
    )


def _take(prewarm: tuple[str, ...]) -> subprocess.Popen:
    process = _ready.pop(prewarm, None)
    if process is None or process.poll() is not None:
        process = _start(prewarm)
    warm(prewarm)
    return process


def _stop(process: subprocess.Popen) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError, OSError):
        if hasattr(os, "killpg"):
            os.killpg(process.pid, signal.SIGKILL)  # and whatever the answer started
        else:
            process.kill()
    with contextlib.suppress(OSError):
        process.stdin.close()
    process.wait()


@atexit.register
def _stop_all() -> None:
    while _ready:
        _stop(_ready.popitem()[1])


def _conversation(
    process: subprocess.Popen, exercise: Exercise, blob: bytes, source: str | None, file: str
) -> tuple[list[Outcome], str]:
    beside = [os.path.dirname(os.path.abspath(file))] if source else []
    order = {
        "hidden": _homes(exercise),
        "path": [*filter(None, sys.path), *beside],
        "source": source,
        "file": file,
        "name": exercise.name,
    }
    frames: queue.Queue[bytes | None] = queue.Queue()

    def send() -> None:
        with contextlib.suppress(OSError, ValueError):  # it died: the reader will say so
            write_frame(process.stdin, json.dumps(order).encode())
            write_frame(process.stdin, blob)

    def receive() -> None:
        with contextlib.suppress(OSError, ValueError):
            while (frame := read_frame(process.stdout)) is not None:
                frames.put(frame)
        frames.put(None)

    for task in (receive, send):
        threading.Thread(target=task, daemon=True).start()
    outcomes: list[Outcome] = []
    with contextlib.suppress(queue.Empty):
        if frames.get(timeout=START) is None:
            return [Outcome("ended")], ""
    end = time.monotonic() + exercise.seconds
    while True:
        try:
            frame = frames.get(timeout=max(0.0, end - time.monotonic()))
            if frame is not None and frame.startswith(b"printed\n"):
                return outcomes, frame[8:].decode(errors="replace")
            outcomes.append(Outcome("ended") if frame is None else unpack(frame))
        except queue.Empty:
            outcomes.append(Outcome("late"))
        except (ValueError, KeyError, TypeError, AttributeError):  # it wrote to the wire itself
            outcomes.append(Outcome("ended"))
        if len(outcomes) > len(exercise.cases):  # it forked, and two of it answer
            return [Outcome("ended")], ""
        if outcomes[-1].kind in ("ended", "late", "big", "unread"):
            return outcomes, ""


def _homes(exercise: Exercise) -> list[tuple[str, str]]:
    """Where the library keeps what this exercise asks for: the worker takes it out there.

    A reference of the tables is in no module that a worker has; but learnkit.byhand, and for an
    exercise in torch learnkit.models, may hold what has the exercise's name, and in more modules
    than one.
    """
    homes = {(exercise.reference.__module__, exercise.reference.__name__)}
    rooms = [byhand, models] if "torch" in exercise.prewarm else [byhand]
    modules = [f"{room.__name__}.{m.name}" for room in rooms for m in iter_modules(room.__path__)]
    for module, end in product(modules, ("", "_loops")):  # a definition by loops is an answer, too
        name = exercise.name + end
        if hasattr(importlib.import_module(module), name):
            homes.add((module, name))
    return sorted(home for home in homes if not home[0].startswith("learnkit.exercises"))


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
            table = str(thing.__module__).startswith("learnkit.exercises.lesson_")
            if stands_in_for is not None or (table and hasattr(thing, "__wrapped__")):
                return super().reducer_override(bare(thing))
        if type(thing).__module__.startswith("IPython.core.autocall"):
            return getattr, (sys, "exit")  # IPython's own `exit` holds the whole shell
        return super().reducer_override(thing)


def bare(function: types.FunctionType) -> types.FunctionType:
    """A copy that travels by value, without its attributes: a stand-in's hold the answer itself."""
    function = inspect.unwrap(function)  # a run that checks shapes wraps it in what cannot travel
    code, names = function.__code__, function.__globals__
    copy = types.FunctionType(
        code, names, function.__name__, function.__defaults__, function.__closure__
    )
    copy.__module__, copy.__kwdefaults__ = "__main__", function.__kwdefaults__
    copy.__doc__ = function.__doc__
    return copy


def _others(exercise: Exercise) -> dict[str, Callable]:
    """The references of the other exercises up to this lesson, by name."""
    last = EXERCISES[exercise.name]
    others = {
        name: find(name).reference
        for name, lesson in EXERCISES.items()
        if lesson <= last and name != exercise.name
    }
    return {n: o if isinstance(o, type) else bare(o) for n, o in others.items()}


def _pickled(exercise: Exercise, answer: Callable | None, others: dict[str, Callable]) -> bytes:
    stream = io.BytesIO()
    cases = [(c.args, c.options) for c in exercise.cases]
    try:
        _Pickler(stream, exercise).dump((answer, cases, exercise.build, exercise.probe, others))
    except Exception as error:  # pickling runs the objects' own code: anything may come
        raise CannotTravelError(f"{type(error).__name__}: {error}") from error
    return stream.getvalue()

"""The notebook's end of the workers: one stands ready, is used once, and is replaced.

Starting Python and NumPy takes a quarter of a second, so the next worker starts while the
student reads the last verdict. A worker whose time is up is ended, with all that it started.
"""

import atexit
import contextlib
import ctypes
import json
import os
import queue
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from learnkit.exercises.sandbox import forkserver, gpu, limits, processes
from learnkit.exercises.sandbox.parcel import CannotTravelError, hidden, pickled
from learnkit.exercises.sandbox.processes import (
    CannotJudgeError,
    Clock,
    NotLoadedError,
    NotStartedError,
    OverTimeError,
)
from learnkit.exercises.sandbox.wire import (
    HEAD,
    IMPORTED,
    IMPORTS,
    Outcome,
    read_frame,
    unpack,
    write_frame,
)
from learnkit.exercises.table import Exercise

GARBLED = b"garbled"  # stands in the queue for what was no frame
_ready: dict[tuple[str, ...], processes.Worker] = {}


@dataclass(frozen=True)
class Ran:
    """What an answer did on each case, what it printed, and where it would fail on a GPU."""

    outcomes: list[Outcome]
    printed: str = ""
    on_a_gpu: str = ""


def warm(prewarm: tuple[str, ...] = ()) -> None:
    """Starts a worker ahead of need, where none stands ready and one can be started.

    One that has died while it stood there (a machine short of memory kills it) is replaced.
    """
    if not _stands_ready(prewarm):
        with contextlib.suppress(CannotJudgeError):  # whoever asks for it will be told
            _ready[prewarm] = processes.start(prewarm)


def ask(
    exercise: Exercise,
    answer: Callable | None,
    source: str | None = None,
    file: str = "",
    *,
    before: str = "",
) -> Ran:
    """What an answer (or the source that defines it) did on each case.

    `before` is source that runs ahead of the other, as an earlier cell does.

    Raises CannotTravelError where the answer cannot be sent, and CannotJudgeError where no
    worker can do its work.
    """
    blob = pickled(exercise, answer, None if source is None else f"{before}\n{source}")
    try:
        ran = _ask(exercise, blob, source, file, before)
    except NotStartedError:  # once more: a machine may be short of memory for a moment
        ran = _ask(exercise, blob, source, file, before)
    first = ran.outcomes[0]
    if source is None and first.kind == "unread":
        if "learnkit.exercises" not in first.message:  # that one is hidden on purpose
            raise CannotTravelError(f"{first.type}: {first.message}")
    return ran


def run_here(exercise: Exercise, answer: Callable) -> Ran:
    """The answer in this very process, under a timer: for what cannot travel.

    What it compiles (torch.compile) or imports first cannot be told apart: it has time for both.
    """
    seconds = exercise.seconds + limits.LOADING
    outcomes: list[Outcome] = []
    thread = threading.Thread(target=lambda: outcomes.extend(exercise.run(answer)), daemon=True)
    thread.start()
    ident = thread.ident or 0  # it has one, now that it has started
    end = time.monotonic() + limits.BACKSTOP * exercise.seconds
    while thread.is_alive() and _cpu_of(ident) < seconds and time.monotonic() < end:
        thread.join(0.05)
    if thread.is_alive():  # ends a loop of Python; one inside C goes on until the kernel restarts
        ctypes.pythonapi.PyThreadState_SetAsyncExc(
            ctypes.c_ulong(ident), ctypes.py_object(KeyboardInterrupt)
        )
        return Ran([Outcome("late" if time.monotonic() < end else "asleep")])
    return Ran(outcomes or [Outcome("ended")])


def _cpu_of(ident: int) -> float:
    """The seconds a thread has computed; without such a clock (Windows) none, and wall counts."""
    with contextlib.suppress(OSError, AttributeError):
        return time.clock_gettime(time.pthread_getcpuclockid(ident))
    return 0.0


def _stands_ready(prewarm: tuple[str, ...]) -> bool:
    """Whether a worker does, alive; what is left of a dead one is cleared away."""
    if prewarm in _ready and _ready[prewarm].process.poll() is not None:
        processes.stop(_ready.pop(prewarm))
    return prewarm in _ready


def _take(prewarm: tuple[str, ...]) -> processes.Worker:
    worker = _ready.pop(prewarm) if _stands_ready(prewarm) else processes.start(prewarm)
    warm(prewarm)
    return worker


@atexit.register
def _stop_all() -> None:
    while _ready:
        processes.stop(_ready.popitem()[1])
    forkserver.stop_all()


def _ask(exercise: Exercise, blob: bytes, source: str | None, file: str, before: str) -> Ran:
    beside = [os.path.dirname(os.path.abspath(file))] if source is not None else []
    path = [*(p for p in sys.path if p and isinstance(p, str)), *beside]
    order = ordered(exercise, path, source, file, before)
    return told(_take(exercise.prewarm), order, blob, exercise)


def ordered(
    exercise: Exercise, path: list[str], source: str | None, file: str, before: str = ""
) -> bytes:
    """What a worker is told to do; `path` is where it may look for modules besides its own."""
    order = {
        "hidden": hidden(exercise),
        "path": path,
        "before": before,
        "source": source,
        "file": file,
        "name": exercise.name,
        "on a gpu": exercise.name in gpu.ASKED_OF,
    }
    return json.dumps(order).encode()


def told(worker: processes.Worker, order: bytes, blob: bytes, exercise: Exercise) -> Ran:
    """What the worker makes of an order; the worker has ended then.

    Raises CannotJudgeError where it can do none of its work.
    """
    try:
        return _conversation(worker, _frames(worker, order, blob), exercise)
    finally:
        processes.stop(worker)


def _frames(worker: processes.Worker, order: bytes, blob: bytes) -> queue.Queue:
    """Sends an order, and receives all that the worker says to it, up to a limit."""
    frames: queue.Queue[bytes | None] = queue.Queue()
    stdin, stdout, _ = worker.pipes

    def send() -> None:
        with contextlib.suppress(OSError, ValueError):  # it died: the reader will say so
            write_frame(stdin, order)
            write_frame(stdin, blob)

    def receive() -> None:
        left = 2 * (
            HEAD + limits.OUTPUT
        )  # bytes for all it says; a right answer needs a few thousand
        try:
            while (frame := read_frame(stdout, left)) is not None:
                frames.put(frame)
                left -= len(frame) + 1000
        except ValueError:  # also where the pipe is closed already, and nobody listens
            frames.put(GARBLED)
        except (OSError, MemoryError):
            pass
        frames.put(None)

    for task in (receive, send):
        threading.Thread(target=task, daemon=True).start()
    return frames


def _conversation(worker: processes.Worker, frames: queue.Queue, exercise: Exercise) -> Ran:
    try:
        first = _next(frames, Clock(worker, limits.START))
    except OverTimeError:
        raise CannotJudgeError("Python and its libraries took too long to start") from None
    if first != b"ready":
        processes.stop(worker)  # before it is asked how it ended
        raise NotStartedError(f"Python could not start: {worker.last_words}")
    try:
        frame = _next(frames, Clock(worker, limits.LOADING))
    except OverTimeError as error:
        slow = (
            f"computed for more than {limits.LOADING:g} seconds"
            if error.kind == "late"
            else "waited"
        )
        raise NotLoadedError(f"what your answer imports {slow} before it could run") from None
    if frame != b"loaded":
        return Ran([_outcome(frame)])
    outcomes: list[Outcome] = []
    printed = on_a_gpu = ""
    clock = Clock(worker, exercise.seconds)
    try:
        while len(outcomes) < len(exercise.cases):
            outcomes.append(_outcome(_next(frames, clock)))
            if outcomes[-1].kind in ("ended", "garbled", "big", "unread"):
                return Ran(outcomes)
        while True:  # now it is judged, and only asked what else there is to say
            head, _, text = (_next(frames, clock) or b"printed\n").partition(b"\n")
            if head == b"printed":
                printed = text.decode(errors="replace")
                break
            if head != b"gpu":  # it forked, and two of it answer
                return Ran([Outcome("garbled")])
            on_a_gpu = text.decode(errors="replace")
    except OverTimeError as error:
        if len(outcomes) < len(exercise.cases):
            outcomes.append(Outcome(error.kind))
    return Ran(outcomes, printed, on_a_gpu)


def _next(frames: queue.Queue, clock: Clock) -> bytes | None:
    while True:
        try:
            frame = frames.get(timeout=clock.pause())
        except queue.Empty:
            clock.look()
            continue
        if frame == IMPORTS:
            clock.extra = clock.imported + limits.LOADING
        elif frame is not None and frame.startswith(IMPORTED):
            clock.imported = clock.extra = min(clock.imported + _seconds(frame), limits.LOADING)
        else:
            return frame


def _seconds(frame: bytes) -> float:
    """What a worker says an import took; of a number that cannot be, nothing is believed."""
    try:
        seconds = float(frame.removeprefix(IMPORTED))
    except ValueError:
        return 0.0
    return seconds if 0 <= seconds <= limits.LOADING else 0.0


def _outcome(frame: bytes | None) -> Outcome:
    """What a frame says that should be an outcome."""
    if frame is None:
        return Outcome("ended")
    if frame.startswith(b"unable\n"):
        raise CannotJudgeError(frame[7:].decode(errors="replace"))
    try:
        return unpack(frame)
    except ValueError:  # the answer wrote to the wire itself
        return Outcome("garbled")

"""Workers as processes: started, clocked, and ended with all that they have started.

A worker's time is the CPU time of its processes, so that a busy machine takes nothing from it.
Wall time is a backstop twenty times as long, for what sleeps.
"""

import contextlib
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from typing import IO, ClassVar

import psutil

from learnkit.exercises.sandbox import forkserver, inside, limits
from learnkit.exercises.sandbox.forkserver import ForkedProcess

SETTINGS = {  # of every process in which an answer runs
    "OMP_NUM_THREADS": "1",
    "CUDA_VISIBLE_DEVICES": "",
    "MPLBACKEND": "agg",
    "TORCHDYNAMO_DISABLE": "1",  # torch.compile takes half a minute, and changes no number
}
GRACE = 3.0  # wall seconds in which a watch may end its children


class CannotJudgeError(Exception):
    """The checker could not do its work; the message is a sentence, and no word on the answer."""


class NotStartedError(CannotJudgeError):
    """No worker came to be ready."""


class NotLoadedError(CannotJudgeError):
    """What an answer needs did not come to its end before the answer could run."""


@dataclass
class Worker:
    """A process, and the end of the pipe by which its watch knows that it is wanted.

    `patience` is how long nobody looks at what it uses, in wall seconds.
    """

    patience: ClassVar[float] = 1.0

    process: subprocess.Popen | ForkedProcess
    lifeline: int | None
    last_words: str = ""  # why it died, where it was never ready: known once it is stopped

    @property
    def pipes(self) -> list[IO[bytes]]:
        """Its standard input, output and error."""
        process = self.process
        return [p for p in (process.stdin, process.stdout, process.stderr) if p is not None]

    def tree(self) -> list[psutil.Process]:
        """The process and its descendants; none where it has ended."""
        try:
            first = psutil.Process(self.process.pid)
            if isinstance(self.process, ForkedProcess) and self.process.unborn:
                return [first]  # the server, whose children are others
            return [first, *first.children(recursive=True)]
        except psutil.Error:
            return []

    def too_large(self) -> bool:
        """Whether it has to end for what its processes hold together: never, in a notebook."""
        return False

    def has_left_some(self) -> bool:
        """Whether it ended without ending what it had started: in a notebook nobody could tell."""
        return False

    def end(self) -> None:
        """Kills it, and all that it has started, where it did not end when it was told to."""
        for one in self.tree()[1:]:
            with contextlib.suppress(psutil.Error):
                one.kill()  # psutil looks first whether it is the same process still
        with contextlib.suppress(ProcessLookupError, PermissionError, OSError):
            if hasattr(os, "killpg"):
                os.killpg(self.process.pid, signal.SIGKILL)
            else:
                self.process.kill()


def start(modules: tuple[str, ...]) -> Worker:
    """A new worker, which imports `modules` ahead. Raises NotStartedError where none can be."""
    path = os.pathsep.join(_library_folders())
    environment = {
        **os.environ,
        **SETTINGS,
        inside.PATH: path,
    }
    late = ["torch._dynamo"] if "torch" in modules else []  # an optimizer's first call takes 2 s
    theirs: int | None = None
    ours: int | None = None
    try:
        if sys.platform == "linux":
            theirs, ours = map(forkserver.above_streams, os.pipe())
        if theirs is not None:
            return Worker(forkserver.fork((*modules, *late), environment, theirs), ours)
        watch = [] if theirs is None else [theirs]
        process = subprocess.Popen(
            [
                *(sys.executable, "-I", inside.__file__),
                *map(str, watch),
                *inside.AHEAD,
                *modules,
                *late,
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=environment,
            start_new_session=True,
            pass_fds=watch,
        )
    except (OSError, ValueError, TypeError, IndexError) as error:  # sys.executable may be None
        if ours is not None:
            os.close(ours)
        raise NotStartedError(f"no process can be started ({error})") from error
    finally:
        if theirs is not None:
            os.close(theirs)
    return Worker(process, ours)


def _library_folders() -> list[str]:
    """Where this process finds its libraries; not the folder that the lesson lies in."""
    own = {"", os.path.dirname(os.path.abspath(sys.argv[0])) if sys.argv else ""}
    with contextlib.suppress(OSError):  # it may have been deleted
        own.add(os.getcwd())
    return [p for p in sys.path if isinstance(p, str) and p not in own]


def stop(worker: Worker) -> None:
    """Ends a worker, and all that it has started."""
    process = worker.process
    if worker.lifeline is not None:
        os.close(worker.lifeline)
        worker.lifeline = None
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(GRACE)
    if process.returncode is None or worker.has_left_some():  # not reaped: the pid is its own
        worker.end()
    process.wait()
    worker.last_words = worker.last_words or _last_words(worker)
    for pipe in worker.pipes:
        with contextlib.suppress(OSError, ValueError):
            pipe.close()


def _last_words(worker: Worker) -> str:
    """The last line that it wrote before its output went elsewhere, else its exit status."""
    words = worker.process.said if isinstance(worker.process, ForkedProcess) else b""
    with contextlib.suppress(OSError, ValueError, AttributeError):  # Windows has it since 3.12
        errors = worker.pipes[2]
        os.set_blocking(errors.fileno(), False)
        words += errors.read(1 << 16) or b""
    lines = words.decode(errors="replace").strip().splitlines()
    return lines[-1].strip()[:300] if lines else f"exit status {worker.process.returncode}"


class OverTimeError(Exception):
    """A worker's time is up: `kind` is late (it computed all the while), asleep or ended."""

    def __init__(self, kind: str):
        """`kind` is the outcome's."""
        super().__init__(kind)
        self.kind = kind


class Clock:
    """Counts a worker's CPU time from now on, and the wall time for the backstop."""

    def __init__(self, worker: Worker, seconds: float):
        """Begins to count; `seconds` of CPU time there are."""
        self.worker, self.seconds = worker, seconds
        self.used = self.imported = 0.0
        self.extra = 0.0  # for imports in the midst of a case: what they took, or may take now
        self.before = self._cpu()
        self.began = time.monotonic()

    def pause(self) -> float:
        """How long to wait before the next look: never much longer than what is left."""
        left = min(self.seconds + self.extra - self.used, self._end() - time.monotonic())
        return min(max(left, 0.02), self.worker.patience)

    def look(self) -> None:
        """Raises OverTimeError where the time is up, and CannotJudgeError where none was had."""
        self.used = max(self.used, self._cpu() - self.before)
        if self.worker.too_large():
            raise OverTimeError("ended")
        if self.used >= self.seconds + self.extra:
            raise OverTimeError("late")
        if time.monotonic() >= self._end():
            if any(_is_running(p) for p in self.worker.tree()):
                raise CannotJudgeError(
                    f"this computer is so busy that it came to {self.used:.1f} s of computing in "
                    f"{time.monotonic() - self.began:.0f} s"
                )
            raise OverTimeError("asleep")

    def _end(self) -> float:
        return self.began + limits.BACKSTOP * (self.seconds + self.extra)

    def _cpu(self) -> float:
        total = 0.0
        for one in self.worker.tree():
            with contextlib.suppress(psutil.Error):
                times = one.cpu_times()
                ended = getattr(times, "children_user", 0) + getattr(times, "children_system", 0)
                total += times.user + times.system + ended
        return total


def _is_running(process: psutil.Process) -> bool:
    try:
        return process.status() == psutil.STATUS_RUNNING
    except psutil.Error:
        return False

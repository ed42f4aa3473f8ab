"""One bubblewrap a submission: its answers see Python and learnkit, and no more of the machine.

Inside, Python, NumPy and torch are imported once, and each answer runs in a fork of its own. It
has no network, no other processes to see, a small /tmp, and of learnkit.exercises what runs an
answer. CPU time decides, as in a notebook; a user of its own holds the number of processes.
"""

import contextlib
import os
import shutil
import signal
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

import psutil

import learnkit
from learnkit.exercises.sandbox import forkserver, inside, processes, workers
from learnkit.exercises.sandbox.parcel import pickled
from learnkit.exercises.sandbox.processes import CannotJudgeError, NotStartedError
from learnkit.exercises.sandbox.workers import Ran
from learnkit.exercises.table import Exercise
from learnkit.grading.transplant import Answer

TOGETHER = 4 << 30  # bytes that all processes of one submission may hold
SCRATCH = 64 << 20  # bytes in /tmp
SYSTEM = ["/usr", "/lib", "/lib64", "/bin", "/sbin"]
SYSTEM += ["/etc/alternatives", "/etc/ld.so.cache", "/etc/localtime"]
LISTED = any(Path("/proc/self/task").glob("*/children"))  # whether Linux was built to do so
FIRST_USER = 2_000_000  # a user of their own for the answers of each grader, where root starts it
CURE = (
    "install bubblewrap (Debian, Ubuntu: apt install bubblewrap); Ubuntu 24.04 and later: sudo "
    "sysctl kernel.apparmor_restrict_unprivileged_userns=0; Docker: run the container with "
    "--security-opt seccomp=unconfined --cap-add SYS_ADMIN --security-opt apparmor=unconfined. "
    "Where none of this can be: learnkit grade --unsafe, inside a container that holds nothing else"
)


class CannotConfineError(RuntimeError):
    """Bubblewrap cannot run here; the message says why and what to do."""


class Runner(Protocol):
    """What runs the answers of one submission."""

    def ask(self, task: Exercise, answer: Answer) -> Ran:
        """What the answer did on each case of the exercise. Raises CannotJudgeError."""


class Unsafe:
    """Runs answers as this very user, in processes of their own: for a student's own machine."""

    def ask(self, task: Exercise, answer: Answer) -> Ran:
        """What the answer did on each case. Raises CannotJudgeError."""
        return workers.ask(task, None, answer.source, answer.file, before=answer.before)


class Sandbox:
    """A bubblewrap that stands until its block ends; raises CannotConfineError over none."""

    def __init__(self, modules: Sequence[str] = ()):
        """`modules` are imported before the first answer comes, such as torch."""
        program = shutil.which("bwrap")
        if program is None:
            raise CannotConfineError(f"bubblewrap (bwrap) is not here: {CURE}")
        script = str(Path(__file__).with_name("inside.py"))
        user = FIRST_USER + os.getpid()
        worker = [inside.__file__, os.readlink("/proc/self/ns/pid"), str(user)]
        command = [program, *_walls(), sys.executable, "-I", script, *worker]
        self.command = [*command, "serve", "{socket}", "cloudpickle", *modules]

    def __enter__(self) -> Self:
        """Starts it; what it imports is on its way when this returns."""
        self.server = forkserver.ForkServer(self.command, _environment())
        return self

    def __exit__(
        self, kind: type | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Ends it, with all that runs in it."""
        self.server.stop()

    def ask(self, task: Exercise, answer: Answer) -> Ran:
        """What the answer did on each case. Raises CannotJudgeError, CannotConfineError."""
        blob = pickled(task, None, f"{answer.before}\n{answer.source}")
        order = workers.ordered(task, [], answer.source, answer.file, answer.before)
        try:
            return workers.told(self._worker(), order, blob, task)
        except NotStartedError as error:
            if self.server.process.poll() is not None:
                raise CannotConfineError(f"bubblewrap cannot run here ({error}): {CURE}") from None
            raise

    def _worker(self) -> "Confined":
        if self.server.process.poll() is not None:  # an answer has brought it down
            self.server.stop()
            self.server = forkserver.ForkServer(self.command, _environment())
        theirs, ours = map(forkserver.above_streams, os.pipe())
        try:
            return Confined(self.server.fork(theirs), ours, server=self.server)
        except OSError as error:
            os.close(ours)
            raise NotStartedError(f"no process can be started ({error})") from error
        finally:
            os.close(theirs)


class Confined(processes.Worker):
    """A worker whose pids are those of another namespace: it is seen and ended from outside."""

    patience = 0.2

    def __init__(
        self, process: forkserver.ForkedProcess, lifeline: int, *, server: forkserver.ForkServer
    ):
        """Its server is that of one submission."""
        super().__init__(process, lifeline)
        self.server = server

    def tree(self) -> list[psutil.Process]:
        """All that runs in the bubblewrap; other answers have ended."""
        found: list[psutil.Process] = []
        for pid in _descendants(self.server.process.pid):
            with contextlib.suppress(psutil.Error):
                found.append(psutil.Process(pid))
        return found

    def too_large(self) -> bool:
        """Whether the processes hold more than TOGETHER."""
        held = 0
        for one in self.tree():
            with contextlib.suppress(psutil.Error):
                held += one.memory_info().rss
        return held > TOGETHER

    def has_left_some(self) -> bool:
        """Whether its watch was killed, so that what it watched over may go on."""
        return self.process.returncode == -signal.SIGKILL

    def end(self) -> None:
        """Ends the bubblewrap: with it goes every process of its namespace."""
        self.server.stop()


def _descendants(pid: int) -> Iterator[int]:
    """The processes below one, as Linux lists them: without a look at all others."""
    if not LISTED:
        with contextlib.suppress(psutil.Error):
            yield from (one.pid for one in psutil.Process(pid).children(recursive=True))
        return
    for path in Path(f"/proc/{pid}/task").glob("*/children"):
        with contextlib.suppress(OSError):  # it has just ended
            for child in map(int, path.read_text().split()):
                yield child
                yield from _descendants(child)


def trouble() -> str:
    """Why no sandbox can be had here; "" where one can. A real answer runs in one."""
    from learnkit.exercises.table import find  # here: to ask is rare

    task = find("invert")
    answer = Answer("invert", "to run", source="def invert(image):\n    return 1 - image")
    try:
        with Sandbox() as sandbox:
            ran = sandbox.ask(task, answer)
    except (CannotConfineError, CannotJudgeError) as error:
        return str(error)
    except OSError as error:
        return f"{error}: {CURE}"
    fits = [o.kind for o in ran.outcomes] == ["value"] * len(task.cases)
    return "" if fits else f"an answer that is right ended as {ran.outcomes[-1].kind}: {CURE}"


def _walls() -> list[str]:
    """Bubblewrap's options: what can be seen, and what cannot."""
    home = Path(learnkit.__file__).resolve().parent
    seen = [Path(p).resolve() for p in (sys.prefix, sys.base_prefix, *sys.path) if _is_library(p)]
    options = ["--die-with-parent", "--new-session", "--hostname", "sandbox"]
    options += ["--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts"]
    options += ["--unshare-cgroup-try"]
    if os.getuid() == 0:  # inside.py gives these two back, and root with them
        options += ["--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID"]
    else:
        options += ["--unshare-user"]
    options += ["--proc", "/proc", "--dev", "/dev", "--perms", "1777", "--size", str(SCRATCH)]
    options += ["--tmpfs", "/tmp", "--chdir", "/tmp"]
    for folder in SYSTEM:
        options += ["--ro-bind-try", folder, folder]
    parents = {parent for path in [*seen, home] for parent in path.parents}
    for parent in sorted(parents):  # bubblewrap would make them so that nobody else may pass
        options += ["--perms", "0755", "--dir", str(parent)]
    for path in [*seen, home]:
        options += ["--ro-bind", str(path), str(path)]
    exercises, grading = home / "exercises", home / "grading"
    options += ["--tmpfs", str(exercises), "--tmpfs", str(grading)]
    for kept in (exercises / "sandbox", grading / "inside.py"):
        options += ["--ro-bind", str(kept), str(kept)]
    return [*options, "--remount-ro", str(exercises), "--remount-ro", str(grading)]


def _is_library(folder: str) -> bool:
    """Python's own folders, and those where packages are installed; never the one stood in."""
    path = Path(folder)
    named = path.name in ("site-packages", "dist-packages")
    return path.is_dir() and (folder in (sys.prefix, sys.base_prefix) or named)


def _environment() -> dict[str, str]:
    """What an answer finds there: nothing of the grader's own."""
    home = Path(learnkit.__file__).resolve().parent.parent
    folders = [str(home), *(p for p in sys.path if _is_library(p))]
    return {
        "PATH": "/usr/bin:/bin",
        "HOME": "/tmp",
        "LANG": "C.UTF-8",
        "USER": "student",
        "MPLCONFIGDIR": "/tmp",
        "OPENBLAS_NUM_THREADS": "1",
        **processes.SETTINGS,
        "PYTHONDONTWRITEBYTECODE": "1",
        inside.PATH: os.pathsep.join(folders),
    }

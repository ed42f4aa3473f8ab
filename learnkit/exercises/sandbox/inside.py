"""The process that runs an answer: one answer, one process, and nothing of the judge in it.

A check starts this file as a script, ahead of need. It reads one answer with its inputs, runs
it on each, and writes plain arrays. What the answer may do to it (exit, hang, crash, print, eat
memory) ends here. On Linux the process is two: the one that the notebook knows runs no answer;
it stays to end whatever the other one has started, also what has left its group or its parent.
"""

import contextlib
import os
import select
import signal
import socket
import sys
import time
import types


def serve(asked: int, modules: list[str]) -> tuple[int, int]:
    """Imports `modules` and forks a worker at each word from the socket `asked`; see forkserver.py.

    Returns in each worker, with its lifeline and where its watch tells of it.
    """
    with contextlib.suppress(Exception):  # the worker meets the same, and its words are heard
        import_ahead(modules)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # so that no child of its own stays a zombie
    with socket.socket(fileno=asked) as ask:
        while True:
            word, descriptors, *_ = socket.recv_fds(ask, 16, 6)
            if not word:  # the notebook is gone
                os._exit(0)
            if os.fork() == 0:
                break
            for descriptor in descriptors:
                os.close(descriptor)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.setsid()
    *streams, news, lifeline = descriptors[:5]
    for folder in descriptors[5:]:
        os.fchdir(folder)
        os.close(folder)
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    if "numpy.random" in sys.modules:  # a new process draws anew, as Python's own generator does
        sys.modules["numpy.random"].seed()
    return lifeline, news


def watch(lifeline: int, news: int | None = None) -> None:
    """Forks: the child returns and runs the answer; the parent keeps watch and never returns.

    `lifeline` is the end of a pipe whose other end the notebook holds. When that is closed, or
    the notebook is gone, the watch ends all that descends from it, and then itself. Whatever
    loses its parent becomes the watch's child (PR_SET_CHILD_SUBREAPER), so it only ever ends
    children of its own that nobody has reaped: a pid cannot have become somebody else's.
    To `news` it tells its pid, and at its end the exit status.
    """
    with contextlib.suppress(Exception):  # where the system has no such word, orphans get away
        import ctypes

        ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)  # PR_SET_CHILD_SUBREAPER
    runner = os.fork()
    if runner == 0:
        os.close(lifeline)
        if news is not None:
            os.close(news)
        return
    tell(news, os.getpid())
    nothing = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):  # the runner alone holds the ends of the notebook's pipes
        os.dup2(nothing, descriptor)
    woken, wakes = os.pipe()
    os.set_blocking(wakes, False)
    signal.set_wakeup_fd(wakes)
    signal.signal(signal.SIGCHLD, lambda *_: None)  # no child's end wakes it up but by the pipe
    status = None
    while lifeline not in select.select([lifeline, woken], [], [])[0]:
        os.read(woken, 64)
        status = _reap(runner, status)[0]
    signal.set_wakeup_fd(-1)
    some_left = True
    for _ in range(1000):  # each round ends the children, and inherits theirs
        for pid in _children():
            with contextlib.suppress(OSError):
                os.kill(pid, signal.SIGKILL)
        status, some_left = _reap(runner, status)
        if not some_left:
            break
        time.sleep(0.002)
    status = (status or 0) & 0xFF
    tell(news, status)
    os._exit(status)


def tell(news: int | None, number: int) -> None:
    """A line for the notebook, where it listens."""
    if news is not None:
        with contextlib.suppress(OSError):
            os.write(news, b"%d\n" % number)


def _reap(runner: int, status: int | None) -> tuple[int | None, bool]:
    """Takes note of each child that has ended: the runner's exit status, and if any is left."""
    try:
        while True:
            pid, ended = os.waitpid(-1, os.WNOHANG)
            if pid == 0:
                return status, True
            status = os.waitstatus_to_exitcode(ended) if pid == runner else status
    except ChildProcessError:
        return status, False


def _children() -> list[int]:
    """The processes whose parent this one is."""
    found, parent = [], str(os.getpid())
    for name in os.listdir("/proc"):
        with contextlib.suppress(OSError, IndexError):
            if name.isdigit():
                with open(f"/proc/{name}/stat", "rb") as stat:
                    # the name of the program, in brackets, may hold anything
                    after = stat.read().rpartition(b")")[2].split()
                if after[1].decode() == parent:
                    found.append(int(name))
    return found


def find_learnkit() -> None:
    """Makes this very learnkit importable, but of learnkit.exercises the sandbox alone.

    Python was started with -I: no file that lies beside the lesson is taken for a library's. The
    folder of this learnkit, and where the notebook finds its libraries, come last in the path.
    """
    here = os.path.dirname(os.path.abspath(__file__))
    home = os.path.dirname(os.path.dirname(os.path.dirname(here)))
    sys.path.insert(0, home)
    import learnkit

    sys.path.remove(home)
    sys.path += [p for p in (home, *os.environ.get(PATH, "").split(os.pathsep)) if p]
    os.environ.pop(PATH, None)
    sandbox = types.ModuleType("learnkit.exercises.sandbox")
    sandbox.__path__ = [here]
    exercises = types.ModuleType("learnkit.exercises")
    exercises.__path__ = []
    vars(exercises)["sandbox"], vars(learnkit)["exercises"] = sandbox, exercises
    sys.modules["learnkit.exercises"] = exercises
    sys.modules["learnkit.exercises.sandbox"] = sandbox


PATH = "LEARNKIT_WORKER_PATH"
AHEAD = ("cloudpickle", "numpy.random", "learnkit.shapes")  # what answers of lessons are made of


def import_ahead(modules: list[str]) -> None:
    """What a worker needs before it can be ready."""
    find_learnkit()
    import importlib

    here = "learnkit.exercises.sandbox"
    for module in (f"{here}.conversation", *modules):
        importlib.import_module(module)


if __name__ == "__main__":
    if len(sys.argv) > 2 and sys.argv[1] == "serve":
        watch(*serve(int(sys.argv[2]), sys.argv[3:]))
        del sys.argv[1:3]
    elif len(sys.argv) > 1 and sys.argv[1].isdigit():
        watch(int(sys.argv.pop(1)))
    if "learnkit.exercises" not in sys.modules:
        find_learnkit()
    from learnkit.exercises.sandbox import conversation

    conversation.main(sys.argv[1:])

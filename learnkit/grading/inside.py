"""What bubblewrap starts: one process that takes its last rights away, and then forks workers.

It runs as a script, where of learnkit.grading this file alone can be seen.
"""

import contextlib
import ctypes
import os
import resource
import runpy
import sys

PROCESSES = 64  # also threads, that the answers of one submission have at a time
FILES = 256  # open at a time
CPU = 600  # seconds a process: a last resort, if nobody counts any more
NOT_DUMPABLE = 4  # prctl's PR_SET_DUMPABLE


def main(worker: str, namespace: str, user: int, *arguments: str) -> None:
    """Confines this process, and becomes the fork server of the script `worker`.

    `namespace` is that of the grader's processes, `user` who to be where this is root.
    """
    if os.readlink("/proc/self/ns/pid") == namespace:
        sys.exit("it would run among the grader's own processes; only learnkit grade starts it")
    limit(resource.RLIMIT_CORE, 0)
    limit(resource.RLIMIT_NOFILE, FILES)
    limit(resource.RLIMIT_CPU, CPU)
    if os.getuid() == 0:
        os.setgroups([])
        os.setgid(user)
        os.setuid(user)
    limit(resource.RLIMIT_NPROC, PROCESSES)  # which root is not held to
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(NOT_DUMPABLE, 0, 0, 0, 0)  # no answer may look into the server
    sys.argv = [worker, *arguments]
    runpy.run_path(worker, run_name="__main__")


def limit(what: int, most: int) -> None:
    """Lowers a limit, for good; one that is lower already stays."""
    _, hard = resource.getrlimit(what)
    most = most if hard == resource.RLIM_INFINITY else min(most, hard)
    resource.setrlimit(what, (most, most))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), *sys.argv[4:])

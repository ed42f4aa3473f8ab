"""How many threads a lesson may use, so that it stays quick beside other programs.

NumPy's and torch's threads wait for one another by spinning. Where they outnumber the free cores,
each waits for another that is not running, and a step takes ten times as long. So products of
matrices, small ones in this course, run on one thread. Torch gets half of the cores, at most four:
on two cores a second thread makes a step 1.2 times as quick where nothing else runs, and ten times
as slow beside one busy program (docs/decisions/0009-threads.md has the table).

Who sets OMP_NUM_THREADS or one of the others has decided, and nothing is touched.
"""

import math
import os
import sys
from collections.abc import MutableMapping
from pathlib import Path

PRODUCTS = ("OPENBLAS_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")
TORCH = ("OMP_NUM_THREADS", "MKL_NUM_THREADS")  # torch takes MKL's number for its own
SPIN = "GOMP_SPINCOUNT"  # how often a thread of GNU's OpenMP looks before it sleeps
MOST = 4  # the networks of the lessons are too small for more


def cores(system: Path = Path("/")) -> int:
    """The cores that this process may use: by its affinity and by the quota of its cgroups."""
    if hasattr(os, "sched_getaffinity"):
        count = len(os.sched_getaffinity(0))
    else:
        count = os.cpu_count() or 1
    return max(1, math.floor(min(count, quota(system))))


def quota(system: Path = Path("/")) -> float:
    """The cores that a cgroup (version 1 or 2), or one above it, grants; infinite for none."""
    least = math.inf
    for folder in _cgroups(system):
        try:
            if (folder / "cpu.max").is_file():
                granted, period = (folder / "cpu.max").read_text().split()
            else:
                granted = (folder / "cpu.cfs_quota_us").read_text()
                period = (folder / "cpu.cfs_period_us").read_text()
            if granted.strip() not in ("max", "-1"):
                least = min(least, int(granted) / int(period))
        except (OSError, ValueError, ZeroDivisionError):  # this level says nothing
            continue
    return least


def for_a_lesson() -> int:
    """Torch's threads in a lesson: half of the cores, at most MOST, fewer where others are busy."""
    return max(1, min(cores() // 2, MOST, _free()))


def for_a_training() -> int:
    """Torch's threads in `learnkit train`: all free cores but one, which stays for the others."""
    return max(1, min(cores() - 1, _free()))


def is_set(environment: MutableMapping[str, str] = os.environ) -> bool:
    """Whether somebody, or torchrun, has chosen the threads already."""
    return any(name in environment for name in (*TORCH, *PRODUCTS))


def hand_down(count: int, environment: MutableMapping[str, str] = os.environ) -> None:
    """Writes `count` to the environment: for programs and libraries that start from here on."""
    if not is_set(environment):
        environment.update(dict.fromkeys(PRODUCTS, "1") | dict.fromkeys(TORCH, str(count)))
        environment.setdefault(SPIN, "10000")


def fit() -> None:
    """Fits the libraries of this process, those that are loaded and those that will be."""
    if is_set():
        return
    from threadpoolctl import threadpool_limits

    count = for_a_lesson()
    hand_down(count)
    threadpool_limits(1, user_api="blas")
    if "torch" in sys.modules:
        sys.modules["torch"].set_num_threads(count)


def _free() -> int:
    """The cores that nobody used in the last minute; all where the system does not tell."""
    try:
        return math.floor(max(1.0, (os.cpu_count() or 1) - os.getloadavg()[0]))
    except (AttributeError, OSError):  # Windows
        return sys.maxsize


def _cgroups(system: Path) -> list[Path]:
    """The folders of this process's cgroups and of those above them, as far as they can be seen."""
    try:
        lines = (system / "proc/self/cgroup").read_text().splitlines()
    except OSError:  # not Linux
        return []
    folders = []
    for line in lines:
        _, controllers, path = line.split(":", 2)
        if not controllers:
            mounts = ("", "unified")  # version 2, alone or beside version 1
        elif "cpu" in controllers.split(","):
            mounts = (controllers, "cpu")
        else:
            continue
        own = Path(path.lstrip("/"))
        for mount in mounts:
            folders += [system / "sys/fs/cgroup" / mount / at for at in (own, *own.parents)]
    return folders

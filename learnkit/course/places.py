"""What `learnkit doctor` asks of the student's folders, and of this machine's own network.

`learnkit lab` needs a place for the lessons, one for Jupyter's files, one for what is temporary,
and a port to listen on. And a file of the student's may hide a library that has the same name.
"""

import os
import shutil
import socket
import sys
import tempfile
from collections.abc import Iterator
from importlib.machinery import PathFinder
from pathlib import Path

from learnkit.course import home
from learnkit.course.finding import Finding
from learnkit.course.lab import DEFAULT_FOLDER
from learnkit.exercises.progress import lab_folder

WORK_DISK = 1e9  # bytes: lessons, their outputs, a data set
HARMLESS = {"learnkit", "test", "this", "antigravity"}  # no lesson imports Python's own of these


def disk_check() -> Iterator[Finding]:
    """Where the lessons are, or would be: it can be written to, and has room."""
    folder = lab_folder() or Path(DEFAULT_FOLDER).absolute()
    if reason := home.unwritable(folder):
        cure = "go to a folder of your own, or name one: learnkit lab DIR"
        yield Finding("disk", "fail", reason, cure)
        return
    free = shutil.disk_usage(next(f for f in (folder, *folder.parents) if f.exists())).free
    line = f"{free / 1e9:.1f} GB free here"
    if free >= WORK_DISK:
        yield Finding("disk", "ok", line)
    else:
        yield Finding("disk", "warn", line, "make room: lessons with their outputs may need 1 GB")


def home_check() -> Iterator[Finding]:
    """Where Jupyter keeps its own files; `learnkit lab` can do without, others cannot."""
    if reason := home.trouble():
        cure = (
            "nothing for `learnkit lab`, which keeps Jupyter's files in its own folder; to open a "
            "lesson in another way, name a folder that is yours: export HOME=DIR"
        )
        yield Finding("home", "warn", reason, cure)
    else:
        yield Finding("home", "ok", "Jupyter can keep its files there")


def temporary_check() -> Iterator[Finding]:
    """A folder for temporary files, which every check of an exercise needs."""
    try:
        yield Finding("temporary files", "ok", tempfile.gettempdir())
    except OSError:
        cure = "name a folder that you can write to: export TMPDIR=DIR"
        yield Finding("temporary files", "fail", "no folder for them can be written to", cure)


def network_check() -> Iterator[Finding]:
    """The machine's own address, over which the browser and the kernels are spoken to."""
    try:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
    except OSError as error:
        cure = (
            "switch the loopback interface on (ip link set lo up), or ask whoever runs the machine"
        )
        line = f"nothing can listen on 127.0.0.1 ({error.strerror})"
        yield Finding("network", "fail", line, cure)
    else:
        yield Finding("network", "ok", "JupyterLab can listen on 127.0.0.1; no other is needed")


def hiding_check() -> Iterator[Finding]:
    """No file of the student's has the name of a library, which Python would then load instead."""
    own = lab_folder() or Path(DEFAULT_FOLDER)
    found = sorted({path for folder in (Path.cwd(), own.resolve()) for path in hiding(folder)})
    for path in found:
        yield Finding("your files", "fail", hides(path), rename(path))
    if not found:
        yield Finding("your files", "ok", "none hides a library")


def hiding(folder: Path) -> list[Path]:
    """The files and packages in `folder` that Python would load in place of a library."""
    try:
        entries = list(folder.iterdir())
    except OSError:
        return []
    modules = [path for path in entries if path.suffix == ".py"]
    packages = [path for path in entries if (path / "__init__.py").is_file()]
    return sorted(path for path in modules + packages if is_library(path.stem))


def is_library(name: str) -> bool:
    """Whether Python itself or an installed package has a module of that name.

    >>> is_library("random"), is_library("torch"), is_library("my_random")
    (True, True, False)
    """
    if name in HARMLESS or name in sys.stdlib_module_names:
        return name not in HARMLESS
    installed = [path for path in sys.path if Path(path).name in ("site-packages", "dist-packages")]
    spec = PathFinder.find_spec(name, installed)
    return spec is not None and spec.origin is not None


def hides(path: Path) -> str:
    """What is wrong with a file that has a library's name."""
    return f"{_short(path)} hides the library {path.stem} from every lesson beside it"


def rename(path: Path) -> str:
    """What to do about it."""
    return f"rename it, for example to my_{path.name}, and restart the kernel"


def _short(path: Path) -> str:
    inside = path.is_relative_to(Path.cwd())
    return os.fspath(path.relative_to(Path.cwd())) if inside else os.fspath(path)

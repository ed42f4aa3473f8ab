"""A home for Jupyter, where the user has none: containers, service accounts, full or foreign disks.

Jupyter, IPython and matplotlib keep files in the user's home, and end with a traceback where there
is none. `learnkit lab` then lends them a folder within the student's own.
"""

import getpass
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

from learnkit.exercises.progress import STATE

LENT = Path(STATE, "home")
KEPT = {
    "JUPYTER_CONFIG_DIR": "jupyter",
    "JUPYTER_DATA_DIR": "jupyter/data",
    "JUPYTER_RUNTIME_DIR": "jupyter/runtime",
    "IPYTHONDIR": "ipython",
    "MPLCONFIGDIR": "matplotlib",
}


def trouble() -> str:
    """Why Jupyter cannot keep its files, in a few words; "" where it can."""
    from jupyter_core.paths import jupyter_data_dir, jupyter_runtime_dir

    try:
        home = Path.home()
        folders = [home, Path(jupyter_runtime_dir()), Path(jupyter_data_dir())]
    except RuntimeError:
        return "there is no home folder (HOME is not set)"
    reason = next(filter(None, map(unwritable, folders)), "")
    return (
        f"the home folder {home} is not there, and {reason}"
        if reason and not home.exists()
        else reason
    )


def unwritable(folder: Path) -> str:
    """Why nothing can be written to `folder`, or made above it where it is not there yet.

    >>> unwritable(Path(tempfile.gettempdir()))
    ''
    """
    there = next(f for f in (folder, *folder.parents) if f.exists())
    try:
        with tempfile.TemporaryFile(dir=there) as probe:
            probe.write(b"\0" * 4096)
            probe.flush()
    except OSError as error:
        return f"{there} cannot be written to ({error.strerror})"
    return ""


def lend(home: Path) -> None:
    """Makes `home` the folder of Jupyter, IPython and matplotlib, here and in what starts here.

    HOME itself changes only where the user's own is of no use.
    """
    home.mkdir(parents=True, exist_ok=True)
    os.environ.update({name: str(home / folder) for name, folder in KEPT.items()})
    if not _own_is_of_use():
        os.environ["HOME"] = str(home)
    try:
        getpass.getuser()
    except (KeyError, OSError):  # no entry in the list of users either; torch asks for a name
        os.environ["LOGNAME"] = "student"


@contextmanager
def lent_where_there_is_none() -> Iterator[None]:
    """A home for the length of a `with`, and nothing where the user's own is of use."""
    before = dict(os.environ)
    with tempfile.TemporaryDirectory() if trouble() else nullcontext() as folder:
        if folder is not None:
            lend(Path(folder))
        try:
            yield
        finally:
            if folder is not None:
                os.environ.clear()
                os.environ.update(before)


def _own_is_of_use() -> bool:
    try:
        return not unwritable(Path.home())
    except RuntimeError:
        return False

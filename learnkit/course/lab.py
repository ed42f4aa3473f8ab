"""`learnkit lab`: the lessons into the student's folder, and JupyterLab on the next of them.

What the student wrote is never written over. `.learnkit/pristine/` keeps each lesson as the
course last gave it; where the student's cell sources differ from it, the lesson is theirs, and a
newer one lands beside it. Running a notebook changes outputs and metadata alone: no change.

    student's == pristine, pristine == course's     nothing to do
    student's == pristine, pristine != course's     updated
    student's != pristine, pristine == course's     nothing to do
    student's != pristine, pristine != course's     the course's lands beside, as NAME.new.ipynb
"""

import errno
import json
import os
import socket
import sys
from itertools import count
from pathlib import Path
from typing import NoReturn

import learnkit
from learnkit import threads
from learnkit.course import glossary, home
from learnkit.course.cleaned import FILTER
from learnkit.course.language import of_this_python
from learnkit.exercises.index import EXERCISES
from learnkit.exercises.progress import MARKER, STATE, is_done, read
from learnkit.files import write_whole

DEFAULT_FOLDER = "work"
DEFAULT_PORT = 8888
SETTINGS = Path(STATE, "settings")
LAB_SETTINGS = {  # without it JupyterLab's first words are a question about its news
    "@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": False}
}

LAB_PAGE = {"disabledExtensions": {"@jupyter/nbgrader": True}}  # an instructor's menus

Cells = list[tuple[str, str]]


def lesson_folder() -> Path:
    """Where the lessons lie: a checkout's own `lessons/`, else those inside the package.

    Raises FileNotFoundError where neither is there.
    """
    package = Path(learnkit.__file__).parent
    checkout = package.parent
    if (checkout / "pyproject.toml").is_file() and (checkout / "lessons").is_dir():
        return checkout / "lessons"
    if (package / "lessons").is_dir():
        return package / "lessons"
    raise FileNotFoundError("the lessons are missing from this installation; install it again")


def lesson_names() -> list[str]:
    """File names of the lessons, in order: two digits, then words.

    Raises FileNotFoundError where there is none.
    """
    folder = lesson_folder()
    names = sorted(path.name for path in folder.glob("[0-9][0-9]_*.ipynb"))
    if not names:
        raise FileNotFoundError(
            f"no lessons in {folder}; in a checkout, `make notebooks` makes them"
        )
    return names


def prepare(folder: Path) -> list[str]:
    """Brings the lessons in `folder` up to date; says in sentences what was done, [] for nothing.

    Raises OSError where `folder` cannot be written to, with one sentence; what was copied by then
    is whole, and the next run goes on from there.
    """
    source = lesson_folder()
    names = lesson_names()
    if folder.resolve() == source.resolve():
        raise ValueError(f"{folder} holds the course's own lessons; name another folder for yours")
    done: dict[str, list[str]] = {}
    try:
        (folder / STATE / "pristine").mkdir(parents=True, exist_ok=True)
        (folder / SETTINGS).mkdir(exist_ok=True)
        write_whole(folder / SETTINGS / "overrides.json", json.dumps(LAB_SETTINGS).encode())
        write_whole(folder / SETTINGS / "page_config.json", json.dumps(LAB_PAGE).encode())
        marker = {"made by": "learnkit lab", "version": learnkit.__version__}
        write_whole(folder / MARKER, json.dumps(marker).encode())
        for name in names:
            action = place(source / name, folder)
            done.setdefault(action, []).append(name)
        if (source / glossary.NAME).exists():
            place(source / glossary.NAME, folder)
    except OSError as error:
        raise _explain(error, folder) from error
    done.pop("", None)
    copied = done.pop("copied", [])
    lessons = "1 lesson" if len(copied) == 1 else f"{len(copied)} lessons"
    sentences = [f"{lessons} copied to {folder}."] if copied else []
    return sentences + [f"{name}: {action}." for action in done for name in done[action]]


def place(lesson: Path, folder: Path) -> str:
    """Copies or updates one lesson; what was done, in words, "" for nothing.

    The pristine copy is written last: after an interruption the next run finds the same to do.
    """
    course = lesson.read_bytes()
    pristine = folder / STATE / "pristine" / lesson.name
    given = pristine.read_bytes() if pristine.is_file() else None
    action = _settle(folder / lesson.name, given, course)
    if given != course:
        write_whole(pristine, course)
    return action


def _settle(mine: Path, given: bytes | None, course: bytes) -> str:
    if not mine.exists():
        write_whole(mine, of_this_python(course))
        return "copied" if given is None else "it was gone, and is back"
    student = cells(mine.read_bytes())
    if student is None and given == course:
        return "it cannot be read as a notebook; rename it, and `learnkit lab` brings a new one"
    if student is not None and given is not None and student == cells(given):
        if given == course:
            return ""
        write_whole(mine, of_this_python(course))
        return "updated; you had not changed it"
    if given == course or student == cells(course):
        return ""
    return (
        "you have changed it, so it stays; "
        f"the course's new version lies beside it as {put_beside(mine, course)}"
    )


def put_beside(mine: Path, course: bytes) -> str:
    """Writes the new version under the first free name, unless it has landed before; that name."""
    names = (f"{mine.stem}.new{'' if n == 1 else f'-{n}'}.ipynb" for n in count(1))
    paths = (mine.with_name(name) for name in names)
    path = next(p for p in paths if not p.exists() or cells(p.read_bytes()) == cells(course))
    if not path.exists():
        write_whole(path, of_this_python(course))
    return path.name


def cells(notebook: bytes) -> Cells | None:
    r"""Type and source of each cell, all that a student writes; None for what is no notebook.

    >>> cells(b'{"cells": [{"cell_type": "code", "source": ["a = 1\\n", "a"]}]}')
    [('code', 'a = 1\na')]
    """
    try:
        found = json.loads(notebook)["cells"]
        return [(str(cell["cell_type"]), "".join(cell["source"])) for cell in found]
    except (ValueError, KeyError, TypeError):
        return None


def first_unfinished(folder: Path) -> str:
    """The first lesson with an exercise that is not done; the last lesson once all are."""
    try:
        entries = read(folder)
    except ValueError:  # a damaged tally keeps nobody from the lessons; `learnkit progress` tells
        entries = {}
    names = lesson_names()
    open_lessons = {lesson for name, lesson in EXERCISES.items() if not is_done(entries.get(name))}
    return next((name for name in names if int(name[:2]) in open_lessons), names[-1])


def open_lab(folder: Path, port: int | None = None, *, browser: bool = True) -> NoReturn:
    """Runs JupyterLab on the first unfinished lesson until Ctrl-C, and ends the process with it.

    `port` None takes 8888 or the next that is free. Raises OSError where the port asked for is
    taken.
    """
    if port is not None:
        check_port(port)
    if reason := home.trouble():
        lent = (folder / home.LENT).resolve()
        print(f"Jupyter keeps its files in {lent}: {reason}.", flush=True)
        home.lend(lent)
    threads.hand_down(threads.for_a_lesson())  # to the kernels, through the environment
    from jupyterlab.labapp import LabApp  # a second to import, and only needed here

    print("JupyterLab starts; Ctrl-C in this window ends it.", flush=True)
    status = 0
    try:
        LabApp.launch_instance(lab_arguments(folder, port, browser=browser))
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else 1
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)  # a thread of the server that still waits on a save would never let go


def lab_arguments(folder: Path, port: int | None, *, browser: bool) -> list[str]:
    """JupyterLab's options: on this machine alone, with its token, and no news of its own."""
    folder = folder.resolve()
    options = {
        "ServerApp.root_dir": folder,
        "ServerApp.ip": "localhost",
        "ServerApp.port": DEFAULT_PORT if port is None else port,
        "ServerApp.port_retries": 50 if port is None else 0,
        "ServerApp.open_browser": browser,
        "ServerApp.answer_yes": True,  # Ctrl-C ends it, without a question
        "ServerApp.log_level": "ERROR",
        "LabApp.log_level": "ERROR",
        "LabApp.default_url": f"/lab/tree/{first_unfinished(folder)}",
        "LabApp.workspaces_dir": folder / STATE / "workspaces",  # no tabs of other projects
        "LabApp.app_settings_dir": folder / SETTINGS,
        "LabApp.news_url": None,  # the server asks for none either, whatever the browser wants
        "TemplateExporter.filters": FILTER,  # File > Export > HTML keeps pictures when it sanitizes
        "LabApp.check_for_updates_class": "jupyterlab.NeverCheckForUpdate",
    }
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        options["ServerApp.allow_root"] = True  # containers; Jupyter refuses it elsewhere
    return [f"--{option}={value}" for option, value in options.items()]


def check_port(port: int) -> None:
    """Raises OSError where nothing can listen on `port` of this machine."""
    with socket.socket() as probe:
        if os.name == "posix":  # as Jupyter does: a port left a moment ago is free
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except PermissionError:
            raise OSError(f"port {port} is reserved for the system; take one above 1023") from None
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise
            raise OSError(
                f"port {port} is busy; leave out --port to get the next free one, or name another"
            ) from None


def _explain(error: OSError, folder: Path) -> OSError:
    blocking = next((f for f in (folder, *folder.parents) if f.exists() and not f.is_dir()), None)
    if blocking is not None:
        reason = f"{blocking} is a file"
    else:
        reason = error.strerror or str(error)
    return OSError(
        f"cannot write the lessons to {folder} ({reason}); "
        "name a folder of your own: learnkit lab DIR"
    )

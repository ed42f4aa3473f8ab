"""An instructor's part: `learnkit assign`, `learnkit grade`, and what doctor says of them."""

import argparse
import importlib.util
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

from learnkit.course.arguments import count, lesson_number, points
from learnkit.course.finding import Finding


def add_to(commands: Any) -> None:
    """Adds their options to those of `learnkit`."""
    assign = commands.add_parser(
        "assign",
        help="for instructors: lessons as assignments, in a course folder of nbgrader's",
    )
    assign.add_argument("lessons", metavar="LESSON", nargs="+", type=lesson_number)
    assign.add_argument("--to", metavar="DIR", type=Path, required=True, help="the course folder")
    assign.add_argument(
        "--points",
        metavar="NAME=N,...",
        type=points,
        default={},
        help="default: each one's own",
    )
    assign.add_argument("--bank", metavar="DIR", type=Path, help="exercises of your own as well")
    assign.set_defaults(run=run_assign)

    grade = commands.add_parser(
        "grade",
        help="for instructors: grade what came back, without running any notebook",
        description="Exit status: 0; 1 where a file was refused or could not be judged; 3 where "
        "the command line is wrong.",
    )
    grade.add_argument("course", metavar="DIR", type=Path, help="what learnkit assign wrote")
    grade.add_argument(
        "--from", dest="source", metavar="PATH", type=Path, help="a folder or a zip of submissions"
    )
    grade.add_argument("--assignment", metavar="NAME", help="default: all that were handed out")
    processes = partial(count, of="processes")
    grade.add_argument("--jobs", type=processes, metavar="N", help="default: one process a core")
    grade.add_argument("--dask", metavar="ADDRESS", help="hand the work to this Dask scheduler")
    grade.add_argument("--again", action="store_true", help="also what is in the journal already")
    grade.add_argument("--unsafe", action="store_true", help="without bubblewrap: in a container")
    grade.add_argument("--canvas", metavar="FILE.csv", type=Path, help="fill in Canvas's export")
    grade.add_argument("--column", metavar="NAME", help="Canvas's; default: the assignment's name")
    grade.add_argument("--scale", action="store_true", help="to the LMS's own maximum of points")
    grade.add_argument("--moodle", metavar="FILE.csv", type=Path, help="fill in Moodle's worksheet")
    grade.set_defaults(run=run_grade)


def run_assign(arguments: argparse.Namespace) -> int:
    """Writes the course folder."""
    _needs("nbgrader", "grade")
    from learnkit.course.assign import assign

    return assign(arguments)


def run_grade(arguments: argparse.Namespace) -> int:
    """Grades what came back, under a progress bar."""
    _needs("nbgrader", "grade")
    if arguments.dask:
        _needs("distributed", "dask")
    from learnkit.course.grade import grade

    return grade(arguments)


def _needs(package: str, extra: str) -> None:
    """Raises ValueError where a package of an extra is not installed, and says how to get it."""
    if importlib.util.find_spec(package) is None:
        cure = f'pip install "learnkit-inpainting[{extra}]"'
        raise ValueError(f"{package} is not installed: make instructor, without a checkout {cure}")


def grading_check() -> Iterator[Finding]:
    """A real answer in a real sandbox, where an instructor has installed what grades."""
    if importlib.util.find_spec("nbgrader") is None:
        return
    from learnkit.grading.sandbox import CURE, trouble

    reason = trouble()
    if reason:
        yield Finding("grading", "warn", reason.removesuffix(f": {CURE}"), CURE)
    else:
        yield Finding("grading", "ok", "learnkit grade can start its sandbox")

"""`learnkit check NOTEBOOK.ipynb`: every exercise of a notebook, before it is handed in.

The answers are taken out of the notebook as a grader does it, and judged by the shown cases. Those
that need something hidden in the kernel are told so here, and not when it is too late.
"""

from pathlib import Path

from learnkit.course import pipes
from learnkit.exercises.cells import asked_in
from learnkit.exercises.report import CORRECT, NOT_ATTEMPTED, UNJUDGED, Report
from learnkit.exercises.table import find
from learnkit.grading.autograde import mark
from learnkit.grading.notebook import cells
from learnkit.grading.sandbox import Unsafe
from learnkit.grading.transplant import answers


def check_notebook(path: Path) -> int:
    """Prints a verdict for each exercise, and returns an exit status.

    It is 0 where all are right, 1 where one is wrong or cannot be tried alone, 2 where some are
    not attempted and the rest is right, and 3 where one could not be judged.

    Raises ValueError where the file is no notebook, or holds no exercise.
    """
    found = cells(path.read_bytes())
    names = [name for cell in found if cell.kind == "code" for name in asked_in(cell.source)]
    names = list(dict.fromkeys(names))
    if not names:
        raise ValueError(f"{path} holds no exercise: a cell of one begins with @exercise")
    statuses = set()
    for name, answer in answers(found, names).items():
        its = mark(find(name), answer, Unsafe(), None)
        report = Report(name, its.status, its.reason, its.mistake, example=its.example)
        pipes.tell(str(report))
        statuses.add(its.status)
    return _status(statuses)


def _status(statuses: set[str]) -> int:
    if statuses == {CORRECT}:
        return 0
    if UNJUDGED in statuses:
        return 3
    return 2 if statuses <= {CORRECT, NOT_ATTEMPTED} else 1

"""`learnkit check NOTEBOOK.ipynb`: every exercise of a lesson, before it is handed in.

The answers are taken out of the notebook as a grader does it, and judged by the shown cases. Those
that need something hidden in the kernel are told so here, and not when it is too late.
"""

import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from learnkit.course import pipes
from learnkit.exercises.index import EXERCISES
from learnkit.exercises.report import CORRECT, NOT_ATTEMPTED, UNJUDGED, Report
from learnkit.exercises.table import find
from learnkit.grading.autograde import QUESTION, mark, written_answer
from learnkit.grading.notebook import Cell, cells
from learnkit.grading.sandbox import Unsafe
from learnkit.grading.transplant import answers

LATER = re.compile(r"^@graded_later\b.*\n(?:async +)?(?:def|class)[ \t]+(\w+)", re.M)


def check_notebook(path: Path) -> int:
    """Prints a verdict for each exercise of the notebook's lesson, and returns an exit status.

    It is 0 where all are right, 1 where one is wrong or cannot be tried alone, 2 where some are
    not attempted and the rest is right, and 3 where one could not be judged.

    Raises ValueError where the file is no notebook, or holds no exercise.
    """
    found = cells(path.read_bytes())
    names = _of_its_lesson(found)
    if not names:
        raise ValueError(f"{path} holds no exercise: a cell of one begins with @exercise")
    statuses = set()
    for name, answer in answers(found, names).items():
        its = mark(find(name), answer, Unsafe(), None)
        pipes.tell(str(Report(name, its.status, its.reason, its.mistake, example=its.example)))
        statuses.add(its.status)
    for cell in found:
        for name in LATER.findall(cell.source):
            pipes.tell(f"  {name}: your instructor's own, judged when it is handed in.")
    if any(cell.grade_id == QUESTION for cell in found):
        said = "a person will grade it" if written_answer(found) else "not answered yet"
        pipes.tell(f"  The question about your own picture: {said}.")
    return _status(statuses)


def _of_its_lesson(found: Sequence[Cell]) -> list[str]:
    """The exercises of the lesson that most of the notebook's cells are about."""
    words: Counter[int] = Counter()
    for cell in found:
        named = re.findall(r"^(?:def|class)[ \t]+(\w+)", cell.source, re.M)
        named += [cell.grade_id.removeprefix("check_")]
        words.update(EXERCISES[name] for name in named if name in EXERCISES)
    if not words:
        return []
    lesson = words.most_common(1)[0][0]
    return [name for name, number in EXERCISES.items() if number == lesson]


def _status(statuses: set[str]) -> int:
    if statuses == {CORRECT}:
        return 0
    if UNJUDGED in statuses:
        return 3
    return 2 if statuses <= {CORRECT, NOT_ATTEMPTED} else 1

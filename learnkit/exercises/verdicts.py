"""The last verdict on each exercise, and what stands in where an answer is not correct."""

from typing import Any

from learnkit.exercises.report import Report
from learnkit.exercises.sandbox.parcel import bare
from learnkit.exercises.table import Exercise

_reports: dict[str, Report] = {}


def keep(report: Report) -> None:
    """The last verdict on its exercise is this one now."""
    _reports[report.name] = report


def reports() -> dict[str, Report]:
    """The last verdict on each exercise checked in this process, by name."""
    return dict(_reports)


def stand_in(task: Exercise, yours: object) -> Any:
    """A copy of the reference under the exercise's name, with the student's own as `.yours`."""
    copy: Any
    if isinstance(task.reference, type):
        copy = type(task.name, (task.reference,), {"__doc__": task.reference.__doc__})
    else:
        copy = bare(task.reference)
        copy.__name__ = copy.__qualname__ = task.name
    copy.yours, copy.stands_in_for = yours, task.name
    return copy

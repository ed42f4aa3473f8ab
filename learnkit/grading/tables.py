"""Marks as tables: CSV for people and spreadsheets, JSON for Gradescope.

What is not graded stays blank, and is no 0. A cell that a spreadsheet would take for a formula gets
an apostrophe in front.
"""

import csv
from collections.abc import Iterable, Sequence
from io import StringIO
from typing import Any

from learnkit.exercises.report import CORRECT
from learnkit.grading.autograde import QUESTION
from learnkit.grading.gradebook import Score
from learnkit.grading.marks import GRADED_BY_HAND, Marks

HEAD = ["student", "assignment", "exercise", "points", "most", "status", "reason", "mistake"]
HEAD += ["flags"]
Graded = tuple[str, str, Marks, Score]  # student, assignment, marks, what the gradebook says


def long(graded: Iterable[Graded]) -> str:
    """A row for each exercise of each student."""
    rows: list[Sequence[object]] = [HEAD]
    for student, assignment, marks, score in graded:
        for m in marks.marks:
            about = [m.status, m.reason, m.mistake or "", " ".join(m.flags)]
            rows.append([student, assignment, m.exercise, _number(m.points), m.most, *about])
        status = "waits for a person"
        if score.question is not None:
            status = GRADED_BY_HAND if score.by_a_person else "not attempted"
        rest = score.most - marks.most
        rows.append(
            [student, assignment, QUESTION, _number(score.question), rest, status, "", "", ""]
        )
    return written(rows)


def totals(graded: Iterable[Graded]) -> str:
    """A row for each submission; `waits` says whether a person still has to grade a part of it."""
    head = ["student", "assignment", "points", "most", "waits", "taken off for lateness"]
    rows: list[Sequence[object]] = [head]
    for student, assignment, _, score in graded:
        waits = "yes" if score.waits else ""
        rows.append([student, assignment, score.points, score.most, waits, score.late])
    return written(rows)


def gradescope(marks: Marks) -> dict[str, Any]:
    """What Gradescope reads from results.json."""
    tests = []
    for mark in marks.marks:
        about: dict[str, Any] = {"name": mark.exercise, "max_score": mark.most}
        about |= {"score": mark.points or 0.0, "output": f"{mark.status}. {mark.reason}"}
        if mark.points is not None:  # else neither: a person has to see it
            about["status"] = "passed" if mark.status == CORRECT else "failed"
        tests.append(about)
    return {"score": marks.points, "tests": tests, "visibility": "visible"}


def written(rows: Iterable[Sequence[object]]) -> str:
    """The rows as CSV, each text quoted and none of them a formula."""
    stream = StringIO()
    writer = csv.writer(stream, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\n")
    writer.writerows([_harmless(cell) for cell in row] for row in rows)
    return stream.getvalue()


def _harmless(cell: object) -> object:
    if isinstance(cell, str) and cell.startswith(("=", "+", "-", "@", "\t", "\r")):
        return "'" + cell
    return cell


def _number(points: float | None) -> object:
    return "" if points is None else points

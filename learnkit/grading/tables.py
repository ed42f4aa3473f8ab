"""Marks as tables: our own CSV, and the files of Canvas, Moodle and Gradescope filled in.

What is not graded stays blank, and is no 0. A cell that a spreadsheet would take for a formula gets
an apostrophe in front.
"""

import csv
import re
from collections.abc import Iterable, Mapping, Sequence
from io import StringIO
from pathlib import Path
from typing import Any

from learnkit.exercises.report import CORRECT
from learnkit.grading.autograde import QUESTION
from learnkit.grading.gradebook import Score
from learnkit.grading.marks import Marks

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
        status = "graded by a person" if score.question is not None else "waits for a person"
        if not marks.question:
            status = "not attempted"
        rest = score.most - marks.most
        rows.append(
            [student, assignment, QUESTION, _number(score.question), rest, status, "", "", ""]
        )
    return written(rows)


def totals(graded: Iterable[Graded]) -> str:
    """A row for each submission; `waits` says whether a person still has to grade a part of it."""
    rows: list[Sequence[object]] = [["student", "assignment", "points", "most", "waits"]]
    for student, assignment, _, score in graded:
        rows.append([student, assignment, score.points, score.most, "yes" if score.waits else ""])
    return written(rows)


def canvas(export: Path, scores: Mapping[str, Score], assignment: str) -> tuple[str, list[str]]:
    """Canvas's own gradebook export with the assignment's column; and who is not in it.

    Raises ValueError where the file is no such export.
    """
    rows = _read(export)
    head = rows[0]
    if "Student" not in head or "ID" not in head:
        raise ValueError(f"{export} is no gradebook of Canvas: it has no columns Student and ID")
    column = next((i for i, name in enumerate(head) if name.startswith(assignment)), len(head))
    if column == len(head):
        head.append(assignment)
    left = dict(scores)
    for row in rows[1:]:
        row += [""] * (len(head) - len(row))
        about = dict(zip(head, row, strict=False))
        if about["Student"].strip() == "Points Possible":
            row[column] = row[column] or str(next(iter(scores.values())).most)
            continue
        keys = [about.get(key, "") for key in ("SIS Login ID", "SIS User ID", "ID", "Student")]
        keys.append(_as_canvas_names_files(about["Student"]))
        _fill(row, column, keys, left)
    return written(rows), sorted(left)


def moodle(worksheet: Path, scores: Mapping[str, Score]) -> tuple[str, list[str]]:
    """Moodle's grading worksheet with its grades; and who is not in it.

    Raises ValueError where the file is no such worksheet.
    """
    rows = _read(worksheet)
    head = rows[0]
    if "Grade" not in head or "Full name" not in head:
        raise ValueError(f"{worksheet} is no worksheet of Moodle: Grade and Full name are missing")
    left = dict(scores)
    for row in rows[1:]:
        row += [""] * (len(head) - len(row))
        about = dict(zip(head, row, strict=False))
        mail = about.get("Email address", "")
        number = "".join(re.findall(r"\d+", about.get("Identifier", "")))
        keys = [
            mail,
            mail.partition("@")[0],
            about["Full name"],
            about.get("ID number", ""),
            number,
        ]
        _fill(row, head.index("Grade"), keys, left)
    return written(rows), sorted(left)


def gradescope(marks: Marks) -> dict[str, Any]:
    """What Gradescope reads from results.json."""
    tests = [
        {
            "name": mark.exercise,
            "score": mark.points or 0.0,
            "max_score": mark.most,
            "status": "passed" if mark.status == CORRECT else "failed",
            "output": f"{mark.status}. {mark.reason}",
        }
        for mark in marks.marks
    ]
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


def _fill(row: list[str], column: int, keys: Iterable[str], left: dict[str, Score]) -> None:
    """Puts the score of whoever one of the keys names into the row, where all of it is graded."""
    for key in keys:
        score = left.pop(key, None) if key else None
        if score is not None:
            row[column] = "" if score.waits else f"{score.points:g}"
            return


def _as_canvas_names_files(name: str) -> str:
    """The name `Doe, Jane` as downloaded files have it: doejane."""
    return re.sub(r"\W", "", name).lower()


def _read(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = [row for row in csv.reader(file) if row]
    if not rows:
        raise ValueError(f"{path} is empty")
    return rows

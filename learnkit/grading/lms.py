"""The files of a learning management system, filled in: Canvas's gradebook, Moodle's worksheet.

Each is the system's own export. Of it one column is written, for students whose marks are complete;
everything else comes back as it was, with the same separators, as UTF-8.
"""

import csv
import re
from collections.abc import Iterable, Mapping
from io import StringIO
from pathlib import Path
from typing import Protocol

from learnkit.grading.gradebook import Score

ENCODINGS = ("utf-8-sig", "cp1252")


class LmsFile(Protocol):
    """A file of an LMS; `notes` are sentences for whoever fills it in."""

    name: str
    notes: list[str]

    def fill_in(self, scores: Mapping[str, Score], *, scale: bool = False) -> list[str]:
        """Writes the scores into the rows, and returns the students who have none there."""

    def text(self) -> str:
        """The file as it is now."""


class _Table:
    """Rows of a CSV file, read as spreadsheets write them."""

    def __init__(self, path: Path):
        """Raises ValueError where the file is no table."""
        data = path.read_bytes()
        marked = data.startswith((b"\xff\xfe", b"\xfe\xff"))
        for encoding in ("utf-16",) if marked else ENCODINGS:
            try:
                text = data.decode(encoding)
                break
            except UnicodeDecodeError:
                continue
        else:
            raise ValueError(f"{path} is in an encoding that is not known: save it as CSV, UTF-8")
        first = text.partition("\n")[0]
        self.separator = max(",;\t", key=first.count)
        self.path, self.notes = path, list[str]()
        self.rows = [row for row in csv.reader(StringIO(text), delimiter=self.separator) if row]
        if not self.rows:
            raise ValueError(f"{path} is empty")
        self.head = [name.strip() for name in self.rows[0]]
        for row in self.rows[1:]:
            row += [""] * (len(self.head) - len(row))

    def column(self, *names: str) -> int | None:
        """The place of the first of these names that is a column's."""
        return next((self.head.index(name) for name in names if name in self.head), None)

    def cell(self, row: list[str], *names: str) -> str:
        place = self.column(*names)
        return "" if place is None else row[place].strip()

    def text(self) -> str:
        """The table as CSV."""
        stream = StringIO()
        csv.writer(stream, delimiter=self.separator, lineterminator="\n").writerows(self.rows)
        return stream.getvalue()

    def put(
        self, keys: Iterable[str], place: int, row: list[str], left: dict[str, Score], times: float
    ) -> None:
        """The score of whoever one of the keys names; a row that waits stays as it is."""
        for key in filter(None, keys):
            if (score := left.pop(key, None)) is not None:
                if not score.waits:
                    row[place] = f"{round(score.points * times, 4):g}"
                return


class Canvas(_Table):
    """Canvas's gradebook export, with the column of one assignment."""

    name = "canvas.csv"

    def __init__(self, path: Path, column: str):
        """Raises ValueError where the file is no such export."""
        super().__init__(path)
        if "Student" not in self.head or "ID" not in self.head:
            found = ", ".join(self.head[:6])
            raise ValueError(
                f"{path} is no gradebook of Canvas: it needs Student and ID; it has {found}"
            )
        with_id = re.compile(rf"{re.escape(column)}( \(\d+\))?")  # Canvas adds its own number
        named = [name for name in self.head if with_id.fullmatch(name)]
        if not named:
            self.notes.append(f"It had no column {column}: that is a new one (see --column).")
            self.head.append(column)
            self.rows[0].append(column)
            for row in self.rows[1:]:
                row.append("")
        self.place = self.head.index(named[0] if named else column)

    def fill_in(self, scores: Mapping[str, Score], *, scale: bool = False) -> list[str]:
        """Writes the scores into the rows, and returns the students who have none there."""
        left = dict(scores)
        ours = next((score.most for score in scores.values()), 0.0)
        times = 1.0
        for row in self.rows[1:]:
            student = self.cell(row, "Student")
            if student == "Points Possible":
                row[self.place] = row[self.place] or f"{ours:g}"
                times = _times(row[self.place], ours, scale, self.notes)
                continue
            sortable = re.sub(r"\W", "", student).lower()  # doejane, as in the names of files
            names = [f"{sortable}_{self.cell(row, 'ID')}", self.cell(row, "SIS Login ID")]
            names += [self.cell(row, "SIS User ID"), self.cell(row, "ID"), student]
            self.put(names, self.place, row, left, times)
        return sorted(left)


class Moodle(_Table):
    """Moodle's grading worksheet."""

    name = "moodle.csv"

    def __init__(self, path: Path):
        """Raises ValueError where the file is no such worksheet."""
        super().__init__(path)
        place = self.column("Grade")
        if place is None or self.column("Identifier", "Full name") is None:
            raise ValueError(
                f"{path} is no worksheet of Moodle: it needs Grade, and Identifier or Full name; "
                f"it has {', '.join(self.head[:6])}. Export it with Moodle set to English"
            )
        self.place = place

    def fill_in(self, scores: Mapping[str, Score], *, scale: bool = False) -> list[str]:
        """Writes the scores into the rows, and returns the students who have none there."""
        left = dict(scores)
        ours = next((score.most for score in scores.values()), 0.0)
        first = self.rows[1] if len(self.rows) > 1 else []
        times = _times(self.cell(first, "Maximum Grade"), ours, scale, self.notes) if first else 1.0
        for row in self.rows[1:]:
            number = "".join(re.findall(r"\d+", self.cell(row, "Identifier")))
            mail, full = self.cell(row, "Email address"), self.cell(row, "Full name")
            names = [f"{full}_{number}", mail, mail.partition("@")[0], full]
            names += [self.cell(row, "ID number"), number]
            self.put(names, self.place, row, left, times)
        return sorted(left)


def _times(theirs: str, ours: float, scale: bool, notes: list[str]) -> float:
    """What points are multiplied by, where the LMS's maximum is another one than ours."""
    try:
        most = float(theirs.replace(",", "."))
    except ValueError:
        return 1.0
    if most == ours or not ours:
        return 1.0
    if scale:
        notes.append(f"Points were multiplied by {most:g}/{ours:g}, to its maximum of {most:g}.")
        return most / ours
    notes.append(
        f"Its maximum is {most:g} and ours {ours:g}: points are as they are (--scale rescales)."
    )
    return 1.0

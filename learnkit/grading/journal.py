"""What was graded already: a line of JSON for each submission, appended as soon as it is known.

A line is keyed by a hash of the submission, of the exercises' tables and of the seed. So a run that
was killed goes on where it stopped, and whatever has changed is graded again.
"""

import contextlib
import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import learnkit
from learnkit.files import alone
from learnkit.grading.assignments import Assignment
from learnkit.grading.marks import Marks, from_json


@dataclass(frozen=True)
class Entry:
    """One line: who, what, and the marks."""

    key: str
    student: str
    assignment: str
    marks: Marks


def key(data: bytes, assignment: Assignment) -> str:
    """The hash of all that the marks follow from, but for the points."""
    digest = hashlib.sha256(_tables(assignment.bank, assignment.lesson).encode())
    digest.update(f"\0{assignment.lesson}\0{assignment.seed}\0".encode())
    digest.update(hashlib.sha256(data).digest())
    return digest.hexdigest()


@lru_cache(maxsize=64)
def _tables(bank: str, lesson: int) -> str:
    """The hash of the exercises' tables, and of the code that judges by them."""
    package = Path(learnkit.__file__).parent
    exercises, grading = package / "exercises", package / "grading"
    files = [*exercises.glob("*.py"), *(exercises / "sandbox").glob("*.py"), *grading.glob("*.py")]
    for folder in (exercises, Path(bank)) if bank else (exercises,):
        files += (folder / f"lesson_{lesson:02d}").glob("*")
    digest = hashlib.sha256()
    for path in sorted(f for f in files if f.is_file() and f.suffix != ".pyc"):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


class Journal:
    """The file grading/journal.jsonl of a course, which one process at a time writes to."""

    def __init__(self, folder: Path):
        """Reads nothing yet."""
        self.path = folder / "journal.jsonl"

    def __enter__(self) -> Self:
        """Takes the journal. Raises BlockingIOError where another process has it."""
        self._stack = contextlib.ExitStack()
        try:
            self._stack.enter_context(alone(self.path.with_suffix(".lock")))
        except BlockingIOError:
            raise BlockingIOError(f"{self.path.parent.parent} is being graded already") from None
        self._file = self._stack.enter_context(open(self.path, "ab"))
        if self._file.tell() and not self._ends_with_a_line():
            self._file.write(b"\n")  # killed in the midst of a line: that one is graded again
        return self

    def __exit__(
        self, kind: type | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Gives it back."""
        self._stack.close()

    def write(self, entry: Entry) -> None:
        """Appends an entry, and returns when it is on the disk."""
        plain: dict[str, Any] = {"key": entry.key, "student": entry.student}
        plain |= {"assignment": entry.assignment, "marks": entry.marks.as_json()}
        self._file.write(json.dumps(plain).encode() + b"\n")
        self._file.flush()
        os.fsync(self._file.fileno())

    def entries(self) -> Iterator[Entry]:
        """All entries, the oldest first; a line that cannot be read is left out."""
        if not self.path.exists():
            return
        with self.path.open("rb") as file:
            for line in file:
                with contextlib.suppress(ValueError, KeyError, TypeError):
                    one = json.loads(line)
                    marks = from_json(one["marks"])
                    yield Entry(one["key"], one["student"], one["assignment"], marks)

    def _ends_with_a_line(self) -> bool:
        with self.path.open("rb") as file:
            file.seek(-1, os.SEEK_END)
            return file.read(1) == b"\n"

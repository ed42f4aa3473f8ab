"""What came back, found in whatever form it came: nbgrader's folders, an LMS's download, a zip.

Names and files are a stranger's. No link is followed, nothing is unpacked to where its name says,
and what cannot be taken is listed with its reason. Of each student the last submission counts.
"""

import hashlib
import re
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from learnkit.files import write_whole
from learnkit.grading.received import WHEN, File, files, time_of, when_as_text

STUDENT = re.compile(r"[\w@'-][\w.@' -]{0,98}[\w@'-]|\w")
CANVAS = re.compile(
    r"(?P<student>[^_/]+)_(?:LATE_)?(?P<id>\d+)_\d+_(?P<file>[^/]+?)(?:-\d+)?\.ipynb"
)
MOODLE = re.compile(
    r"(?P<student>[^/]+?)_(?P<id>\d+)_assignsubmission_file_?/?(?P<file>[^/]*)\.ipynb"
)
NAMED = re.compile(r"(?<!\d)\d\d_[a-z]\w*")  # as our assignments are named
INBOUND = re.compile(
    r"(?P<student>[^+/]+)\+(?P<file>[^+/]+)\+(?P<time>[^+/]+)(?:\+[^/]*)?/[^/]+\.ipynb"
)


@dataclass(frozen=True)
class Submission:
    """One notebook of one student; `when` is None where nothing tells."""

    student: str
    assignment: str
    path: Path
    when: datetime | None = None


class Refused(NamedTuple):
    """A file that was not taken, and why."""

    file: str
    reason: str


def collect(
    place: Path, names: Iterable[str], course: Path
) -> tuple[list[Submission], list[Refused]]:
    """The submissions of these assignments in a folder or a zip, as files under submitted/.

    What a newer one replaces there goes to grading/earlier. Raises ValueError where the place is
    neither a folder nor a zip.
    """
    times: dict[tuple[str, str], datetime] = {}
    found: dict[tuple[str, str], Submission] = {}
    refused: list[Refused] = []
    others: list[File] = []
    known = list(names)
    for file in files(place):
        if not file.path.endswith(".ipynb"):
            others.append(file)
            continue
        meant = _submission(file, known)
        if isinstance(meant, Refused):
            refused.append(meant)
            continue
        student, assignment, when = meant
        key, time = (student, assignment), when or datetime.min.replace(tzinfo=UTC)
        if key not in times or time >= times[key]:
            times[key] = time
            found[key] = _kept(course, student, assignment, when, file.data or b"")
    refused += _in_vain(others, {student for student, _ in found}, known)
    return [found[key] for key in sorted(found)], refused


def _in_vain(others: Iterable[File], students: set[str], known: list[str]) -> Iterator[Refused]:
    """The files of those who handed in something, and no notebook."""
    for file in others:
        path = PurePosixPath(file.path)
        as_notebook = str(path.with_name(path.name.partition(".")[0] + ".ipynb"))
        if _meant(as_notebook, known)[0] not in students:
            yield Refused(file.path, file.problem or "it is no notebook (.ipynb)")


def _kept(
    course: Path, student: str, assignment: str, when: datetime | None, data: bytes
) -> Submission:
    """The submission as a file where nbgrader looks for it."""
    folder = course / "submitted" / student / assignment
    path = folder / f"{assignment}.ipynb"
    if path.is_symlink() or not path.exists() or path.read_bytes() != data:
        folder.mkdir(parents=True, exist_ok=True)
        if path.exists() or path.is_symlink():
            earlier = course / "grading" / "earlier" / student
            earlier.mkdir(parents=True, exist_ok=True)
            count = len(list(earlier.glob(f"{assignment}-*.ipynb")))
            shutil.move(path, earlier / f"{assignment}-{count + 1}.ipynb")
        write_whole(path, data)
        if when is not None:
            write_whole(folder / WHEN, when_as_text(when).encode())
    return Submission(student, assignment, path, when)


def _submission(file: File, known: list[str]) -> tuple[str, str, datetime | None] | Refused:
    if file.data is None:
        return Refused(file.path, file.problem)
    student, named, when = _meant(file.path, known)
    assignment = _assignment([named, *PurePosixPath(file.path).parts], known)
    if not STUDENT.fullmatch(student):
        return Refused(file.path, "the name of the student cannot be used as one of a folder")
    if not assignment:
        reason = f"it is not clear which assignment it is: put one of {', '.join(known)} into it"
        return Refused(file.path, reason)
    return student, assignment, when or file.when


def _meant(path: str, known: list[str]) -> tuple[str, str, datetime | None]:
    """The student, what names the assignment, and the time, as a path tells them.

    Two students of an LMS may have one name, so the LMS's number stays with it.
    """
    parts = PurePosixPath(path).parts
    last = "/".join(parts[-2:])
    if found := INBOUND.fullmatch(last):
        return _clean(found["student"]), found["file"], time_of(found["time"])
    lms = MOODLE.fullmatch(last) or MOODLE.fullmatch(parts[-1]) or CANVAS.fullmatch(parts[-1])
    if lms is not None:
        return f"{_clean(lms['student'].strip())}_{lms['id']}", lms["file"], None
    if len(parts) >= 3 and _named_in(parts[-2], known):  # STUDENT/ASSIGNMENT/NAME.ipynb
        return _clean(parts[-3]), parts[-2], None
    if len(parts) >= 2:  # STUDENT/NAME.ipynb, also inside of other folders
        return _clean(parts[-2]), parts[-1], None
    name = parts[-1].removesuffix(".ipynb")
    student = re.sub(r"[_+ -]*\d\d_[a-z_]+$", "", name)  # STUDENT_01_mse_by_hand.ipynb
    return _clean(student), name, None


def _clean(student: str) -> str:
    """The name as that of a folder; where letters must go, a hash keeps two names apart."""
    cleaned = re.sub(r"[^\w.@' -]", "_", student).strip(". -")[:80]
    if cleaned == student or not cleaned.strip("_"):
        return cleaned
    return f"{cleaned}_{hashlib.sha256(student.encode('utf-8', 'replace')).hexdigest()[:6]}"


def _named_in(part: str, known: list[str]) -> str:
    """The assignment that a part of a path names, in full or by its number; "" for none."""
    number = part.removesuffix(".ipynb").lstrip("0") or part
    return next((n for n in known if n in part or number == n[:2].lstrip("0")), "")


def _assignment(parts: list[str], known: list[str]) -> str:
    """The assignment that a part of the path names.

    Where there is but one, and no part names another, it is that one.
    """
    for part in parts:
        if name := _named_in(part, known):
            return name
    other = any(NAMED.search(part) for part in parts)
    return known[0] if len(known) == 1 and not other else ""

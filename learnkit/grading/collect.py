"""What came back, found in whatever form it came: nbgrader's folders, an LMS's download, a zip.

Names and files are a stranger's. No link is followed, nothing is unpacked to where its name says,
and what cannot be taken is listed with its reason. Of each student the last submission counts.
"""

import contextlib
import hashlib
import os
import re
import shutil
import stat
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from learnkit.files import write_whole
from learnkit.grading.notebook import FILE

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
ENTRIES = 20_000  # files that a zip may have
WHEN = "timestamp.txt"  # where nbgrader keeps the time of a submission
IGNORED = {WHEN, "Thumbs.db", "desktop.ini"}


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


class File(NamedTuple):
    """A file among what came: its path below the top, and its bytes or why there are none."""

    path: str
    data: bytes | None
    when: datetime | None
    problem: str = ""


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
    for file in _files(place):
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


def time_of(text: str) -> datetime | None:
    """A time as nbgrader writes it; None where it is none.

    >>> time_of("2026-11-29 10:00:00.5 UTC").hour
    10
    """
    cleaned = text.strip().removesuffix("UTC").strip()
    try:
        when = datetime.fromisoformat(cleaned)
    except ValueError:
        return None
    return when if when.tzinfo else when.replace(tzinfo=UTC)


def when_as_text(when: datetime) -> str:
    """A time as nbgrader reads it."""
    return when.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f UTC\n")


# ---- files of strangers -------------------------------------------------------------------------


def _files(place: Path) -> Iterator[File]:
    """Every notebook under a folder or in a zip, also in zips inside it."""
    if place.is_dir():
        for path in sorted(_under(place)):
            yield from _opened(path, path.relative_to(place).as_posix())
    elif zipfile.is_zipfile(place):
        with zipfile.ZipFile(place) as archive:
            yield from _zipped(archive, "")
    else:
        raise ValueError(f"{place} is neither a folder nor a zip: give what the LMS let you save")


def _under(folder: Path) -> Iterator[Path]:
    for root, folders, files in os.walk(folder, followlinks=False):
        folders[:] = sorted(f for f in folders if not f.startswith("."))
        wanted = (f for f in files if not f.startswith(".") and f not in IGNORED)
        yield from (Path(root) / f for f in wanted)


def _opened(path: Path, shown: str) -> Iterator[File]:
    if path.suffix not in (".ipynb", ".zip"):
        yield File(shown, None, None)
        return
    try:
        data, when = _read(path)
    except (OSError, ValueError) as error:
        yield File(shown, None, None, getattr(error, "strerror", None) or str(error))
        return
    if path.suffix != ".zip":
        with contextlib.suppress(OSError, ValueError):
            text = _read(path.with_name(WHEN))[0][:100]
            when = time_of(text.decode("utf-8", errors="replace")) or when
        yield File(shown, data, when)
    elif zipfile.is_zipfile(BytesIO(data)):
        with zipfile.ZipFile(BytesIO(data)) as archive:
            yield from _zipped(archive, shown.removesuffix(".zip") + "/")
    else:
        yield File(shown, None, None, "it is no zip")


def _read(path: Path) -> tuple[bytes, datetime]:
    """The bytes of a regular file, which is no link, and when it was written."""
    careful = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    descriptor = os.open(path, os.O_RDONLY | careful | getattr(os, "O_BINARY", 0))
    with os.fdopen(descriptor, "rb") as file:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode):
            raise ValueError("it is no regular file")
        if found.st_size > FILE:
            raise ValueError(f"it has {found.st_size / 1e6:.0f} MB; at most {FILE >> 20} MB may be")
        return file.read(FILE), datetime.fromtimestamp(found.st_mtime, UTC)


def _zipped(archive: zipfile.ZipFile, above: str, depth: int = 0) -> Iterator[File]:
    entries = archive.infolist()
    if len(entries) > ENTRIES:
        yield File(above or "the zip", None, None, f"it has {len(entries)} entries")
        return
    for entry in sorted(entries, key=lambda e: e.filename):
        parts = PurePosixPath(entry.filename).parts
        if entry.is_dir() or parts[-1] in IGNORED:
            continue
        name = above + entry.filename.lstrip("/")
        if ".." in parts:
            if name.endswith(".ipynb"):
                yield File(name, None, None, "its path leads out of the zip")
        elif not any(part.startswith((".", "__MACOSX")) for part in parts):
            if name.endswith((".ipynb", ".zip")):
                yield from _entry(archive, entry, name, depth)
            else:
                yield File(name, None, None)


def _entry(
    archive: zipfile.ZipFile, entry: zipfile.ZipInfo, name: str, depth: int
) -> Iterator[File]:
    """A notebook of the zip, or those of a zip inside it."""
    try:
        data = _unpacked(archive, entry)
        when = datetime(*entry.date_time, tzinfo=UTC)
        inside = zipfile.ZipFile(BytesIO(data)) if name.endswith(".zip") else None
    except Exception as error:  # zlib's and lzma's share no class
        yield File(name, None, None, str(error) or f"the zip is damaged ({type(error).__name__})")
        return
    if inside is None:
        yield File(name, data, when)
    elif depth == 0:
        with inside:
            yield from _zipped(inside, name.removesuffix(".zip") + "/", depth + 1)


def _unpacked(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    """The bytes of an entry, up to the limit, whatever it says of its size. Raises ValueError."""
    if stat.S_ISLNK(entry.external_attr >> 16):
        raise ValueError("it is a link")
    if entry.flag_bits & 1:
        raise ValueError("it is encrypted")
    with archive.open(entry) as file:
        data = file.read(FILE + 1)
    if len(data) > FILE:
        raise ValueError(f"it is larger than {FILE >> 20} MB")
    return data

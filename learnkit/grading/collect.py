"""What came back, found in whatever form it came: nbgrader's folders, an LMS's download, a zip.

Names and files are a stranger's. No link is followed, nothing is unpacked to where its name says,
and what cannot be taken is listed with its reason. Of each student the last submission counts.
"""

import contextlib
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
CANVAS = re.compile(r"(?P<student>[^_/]+)_(?:LATE_)?\d+_\d+_(?P<file>[^/]+?)(?:-\d+)?\.ipynb")
MOODLE = re.compile(r"(?P<student>[^/]+?)_\d+_assignsubmission_file_?/?(?P<file>[^/]*)\.ipynb")
INBOUND = re.compile(
    r"(?P<student>[^+/]+)\+(?P<file>[^+/]+)\+(?P<time>[^+/]+)(?:\+[^/]*)?/[^/]+\.ipynb"
)
ENTRIES = 20_000  # files that a zip may have
WHEN = "timestamp.txt"  # where nbgrader keeps the time of a submission


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
    known = list(names)
    for file in _files(place):
        meant = _submission(file, known)
        if isinstance(meant, Refused):
            refused.append(meant)
            continue
        student, assignment, when = meant
        key, time = (student, assignment), when or datetime.min.replace(tzinfo=UTC)
        if key not in times or time >= times[key]:
            times[key] = time
            found[key] = _kept(course, student, assignment, when, file.data or b"")
    return [found[key] for key in sorted(found)], refused


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
            text = when.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f UTC\n")
            write_whole(folder / WHEN, text.encode())
    return Submission(student, assignment, path, when)


def _submission(file: File, known: list[str]) -> tuple[str, str, datetime | None] | Refused:
    if file.data is None:
        return Refused(file.path, file.problem)
    student, named, when = _meant(file.path)
    assignment = _assignment([named, *PurePosixPath(file.path).parts], known)
    if not STUDENT.fullmatch(student):
        return Refused(file.path, "the name of the student cannot be used as one of a folder")
    if not assignment:
        reason = f"it is not clear which assignment it is: put one of {', '.join(known)} into it"
        return Refused(file.path, reason)
    return student, assignment, when or file.when


def _meant(path: str) -> tuple[str, str, datetime | None]:
    """The student, what names the assignment, and the time, as a path tells them."""
    parts = PurePosixPath(path).parts
    last = "/".join(parts[-2:])
    if found := INBOUND.fullmatch(last):
        return found["student"], found["file"], time_of(found["time"])
    if found := MOODLE.fullmatch(last) or MOODLE.fullmatch(parts[-1]):
        return found["student"].strip(), found["file"], None
    if found := CANVAS.fullmatch(parts[-1]):
        return found["student"], found["file"], None
    if len(parts) >= 3:  # STUDENT/ASSIGNMENT/NAME.ipynb
        return parts[-3], parts[-2], None
    if len(parts) == 2:  # STUDENT/NAME.ipynb
        return parts[0], parts[1], None
    name = parts[-1].removesuffix(".ipynb")
    student = re.sub(r"[_+ -]*\d\d_[a-z_]+$", "", name)  # STUDENT_01_mse_by_hand.ipynb
    return student, name, None


def _assignment(parts: list[str], known: list[str]) -> str:
    """The assignment that a part of the path names; the only one where there is but one."""
    for part in parts:
        for name in known:
            if name in part or part.removesuffix(".ipynb") == name[:2]:
                return name
    return known[0] if len(known) == 1 else ""


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
        wanted = (f for f in files if f.endswith((".ipynb", ".zip")) and not f.startswith("."))
        yield from (Path(root) / f for f in wanted)


def _opened(path: Path, shown: str) -> Iterator[File]:
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
        if entry.is_dir() or not entry.filename.endswith((".ipynb", ".zip")):
            continue
        name = above + entry.filename.lstrip("/")
        if ".." in parts:
            yield File(name, None, None, "its path leads out of the zip")
        elif not any(part.startswith((".", "__MACOSX")) for part in parts):
            yield from _entry(archive, entry, name, depth)


def _entry(
    archive: zipfile.ZipFile, entry: zipfile.ZipInfo, name: str, depth: int
) -> Iterator[File]:
    """A notebook of the zip, or those of a zip inside it."""
    try:
        data, problem = _unpacked(archive, entry), ""
        when = datetime(*entry.date_time, tzinfo=UTC)
        inside = zipfile.ZipFile(BytesIO(data)) if name.endswith(".zip") else None
    except Exception as error:  # zlib's and lzma's share no class
        yield File(name, None, None, str(error) or f"the zip is damaged ({type(error).__name__})")
        return
    if inside is None:
        yield File(name, data, when, problem)
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

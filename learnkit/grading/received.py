"""Files of strangers: what lies in a folder or a zip, read without following where it leads."""

import contextlib
import os
import stat
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from learnkit.grading.notebook import FILE

ENTRIES = 20_000  # files that a zip may have
WHEN = "timestamp.txt"  # where nbgrader keeps the time of a submission
IGNORED = {WHEN, "Thumbs.db", "desktop.ini"}


class File(NamedTuple):
    """A file among what came: its path below the top, and its bytes or why there are none."""

    path: str
    data: bytes | None
    when: datetime | None
    problem: str = ""


def files(place: Path) -> Iterator[File]:
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

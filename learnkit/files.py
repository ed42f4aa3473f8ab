"""A file is written whole or not at all; and one program at a time works in a folder.

What is written goes under a temporary name first, and is then renamed.
"""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path
from typing import BinaryIO

NO_LOCKS = {errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP}  # what a system without locks says


def folder_of(package: str) -> Path:
    """Where an installed package lies: it is found, not imported.

    Raises ModuleNotFoundError where there is none.
    """
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError(f"no package is called {package}", name=package)
    return Path(spec.submodule_search_locations[0])


@contextmanager
def replacing(path: Path) -> Iterator[BinaryIO]:
    """A file to write to; `path` holds the old content until the block ends well, then the new.

    Killed at any moment, or on a full disk, nothing of the old is lost.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with temporary.open("wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())  # else a power cut could leave the new name on empty blocks
        os.replace(temporary, path)
    except BaseException:
        with suppress(OSError):  # the first error is the one to report
            temporary.unlink(missing_ok=True)
        raise


def write_whole(path: Path, data: bytes) -> None:
    """Writes `data` to `path`, whole or not at all."""
    with replacing(path) as file:
        file.write(data)


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """Holds the lock file `path`, and deletes it at the end; killed, the system frees it.

    Raises BlockingIOError where another process holds it; goes on where the file system knows no
    locks, as some network drives do.
    """
    from filelock import FileLock, Timeout  # here: most who write a file lock nothing

    lock = FileLock(path, timeout=0)
    try:
        lock.acquire()
    except Timeout:
        raise BlockingIOError(f"another process holds {path}") from None
    except OSError as error:
        if error.errno not in NO_LOCKS:
            raise
    try:
        yield
    finally:
        with suppress(OSError):  # Windows deletes no file that is open: it stays, and holds nothing
            path.unlink(missing_ok=True)
        lock.release()

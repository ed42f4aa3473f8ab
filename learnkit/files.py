"""A file is written whole or not at all; and one program at a time works in a folder.

What is written goes under a temporary name first, and is then renamed.
"""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

try:
    import fcntl
except ImportError:  # Windows locks by another name
    fcntl = None
    import msvcrt


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

    Raises BlockingIOError where another process holds it.
    """
    handle = _held(path)
    try:
        yield
    finally:
        with suppress(OSError):  # Windows deletes no file that is open: it stays, and holds nothing
            path.unlink(missing_ok=True)
        handle.close()


def _held(path: Path) -> BinaryIO:
    """The lock file, open and locked; its last owner may have deleted the one that was opened."""
    while True:
        handle = path.open("ab")
        try:
            if fcntl is None:
                handle.seek(0)
                msvcrt.locking(handle.fileno(), msvcrt.LK_NBLCK, 1)
            else:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            if error.errno in (errno.EAGAIN, errno.EACCES, errno.EDEADLK):
                handle.close()
                raise BlockingIOError(f"another process holds {path}") from error
            return handle  # this file system knows no locks
        with suppress(FileNotFoundError):
            if os.path.samestat(os.fstat(handle.fileno()), path.stat()):
                return handle
        handle.close()

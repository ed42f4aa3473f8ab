"""A process that has imported NumPy, or torch, and forks a worker in no time.

To start one anew takes a quarter of a second, and with torch seconds. Linux alone; elsewhere each
worker starts by itself. The server runs no answer and has one thread, so that a fork of it is safe.
It ends with the notebook, whose end of the socket is then closed.
"""

import contextlib
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
import time

from learnkit.exercises.sandbox import inside

_servers: dict[tuple[str, ...], "ForkServer"] = {}


def fork(modules: tuple[str, ...], environment: dict[str, str], lifeline: int) -> "ForkedProcess":
    """A worker that has imported `modules`. Raises OSError where no process can be started.

    A server that was started by another Python, or with another environment, is not asked.
    """
    server = _servers.get(modules)
    started = (sys.executable, environment)
    if server is not None and (server.started != started or server.process.poll() is not None):
        _servers.pop(modules).stop()
        server = None
    if server is None:
        command = [sys.executable, "-I", inside.__file__, "serve", "{socket}", *inside.AHEAD]
        command += modules
        server = _servers[modules] = ForkServer(command, environment)
    folder = os.open(".", os.O_RDONLY)
    try:
        return server.fork(lifeline, folder)
    finally:
        os.close(folder)


def above_streams(descriptor: int) -> int:
    """The descriptor under a number above 0 to 2, which are free where a shell has closed them.

    (`<&-` does so.) What a child gets as its streams would take the place of such a one.
    """
    import fcntl  # not on Windows

    try:
        return fcntl.fcntl(descriptor, fcntl.F_DUPFD_CLOEXEC, 3)
    finally:
        os.close(descriptor)


def stop_all() -> None:
    """Ends the servers; workers that they have forked stay."""
    while _servers:
        _servers.popitem()[1].stop()


class ForkServer:
    """The notebook's end of a server: a process, and the socket over which it is asked."""

    def __init__(self, command: list[str], environment: dict[str, str]):
        """Starts it; "{socket}" in the command becomes the descriptor by which it is asked."""
        self.started = (sys.executable, environment)
        pair = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.socket, theirs = (socket.socket(fileno=above_streams(end.detach())) for end in pair)
        self.errors = tempfile.TemporaryFile()  # what it says of itself
        self.said = b""  # the same, once it has ended
        with theirs:
            self.process = subprocess.Popen(
                [part.replace("{socket}", str(theirs.fileno())) for part in command],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=self.errors,
                env=environment,
                start_new_session=True,
                pass_fds=[theirs.fileno()],
            )

    def fork(self, lifeline: int, folder: int | None = None) -> "ForkedProcess":
        """A worker of its own session, in the open folder; without one in the server's."""
        pipes = [os.pipe() for _ in range(4)]  # stdin, stdout, stderr, and what it tells of itself
        (stdin, ours), *others = pipes
        theirs = [stdin, *(write for _, write in others[:2]), others[2][1]]
        lent = [lifeline] if folder is None else [lifeline, folder]
        try:
            socket.send_fds(self.socket, [b"fork"], [*theirs, *lent])
        except ConnectionError:  # it has ended: what it left behind tells why
            pass
        except OSError:
            for descriptor in (ours, *(read for read, _ in others)):
                os.close(descriptor)
            raise
        finally:
            for descriptor in theirs:
                os.close(descriptor)
        return ForkedProcess(self, ours, *(read for read, _ in others))

    def stop(self) -> None:
        """Ends the server, at once where it is still importing."""
        self.socket.close()
        with contextlib.suppress(OSError):
            self.process.kill()
        self.ended(None)
        self.errors.close()

    def ended(self, timeout: float | None) -> int:
        """The exit status. Raises TimeoutExpired where it goes on for longer."""
        status = self.process.wait(timeout)
        if not self.errors.closed:
            self.errors.seek(0)
            self.said = self.errors.read()
        return status


class ForkedProcess:
    """As much of subprocess.Popen as a worker needs, for a process that another one has forked."""

    def __init__(self, server: ForkServer, stdin: int, stdout: int, stderr: int, news: int):
        """Its watch tells over `news` its pid, and at its end the worker's exit status."""
        self.stdin = os.fdopen(stdin, "wb")
        self.stdout, self.stderr = os.fdopen(stdout, "rb"), os.fdopen(stderr, "rb")
        self.returncode: int | None = None
        self._server, self._news, self._heard = server, os.fdopen(news, "rb", buffering=0), b""
        self.said = b""  # by the server, where it ended before it had forked

    @property
    def unborn(self) -> bool:
        """Whether the server has not come to fork it yet."""
        self._listen(0.0)
        return not self._heard

    @property
    def pid(self) -> int:
        """The watch's; the server's, as long as it is unborn."""
        return self._server.process.pid if self.unborn else int(self._heard.split()[0])

    def poll(self) -> int | None:
        """The exit status; None while it runs."""
        self._listen(0.0)
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """The exit status. Raises TimeoutExpired, at once where it is unborn."""
        end = None if timeout is None else time.monotonic() + timeout
        self._listen(0.0)
        while self.returncode is None:
            left = None if end is None else end - time.monotonic()
            if left is not None and (left <= 0 or self.unborn):
                raise subprocess.TimeoutExpired("worker", timeout or 0.0)
            self._listen(left)
        return self.returncode

    def kill(self) -> None:
        """Ends it, and nothing that it has started."""
        if self.poll() is None:
            os.kill(self.pid, signal.SIGKILL)

    def _listen(self, seconds: float | None) -> None:
        """Takes what has been told; a watch that ends without a word was killed."""
        if self.returncode is not None:
            return
        looks = select.poll()
        looks.register(self._news, select.POLLIN)
        while looks.poll(None if seconds is None else 1000 * seconds):
            told = self._news.read(64)
            self._heard += told
            if not told:
                words = self._heard.split()
                self.returncode = int(words[1]) if len(words) == 2 else self._killed(words)
                self._news.close()
                return
            seconds = 0.0

    def _killed(self, heard: list[bytes]) -> int:
        """The status of what ended without a word: a watch, or the server before it had forked."""
        if heard:
            return -signal.SIGKILL
        try:
            status = self._server.ended(1.0)  # it was heard to end: it has, or will at once
        except subprocess.TimeoutExpired:
            return -signal.SIGKILL
        self.said = self._server.said
        return status

"""When a training writes its checkpoint: by steps, by the clock, and where it is interrupted."""

import contextlib
import signal
import threading
import time
from collections.abc import Iterator, Mapping
from typing import Any

from learnkit.training import checkpoint, distributed
from learnkit.training.run import Run


class Keeper:
    """Writes the checkpoint, after so many steps or seconds, and goes on from it."""

    def __init__(self, run: Run, parts: Mapping[str, Any]) -> None:
        """Where and how often `run` says; `parts` have the states."""
        self.run, self.path, self.parts = run, run.checkpoint, parts
        self.kept, self.at = 0, time.monotonic()

    def begin(self) -> int:
        """How many steps are done already."""
        if self.run.resume and self.path.exists():
            self.kept = checkpoint.load(self.path, self.parts)
        return self.kept

    def due(self, number: int) -> bool:
        """Whether step `number` is one to keep."""
        seconds, every = self.run.seconds, self.run.every
        late = seconds > 0 and time.monotonic() - self.at >= seconds
        return late or (every > 0 and number % every == 0)

    def save(self, number: int) -> None:
        """Writes it, unless it is written already; of many processes the first does."""
        if self.kept != number and distributed.rank() == 0:
            checkpoint.save(self.path, number, self.parts)
        self.kept, self.at = number, time.monotonic()


@contextlib.contextmanager
def deferred_interrupt() -> Iterator[list[int]]:
    """Ctrl-C does not end the block, but stands in the list; a second one does end it.

    So no step is left half done, and its checkpoint can be written.
    """
    asked: list[int] = []

    def wait(number: int, frame: Any) -> None:
        asked.append(number)
        if len(asked) > 1:
            raise KeyboardInterrupt

    in_main = threading.current_thread() is threading.main_thread()
    if not in_main or signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        yield asked  # somebody else's to handle
        return
    signal.signal(signal.SIGINT, wait)
    try:
        yield asked
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)

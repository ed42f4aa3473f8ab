"""Silence where whoever read the output has gone: `learnkit doctor | head -1`.

Other programs are ended by a signal there. Ours must not be, because a worker that dies while it
is written to would end it as well; so the error is caught, and the status is the signal's.
"""

import os
import sys

STATUS = 141  # what a shell reports of a program that SIGPIPE ended: 128 + 13


def flush() -> None:
    """The last of what was printed; for the end of the process, which keeps its own status."""
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        silence()
    except (AttributeError, ValueError):  # no stdout at all, or one that was closed
        pass


def tell(*lines: str) -> None:
    """Prints lines whose reader may have gone: for a command whose status says it all."""
    try:
        print(*lines, sep="\n", flush=True)
    except BrokenPipeError:
        silence()


def silence() -> None:
    """Sends what is still to be printed nowhere, so that Python's own end does not complain."""
    try:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)
    except (OSError, ValueError):  # a stdout without a file, as in a test
        pass

"""The mutants of a reference, for the exam that an exercise's checks must pass."""

import ast
import functools
import inspect
import signal
import sys
import textwrap
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from learnkit.exercises.mutants import making
from learnkit.exercises.table import Exercise


def mutants(task: Exercise) -> Iterator[tuple[str, Callable]]:
    """Each mutant of its reference, with the one changed statement: ("- old + new", mutant)."""
    source, scope = _reference(task)
    tree = ast.parse(source)
    making.without_checks(tree)
    original = ast.unparse(tree).splitlines()
    for mutant in making.mutants(source, scope):
        changed = mutant.text.splitlines()
        gone = [line.strip() for line in original if line not in changed]
        come = [line.strip() for line in changed if line not in original]
        yield f"- {' ; '.join(gone)} + {' ; '.join(come)}", mutant.answer


def _reference(task: Exercise) -> tuple[str, dict[str, Any]]:
    """The source of an exercise's reference, and the names that it may use."""
    if task.reference is task.written.answer:
        return task.written.definition, task.written.names
    whole = inspect.unwrap(task.reference)
    return textwrap.dedent(inspect.getsource(whole)), vars(sys.modules[whole.__module__])


def impatient(mutant: Callable) -> Callable:
    """The mutant under `impatience`: it alone is interrupted, and never what builds its input."""

    @functools.wraps(mutant)
    def call(*args: object, **options: object) -> object:
        with impatience():
            return mutant(*args, **options)

    return call


@contextmanager
def impatience(seconds: float = 0.5) -> Iterator[None]:
    """Interrupts what is still running, again and again: a mutant may loop without end."""

    def interrupt(signum: int, frame: object) -> None:
        raise TimeoutError

    if not hasattr(signal, "SIGALRM"):  # Windows: no alarm, and no impatience
        yield
        return
    before = signal.signal(signal.SIGALRM, interrupt)
    signal.setitimer(signal.ITIMER_REAL, seconds, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)

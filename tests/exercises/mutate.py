"""The mutants of a reference, for the exam that an exercise's checks must pass."""

import ast
import functools
import inspect
import signal
import sys
import textwrap
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from learnkit.exercises.mutants import making


def mutants(function: Callable) -> Iterator[tuple[str, Callable]]:
    """Each mutant of a function or class, with its one changed statement: ("- old + new", it)."""
    whole = inspect.unwrap(function)
    source = textwrap.dedent(inspect.getsource(whole))
    tree = ast.parse(source)
    making.without_checks(tree)
    original = ast.unparse(tree).splitlines()
    for mutant in making.mutants(source, vars(sys.modules[whole.__module__])):
        changed = mutant.text.splitlines()
        gone = [line.strip() for line in original if line not in changed]
        come = [line.strip() for line in changed if line not in original]
        yield f"- {' ; '.join(gone)} + {' ; '.join(come)}", mutant.answer


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

"""What a worker says and hears: ready, an order, loaded, an outcome a case, what was printed.

This is the half of the wire that lies in the worker; workers.py is the other one.
"""

import contextlib
import importlib
import importlib.abc
import importlib.machinery
import json
import os
import sys
import tempfile
import types
import warnings
from collections.abc import Iterable, Iterator, Sequence
from io import BufferedIOBase
from time import process_time, sleep
from typing import Any

from learnkit.exercises.sandbox import gpu, limits, worker
from learnkit.exercises.sandbox.wire import (
    IMPORTED,
    IMPORTS,
    Outcome,
    pack,
    read_frame,
    write_frame,
)
from learnkit.exercises.sandbox.worker import raised, run_case

BEFORE = "another cell"  # where an error stands that what the answer needs has raised


def main(modules: Iterable[str]) -> None:
    """Reads one order from standard input, writes outcomes to what was standard output."""
    wire = os.fdopen(os.dup(1), "wb")
    for module in modules:
        importlib.import_module(module)
    printed = _paper()
    for descriptor in (1, 2):  # what the answer prints is kept apart from the results
        os.dup2(printed.fileno(), descriptor)
    _hide_the_judge()
    warnings.formatwarning = _in_one_line
    write_frame(wire, b"ready")
    order, blob = read_frame(sys.stdin.buffer), read_frame(sys.stdin.buffer)
    if order is None or blob is None:  # the notebook is gone
        os._exit(0)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)  # input() finds an end at once
    _limit_memory(limits.MEMORY)
    for parts in _said(json.loads(order), blob, printed, wire):
        write_frame(wire, *parts)
    # The notebook ends it now. What the answer has started still has a parent to be found by.
    sleep(10)
    os._exit(0)


def _paper() -> BufferedIOBase:
    """A file for what is printed: in memory, else a temporary one, else one that keeps nothing."""
    if hasattr(os, "memfd_create"):
        with contextlib.suppress(OSError):
            return os.fdopen(os.memfd_create("printed"), "w+b")
    try:
        paper = tempfile.TemporaryFile()
        paper.write(bytes(limits.PRINTED >> 8))  # a full disk shows itself only here
        paper.flush()
        paper.seek(0)
        paper.truncate()
    except OSError:
        return open(os.devnull, "w+b")
    return paper


def _hide_the_judge() -> None:
    """Leaves of learnkit.exercises the decorators and `hint`, which a file asks for, no module."""
    package: Any = sys.modules["learnkit.exercises"]
    package.sandbox.__path__ = []
    package.exercise = package.graded_later = package.challenge = exercise
    package.hint = hint
    exercise.__module__ = "learnkit.exercises"


def exercise(answer: object = None) -> object:
    """What `@exercise` is in here: nothing, with brackets too."""
    return exercise if answer is None or isinstance(answer, str) else answer


def hint(*_which: object) -> None:
    """What `hint` is in here: nothing."""


def _in_one_line(
    message: object, category: object, filename: str, lineno: int, line: object = None
) -> str:
    return f"warning: {message} (line {lineno})\n"


def _limit_memory(extra: int) -> None:
    """Where the system can (not Windows): an address space of what is held now, and `extra`."""
    with contextlib.suppress(ImportError, OSError, ValueError, AttributeError):
        import resource

        resource.setrlimit(resource.RLIMIT_FSIZE, (limits.PRINTED, limits.PRINTED))
        with open("/proc/self/statm") as statm:  # macOS has none, and ignores the limit anyway
            held = int(statm.read().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (held + extra, held + extra))


class Importing(importlib.abc.MetaPathFinder):
    """Takes names out of modules: at once where one is loaded, else when it is.

    It also tells the notebook of each import that a case makes, since that time is not the
    answer's.
    """

    def __init__(self, hidden: list[tuple[str, str]], wire: BufferedIOBase):
        """`hidden` lists (module, name)."""
        self.wire, self.tells = wire, False
        self.hidden: dict[str, list[str]] = {}
        for module, name in hidden:
            self.hidden.setdefault(module, []).append(name)
        for module in self.hidden.keys() & sys.modules.keys():
            self.hide(sys.modules[module])

    def hide(self, module: types.ModuleType) -> None:
        """Puts in the place of each hidden name what tells on its caller."""
        for name in self.hidden[module.__name__]:
            if hasattr(module, name):
                setattr(module, name, worker.calls_reference)

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: object = None
    ) -> importlib.machinery.ModuleSpec | None:
        """The module's own spec, whose loader hides and tells; None where there is no need."""
        tells = self.tells
        if name not in self.hidden and not tells:
            return None
        spec = importlib.machinery.PathFinder.find_spec(name, path)
        loader: Any = spec and spec.loader
        if not hasattr(loader, "exec_module"):
            return None
        execute = loader.exec_module

        def tell_and_hide(module: types.ModuleType) -> None:
            began, self.tells = process_time(), False  # and not of what it imports in its turn
            if tells:
                write_frame(self.wire, IMPORTS)
            try:
                execute(module)
            finally:
                self.tells = tells
                if tells:
                    write_frame(self.wire, IMPORTED, b"%f" % (process_time() - began))
            if name in self.hidden:
                self.hide(module)

        loader.exec_module = tell_and_hide
        return spec


def _load(order: dict[str, Any], blob: bytes) -> tuple:
    """The answer, and what to run it with.

    A file may call the other exercises by name, as a notebook can: `others` are bound before it.
    """
    import cloudpickle

    sys.path.extend(p for p in order["path"] if p not in sys.path)
    answer, *rest, others = cloudpickle.loads(blob)
    if order["source"] is not None:
        module = types.ModuleType("answer")
        sys.modules["answer"] = module
        vars(module).update(others)
        exec(compile(order.get("before", ""), BEFORE, "exec"), module.__dict__)
        exec(compile(order["source"], order["file"], "exec"), module.__dict__)
        answer = getattr(module, order["name"])
    return answer, *rest


def _said(
    order: dict[str, Any], blob: bytes, printed: BufferedIOBase, wire: BufferedIOBase
) -> Iterator[tuple[bytes, ...]]:
    """The frames that answer an order: loaded, an outcome a case, and what was printed."""
    importing = Importing(order["hidden"], wire)
    sys.meta_path.insert(0, importing)
    try:
        answer, cases, build, probe = _load(order, blob)
    except BaseException as error:
        outcome = raised(error, None, order["file"])
        outcome.kind = "unread"
        yield pack(outcome)
        return
    yield (b"loaded",)
    importing.tells = True
    outcomes: list[Outcome] = []
    for one in cases:
        try:
            outcomes.append(run_case(answer, one, build, probe))
        except Exception as error:  # no answer raises: it is the exercise's own affair
            if outcomes:  # or the answer has spoilt what it needs
                return
            yield b"unable\n", f"{type(error).__name__}: {error}"[:300].encode("utf-8", "replace")
            return
        outcomes[-1].cheated = worker.cheated
        yield pack(outcomes[-1])
    with contextlib.suppress(Exception):  # a closed stdout is the answer's own affair
        sys.stdout.flush()
    printed.seek(0)
    text = printed.read(2000)
    if order["on a gpu"] and all(o.kind == "value" for o in outcomes):
        yield b"gpu\n", gpu.complaint(answer, cases[-1], build).encode("utf-8", "replace")
    yield b"printed\n", text

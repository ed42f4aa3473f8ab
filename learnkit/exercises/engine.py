"""`@exercise`: check the answer at once, say what came of it, and let the lesson go on.

Where the answer is not correct, learnkit's own stands in under its name, so that no lesson
dead-ends; the student's stays at hand as `NAME.yours`.
"""

import ast
import contextlib
import sys
import types
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from learnkit.exercises import cells, hints, progress
from learnkit.exercises.index import EXERCISES
from learnkit.exercises.judge import judge
from learnkit.exercises.report import INCORRECT, NOT_ATTEMPTED, UNJUDGED, Report
from learnkit.exercises.sandbox import workers
from learnkit.exercises.sandbox.parcel import CannotTravelError
from learnkit.exercises.sandbox.processes import CannotJudgeError
from learnkit.exercises.sandbox.settled import settled
from learnkit.exercises.sandbox.wire import Outcome
from learnkit.exercises.sandbox.worker import core
from learnkit.exercises.table import Case, Exercise, find, nearest
from learnkit.exercises.verdicts import keep, reports, stand_in


def exercise(answer: Any = None) -> Any:
    """The decorator over an exercise's function or class: checks it, shows the verdict.

    Gives back the answer where it is correct; else a copy of the reference. In both cases its
    `.yours` is the answer. Never raises over what an answer does.
    """
    if answer is None:  # written with brackets: @exercise()
        return exercise
    if isinstance(answer, str):
        cells.display(_aside(answer, "Write @exercise alone: the name of the function says which."))
        return exercise
    name = getattr(answer, "__name__", "")
    if not _can_be_an_answer(answer, name):
        cells.display(_aside(type(answer).__name__, _misplaced(answer)))
        return answer
    namespace = _namespace(answer)
    try:
        task = find(name)
    except ValueError as error:
        return _unknown(answer, str(error), namespace)
    namespace[name] = answer  # so that it can call itself
    hints.tries(name, cells.source())
    report = check(name, answer)
    cells.in_this_cell.add(name)
    if not report.correct:
        goes_on = f"\nThe lesson goes on with learnkit's own {name}"
        yours = "." if report.status == NOT_ATTEMPTED else f"; yours is {name}.yours."
        report = replace(report, message=report.message + goes_on + yours)
    cells.display(report)
    if report.status == UNJUDGED:  # it says nothing about the answer, and is not noted
        return stand_in(task, answer)
    progress.record(name, report.status)
    if not report.correct:
        return stand_in(task, answer)
    with contextlib.suppress(AttributeError, TypeError):  # not everything takes an attribute
        answer.yours = answer
    return answer


def graded_later(answer: Any) -> Any:
    """The decorator over an exercise that an instructor added: nothing is judged here."""
    name = getattr(answer, "__name__", "it")
    cells.say(f"{name} is kept in this notebook, and judged when you have handed it in.")
    return answer


def graded(name: str, *, points: float) -> None:
    """Says what an exercise counts for, and whether it is right so far.

    Raises NotRightError where it is not, so that nbgrader sees it, too.
    """
    report = reports().get(name)
    if report is None:
        raise NotRightError(f"{name}: 0 of {points:g} points so far: run its own cell.")
    if not report.correct:
        raise NotRightError(f"{name}: 0 of {points:g} points so far: see its verdict.")
    cells.say(f"{name}: {points:g} of {points:g} points, if the hidden cases agree.")


class NotRightError(AssertionError):
    """An exercise has no points so far; a notebook shows the sentence alone."""

    def _render_traceback_(self) -> list[str]:
        return [str(self)]


def check(name: str, answer: Callable) -> Report:
    """The verdict on an answer, run in a process of its own.

    Raises ValueError where no exercise has that name.
    """
    task = find(name)

    def ask_or_run_here() -> Report:
        try:
            return verdict(task, lambda task: workers.ask(task, answer))
        except CannotTravelError as error:
            report = verdict(task, lambda task: workers.run_here(task, answer))
            if report.correct:
                return report
            note = f"\n(It ran inside the notebook, since it cannot be sent to another: {error})"
            return replace(report, message=report.message + note)

    report = _or_unjudged(name, ask_or_run_here)
    keep(report)
    return report


def _or_unjudged(name: str, judged: Callable[[], Report]) -> Report:
    """The verdict, with the notebook's global state out of its way; else why there is none."""
    try:
        with settled():
            return judged()
    except CannotJudgeError as error:
        reason = str(error)
    except _UnusableError:
        raise
    except Exception as error:  # no threads, no pipes, no memory; or a fault of ours
        reason = f"{type(error).__name__}: {error}"
    reason = reason[:1].upper() + reason[1:].rstrip(".")
    message = f"{reason}. That says nothing about your answer: run it again. "
    return Report(name, UNJUDGED, message + "`learnkit doctor` looks for the cause.")


def check_file(name: str, path: str | Path) -> Report:
    """The verdict on the function `name` in a Python file; the file runs in a worker, not here.

    Raises ValueError, in one sentence, where the file cannot be used: no such exercise or file,
    a syntax error, no function of that name.
    """
    task = find(name)
    path = Path(path)
    if path.suffix == ".ipynb":
        raise ValueError(f"{path} is a notebook: learnkit check {path} judges all its exercises")
    try:
        source = path.read_bytes().decode("utf-8-sig")  # some editors on Windows begin with a mark
        tree = ast.parse(source, filename=path.name)
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8 text"
        raise ValueError(f"cannot read {path}: {reason}") from error
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        number = getattr(error, "lineno", None)
        line = f", line {number}" if number else ""
        reason = getattr(error, "msg", None) or error
        raise ValueError(f"{path}{line} is not Python: {reason}") from error
    if name not in _names_bound_by(tree):
        raise ValueError(f"{path} defines no {name}: write a function of exactly that name")

    def ask(task: Exercise) -> workers.Ran:
        ran = workers.ask(task, None, source, str(path))
        first = ran.outcomes[0]
        if first.kind == "unread":
            where = f" (line {first.line})" if first.file == str(path) else ""
            said = f"{first.type}: {first.message}" if first.message else first.type
            raise _UnusableError(f"{path} cannot run: {said}{where}")
        return ran

    return _or_unjudged(name, lambda: verdict(task, ask))


class _UnusableError(ValueError):
    """The file as it is cannot be used."""


def verdict(task: Exercise, ask: Callable[[Exercise], workers.Ran]) -> Report:
    """The judge's, on what `ask` has an answer do. Raises CannotJudgeError."""

    def twice(case: Case) -> list[Outcome]:
        return ask(replace(task, cases=[case, case])).outcomes

    if any(o.type == "MemoryError" for o in task.expected):
        del task.expected  # another time it may come out
        raise CannotJudgeError(f"there is too little memory to run learnkit's own {task.name}")
    ran = ask(task)
    report = judge(task, ran.outcomes, ran.printed, twice=twice)
    if report.correct and ran.on_a_gpu:
        return Report(task.name, INCORRECT, ran.on_a_gpu, printed=ran.printed)
    return report


def _can_be_an_answer(answer: object, name: object) -> bool:
    """A function or a class; or what wraps one and goes by an exercise's name (functools.cache)."""
    if not isinstance(name, str):
        return False
    return isinstance(answer, types.FunctionType | type) or (callable(answer) and name in EXERCISES)


def _misplaced(answer: object) -> str:
    kind = type(answer).__name__
    return (
        f"@exercise was given an object of the type {kind}: it goes right above a function or a "
        "class, def NAME or class NAME."
    )


def _namespace(answer: object) -> dict[str, object]:
    """The globals that the answer's cell will bind its name in."""
    inner = core(answer)
    if isinstance(inner, types.FunctionType):
        return inner.__globals__
    home = getattr(inner, "__module__", "")
    return vars(sys.modules.get(home) or sys.modules["__main__"])


def _unknown(answer: Any, sentence: str, namespace: dict[str, object]) -> Any:
    """A name that is no exercise's; where it is nearly one, that one's reference is bound."""
    meant = nearest(answer.__name__)
    message = sentence[0].upper() + sentence[1:]
    if answer.__name__ == "<lambda>":
        message = "A lambda has no name that says which exercise it is: write def NAME above it."
    if meant and meant not in namespace:
        namespace[meant] = stand_in(find(meant), answer)
        message += f" Until you rename it, the lesson goes on with learnkit's own {meant}."
    cells.display(_aside(answer.__name__, message))
    return answer


def _aside(name: str, message: str) -> Report:
    return Report(name, NOT_ATTEMPTED, message)


def _names_bound_by(tree: ast.Module) -> set[str]:
    """The names that a file binds at its top level, also inside if, try and with."""
    bound = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            bound.add(node.name)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            bound.add(node.id)
        elif isinstance(node, ast.alias):
            bound.add((node.asname or node.name).split(".")[0])
    return bound


cells.listen()

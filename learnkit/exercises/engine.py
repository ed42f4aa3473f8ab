"""`@exercise`: check the answer at once, say what came of it, and let the lesson go on.

Where the answer is not correct, learnkit's own stands in under its name, so that no lesson
dead-ends; the student's stays at hand as `NAME.yours`.
"""

import ast
import re
import sys
import types
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from learnkit import threads
from learnkit.exercises import pool, progress
from learnkit.exercises.index import EXERCISES
from learnkit.exercises.judge import judge
from learnkit.exercises.report import INCORRECT, NOT_ATTEMPTED, Report
from learnkit.exercises.table import Case, Exercise, find, nearest
from learnkit.exercises.worker import Outcome

_reports: dict[str, Report] = {}  # the last verdict on each exercise, in this process
_hints_told: dict[str, int] = {}
_in_this_cell: set[str] = set()  # exercises whose decorator ran since the cell began


def exercise(answer: object = None) -> object:
    """The decorator over an exercise's function or class: checks it, shows the verdict.

    Gives back the answer where it is correct; else a copy of the reference, whose `.yours` is
    the answer. Never raises over what an answer does.
    """
    if answer is None:  # written with brackets: @exercise()
        return exercise
    name = getattr(answer, "__name__", None)
    if not isinstance(answer, types.FunctionType | type) or not isinstance(name, str):
        _display(_aside(type(answer).__name__, "@exercise goes right above a function or a class."))
        return answer
    namespace = _namespace(answer)
    try:
        task = find(name)
    except ValueError as error:
        return _unknown(answer, str(error), namespace)
    namespace[name] = answer  # so that it can call itself
    report = check(name, answer)
    _in_this_cell.add(name)
    if not report.correct:
        goes_on = f"\nThe lesson goes on with learnkit's own {name}"
        yours = "." if report.status == NOT_ATTEMPTED else f"; yours is {name}.yours."
        report = replace(report, message=report.message + goes_on + yours)
    _display(report)
    progress.record(name, report.status)
    return answer if report.correct else stand_in(task, answer)


def check(name: str, answer: Callable) -> Report:
    """The verdict on an answer, run in a process of its own.

    Raises ValueError where no exercise has that name.
    """
    task = find(name)
    try:
        report = _verdict(task, lambda task: pool.ask(task, answer))
    except pool.CannotTravelError as error:
        report = _verdict(task, lambda task: (pool.run_here(task, answer), ""))
        if not report.correct:
            note = f"\n(It ran inside the notebook, since it cannot be sent to another: {error})"
            report = replace(report, message=report.message + note)
    _reports[name] = report
    return report


def check_file(name: str, path: str | Path) -> Report:
    """The verdict on the function `name` in a Python file; the file runs in a worker, not here.

    Raises ValueError, in one sentence, where the file cannot be used: no such exercise or file,
    a syntax error, no function of that name.
    """
    task = find(name)
    path = Path(path)
    if path.suffix == ".ipynb":
        raise ValueError(
            f"{path} is a notebook: copy the cell with {name}, and the imports that it needs, into "
            "a file NAME.py"
        )
    try:
        source = path.read_bytes().decode("utf-8-sig")  # some editors on Windows begin with a mark
        tree = ast.parse(source, filename=path.name)
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8 text"
        raise ValueError(f"cannot read {path}: {reason}") from error
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        line = f", line {error.lineno}" if getattr(error, "lineno", None) else ""
        reason = getattr(error, "msg", None) or error
        raise ValueError(f"{path}{line} is not Python: {reason}") from error
    if name not in _names_bound_by(tree):
        raise ValueError(f"{path} defines no {name}: write a function of exactly that name")

    def ask(task: Exercise) -> tuple[list[Outcome], str]:
        outcomes, printed = pool.ask(task, None, source, str(path))
        if outcomes and outcomes[0].kind == "unread":
            outcome = outcomes[0]
            where = f" (line {outcome.line})" if outcome.file == str(path) else ""
            raise ValueError(f"{path} cannot run: {outcome.type}: {outcome.message}{where}")
        return outcomes, printed

    return _verdict(task, ask)


def _verdict(task: Exercise, ask: Callable[[Exercise], tuple[list[Outcome], str]]) -> Report:
    def twice(case: Case) -> list[Outcome]:
        return ask(replace(task, cases=[case, case]))[0]

    return judge(task, *ask(task), twice=twice)


def hint(which: str | Callable) -> None:
    """Shows the next hint for an exercise: three in all, each tells more than the one before."""
    task = find(getattr(which, "__name__", which))
    told = min(_hints_told.get(task.name, 0) + 1, len(task.hints))
    _hints_told[task.name] = told
    for number, text in enumerate(task.hints[:told], 1):
        text = text.replace("\n", "\n    ")  # the last hint is code
        print(f"Hint {number} of {len(task.hints)} for {task.name}:\n    {text}")


def reports() -> dict[str, Report]:
    """The last verdict on each exercise checked in this process, by name."""
    return dict(_reports)


def stand_in(task: Exercise, yours: object) -> object:
    """A copy of the reference under the exercise's name, with the student's own as `.yours`."""
    if isinstance(task.reference, type):
        copy = type(task.name, (task.reference,), {"__doc__": task.reference.__doc__})
    else:
        copy = pool.bare(task.reference)
        copy.__name__ = copy.__qualname__ = task.name
    copy.yours, copy.stands_in_for = yours, task.name
    return copy


def _namespace(answer: object) -> dict[str, object]:
    """The globals that the answer's cell will bind its name in."""
    if isinstance(answer, types.FunctionType):
        return answer.__globals__
    return vars(sys.modules.get(answer.__module__, sys.modules["__main__"]))


def _unknown(answer: object, sentence: str, namespace: dict[str, object]) -> object:
    """A name that is no exercise's; where it is nearly one, that one's reference is bound."""
    meant = nearest(answer.__name__)
    message = sentence[0].upper() + sentence[1:]
    if meant and meant not in namespace:
        namespace[meant] = stand_in(find(meant), answer)
        message += f" Until you rename it, the lesson goes on with learnkit's own {meant}."
    _display(_aside(answer.__name__, message))
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


def _shell() -> object:
    """The running IPython shell, if there is one; IPython is never loaded to find out."""
    ipython = sys.modules.get("IPython")
    return ipython.get_ipython() if ipython is not None else None


def _display(report: Report) -> None:
    if _shell() is None:
        print(report)
        return
    from IPython.display import display

    display(report._repr_mimebundle_(), raw=True)


# ---- cells that fail before the decorator runs -------------------------------------------------


def _before_cell(*_info: object) -> None:
    _in_this_cell.clear()


def _after_cell(result: object) -> None:
    """Binds the reference where a cell with `@exercise` failed before the decorator ran."""
    if "torch" in sys.modules:  # a lesson of Part II: its workers take seconds to be ready
        pool.warm(("torch",))
    error = result.error_before_exec or result.error_in_exec
    if error is None:
        return
    source = getattr(result.info, "raw_cell", None) or ""
    for name in re.findall(r"^@exercise\b.*\n(?:\s*#.*\n)*(?:def|class)\s+(\w+)", source, re.M):
        if name not in EXERCISES or name in _in_this_cell:
            continue
        error = _of_python(source, error)
        line = f" in line {error.lineno}" if getattr(error, "lineno", None) else ""
        text = getattr(error, "msg", None) or str(error)
        report = Report(
            name,
            NOT_ATTEMPTED if text.startswith("expected an indented block") else INCORRECT,
            f"Python could not run this cell: {type(error).__name__}{line}: {text}.\n"
            f"The lesson goes on with learnkit's own {name}.",
        )
        _reports[name] = report
        _display(report)
        _shell().user_ns[name] = stand_in(find(name), None)


def _of_python(source: str, error: BaseException) -> BaseException:
    """Python's own word on a syntax error; IPython says "incomplete input" to several of them."""
    if isinstance(error, SyntaxError):
        try:
            ast.parse(source)
        except SyntaxError as own:
            return own
    return error


def _listen() -> None:
    """In a notebook: watch the cells, and have a worker ready before the first answer."""
    shell = _shell()
    if shell is None:
        return
    threads.fit()
    shell.events.register("pre_run_cell", _before_cell)
    shell.events.register("post_run_cell", _after_cell)
    pool.warm()


_listen()

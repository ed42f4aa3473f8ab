"""What the notebook's cells owe a lesson: none with an exercise in it stops those below.

A cell that Python cannot read is replaced by its verdict. An exercise whose class body or
default argument raises, before `@exercise` is called, is caught where it stands. What else a
cell raises is Python's own error; then the reference is bound, and the lesson can go on.
"""

import ast
import contextlib
import html
import re
import sys
import warnings
from typing import Any

from learnkit import threads
from learnkit.exercises import hints
from learnkit.exercises.challenges.index import CHALLENGES
from learnkit.exercises.index import EXERCISES
from learnkit.exercises.report import INCORRECT, NOT_ATTEMPTED, Report
from learnkit.exercises.sandbox import workers
from learnkit.exercises.table import find
from learnkit.exercises.verdicts import keep, stand_in

in_this_cell: set[str] = set()  # exercises that have had their verdict since the cell began
_source = ""  # of the cell that runs
_NAMES = EXERCISES.keys() | CHALLENGES.keys()
_DECORATORS = "exercise", "challenge"
# `@exercise` or `@challenge` at the left edge, other decorators and comments, then the name.
_ASKED = re.compile(
    r"^@(?:exercise|challenge)\b.*\n(?:[ \t]*(?:#.*|@.*)?\n)*(?:async +)?(?:def|class)[ \t]+(\w+)",
    re.M,
)


def shell() -> Any:
    """The running IPython shell, if there is one; IPython is never loaded to find out."""
    ipython = sys.modules.get("IPython")
    return ipython.get_ipython() if ipython is not None else None


def display(report: Any) -> None:
    """Shows a Report, or what looks like one: as a page where there is a notebook, else as text."""
    _show(report._repr_mimebundle_())


def say(sentence: str) -> None:
    """Shows a sentence under the cell."""
    page = f"<div role='status'>{html.escape(sentence)}</div>"
    _show({"text/html": page, "text/plain": sentence})


def _show(bundle: dict[str, str]) -> None:
    if shell() is None:
        print(bundle["text/plain"])
        return
    from IPython import display as pages

    pages.display(bundle, raw=True)


def asked_in(source: str) -> list[str]:
    """The exercises and challenges in a cell's source, whether or not Python can read it."""
    return [name for name in _ASKED.findall(source) if name in _NAMES]


def source() -> str:
    """The source of the cell that runs, as the student wrote it."""
    return _source


# ---- what IPython calls ------------------------------------------------------------------------


def unreadable_to_verdict(lines: list[str]) -> list[str]:
    """A transformer of IPython's: the cell as it is, or one line that shows why it cannot run."""
    text = "".join(lines)
    if not asked_in(text):
        return lines
    return lines if _error_in(text) is None else [f"{_here('unreadable')}({text!r})\n"]


def _error_in(text: str) -> Exception | None:
    """What Python has against a cell, with a `return` outside a function and the like."""
    try:
        with warnings.catch_warnings():  # Python will say these itself
            warnings.simplefilter("ignore")
            # IPython lets a cell await, which only this flag allows
            compile(text, "cell", "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        return error
    return None


def unreadable(text: str) -> None:
    """Shows for each exercise in a cell why Python cannot read it, and binds the reference."""
    error = _error_in(text) or SyntaxError("it cannot be read")
    for name in asked_in(text):
        fails(name, error, _caret(error))


class Catching(ast.NodeTransformer):
    """Puts `try` around each `@exercise` of a cell: what it raises becomes a verdict."""

    def visit_Module(self, tree: ast.Module) -> ast.Module:
        """The cell, with its exercises caught."""
        tree.body = [self._caught(node) for node in tree.body]
        return tree

    def _caught(self, node: ast.stmt) -> ast.stmt:
        kinds = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
        if not isinstance(node, kinds) or node.name not in _NAMES:
            return node
        over = [d.func if isinstance(d, ast.Call) else d for d in node.decorator_list]
        if not any(isinstance(d, ast.Name) and d.id in _DECORATORS for d in over):
            return node
        says = f"{_here('caught')}({node.name!r})"
        around = ast.parse(f"try:\n pass\nexcept Exception:\n if not {says}: raise")
        for new in ast.walk(around):
            if "lineno" in new._attributes:
                ast.copy_location(new, node)
        guard: Any = around.body[0]
        guard.body = [node]
        return guard


def caught(name: str) -> bool:
    """Shows what the exception that is being handled did to an exercise; False: not its own.

    After a restart it is `exercise` itself that is not there: that stays Python's error.
    """
    error = sys.exception()
    missing = error.name if isinstance(error, NameError) else ""
    if error is None or missing in _DECORATORS:
        return False
    fails(name, error)
    return True


def fails(name: str, error: BaseException, example: tuple[tuple[str, str], ...] = ()) -> None:
    """Shows why an exercise could not even be defined, and binds the reference."""
    number = getattr(error, "lineno", None)
    line = f" in line {number}" if number else ""
    text = getattr(error, "msg", None) or str(error)
    empty = text.startswith("expected an indented block")
    message = f"Python could not run this cell: {type(error).__name__}{line}: {text}."
    message = message.replace("..", ".")
    if name in EXERCISES:
        message += f"\nThe lesson goes on with learnkit's own {name}."
    report = Report(name, NOT_ATTEMPTED if empty else INCORRECT, message, example=example)
    in_this_cell.add(name)
    display(report)
    if name in EXERCISES:
        keep(report)
        shell().user_ns[name] = stand_in(find(name), None)


def _caret(error: BaseException) -> tuple[tuple[str, str], ...]:
    """The line that Python stumbled over, and where, as it shows them itself."""
    text = getattr(error, "text", None)
    if not isinstance(error, SyntaxError) or not text:
        return ()
    column = max((error.offset or 1) - 1, 0)
    return ((f"line {error.lineno}", f"{text.rstrip()}\n{' ' * column}^"),)


def _here(function: str) -> str:
    return f"__import__({__name__!r}, fromlist=[{function!r}]).{function}"


def before_cell(info: object = None) -> None:
    """IPython's word that a cell begins."""
    global _source
    in_this_cell.clear()
    _source = getattr(info, "raw_cell", None) or ""
    hints.begins(getattr(info, "cell_id", None) or _source)


def after_cell(result: Any) -> None:
    """Binds the reference where a cell failed before its `@exercise` ran."""
    # in a lesson of Part II workers take seconds to be ready
    workers.warm(("torch",) if "torch" in sys.modules else ())
    error = result.error_before_exec or result.error_in_exec
    if error is None:
        return
    for name in asked_in(getattr(result.info, "raw_cell", None) or ""):
        if name not in in_this_cell:
            fails(name, error)


def listen() -> None:
    """In a notebook: watch the cells, and have a worker ready before the first answer."""
    running = shell()
    if running is None:
        return
    threads.fit()
    running.events.register("pre_run_cell", before_cell)
    running.events.register("post_run_cell", after_cell)
    with contextlib.suppress(AttributeError):  # a shell of another kind: then a cell may stop
        running.input_transformers_post.append(unreadable_to_verdict)
        running.ast_transformers.append(Catching())
    workers.warm()

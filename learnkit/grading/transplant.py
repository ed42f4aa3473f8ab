"""From a submitted notebook to the source of each answer, with what it needs and nothing more.

A notebook is never run to grade it. The last definition of an exercise that is no stub counts;
its cell comes along down to the definition, and from other cells the statements that it needs.
Other exercises are the references, as they are in a lesson where one of them is not right.
"""

import ast
import copy
import re
import warnings
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from learnkit.exercises.index import EXERCISES
from learnkit.exercises.report import INCORRECT, NOT_ATTEMPTED
from learnkit.grading.notebook import Cell
from learnkit.grading.slicing import DEFINITIONS, Slice, Statement, needed, statements

NEEDS_A_LOOK = "needs a look"  # no word on the answer: a person has to see it
TO_RUN = "to run"
AROUND_PYTHON = {"time", "timeit", "capture", "prun", "memit"}  # what such a cell holds is Python
DECORATORS = ("exercise", "graded_later")
IPYTHON = re.compile(r"^[ \t]*([%!?]|[\w.]+\?{1,2}\s*$)")


@dataclass(frozen=True)
class Answer:
    """What a notebook holds of an exercise, and the source to run where there is one."""

    name: str
    status: str  # TO_RUN, or the status that it has without being run
    reason: str = ""
    source: str = ""  # its cell down to the end of the definition: lines count as the student's
    before: str = ""  # what it needs of other cells
    shown: str = ""  # the cell as it was handed in
    elsewhere: frozenset[str] = frozenset()  # names that it lacks, and other cells speak of

    @property
    def file(self) -> str:
        """The name that its source goes by where an error tells its line."""
        return f"{self.name}.py"


def answers(cells: Sequence[Cell], names: Iterable[str]) -> dict[str, Answer]:
    """The answer to each of the exercises `names`, in their order."""
    sources = [cell.source for cell in cells if cell.kind == "code"]
    trees = [_parsed(source) for source in sources]
    try:
        there = statements([t if isinstance(t, ast.Module) else None for t in trees])
        exercises = {s.place: name for s in there if (name := _exercise_in(s.node))}
        return {name: _answer(name, sources, trees, there, exercises) for name in names}
    except (RecursionError, MemoryError, SyntaxError, ValueError) as error:
        reason = f"The notebook's code cannot be taken apart ({type(error).__name__}: {error})."
        return {name: Answer(name, NEEDS_A_LOOK, reason[:300]) for name in names}


def _answer(
    name: str,
    sources: Sequence[str],
    trees: Sequence[ast.Module | Exception],
    there: Sequence[Statement],
    exercises: dict[int, str],
) -> Answer:
    defined = [s for s in there if _defines(s.node, name)]
    written = [s for s in defined if not is_stub(s.node)]
    unread = [
        i for i, t in enumerate(trees) if isinstance(t, Exception) and _asks(sources[i], name)
    ]
    last = max((s.cell for s in defined), default=-1)
    if unread and (not written or unread[-1] > last):  # the newest try is the one that counts
        return _unreadable(name, sources[unread[-1]], trees[unread[-1]])
    if not defined:
        reason = f"The notebook has no function or class called {name}."
        return Answer(name, NOT_ATTEMPTED, reason)
    if not written:
        shown = sources[defined[-1].cell]
        return Answer(name, NOT_ATTEMPTED, "The definition is still a stub.", shown=shown)
    return _taken(name, written[-1], sources[written[-1].cell], there, exercises)


def _taken(
    name: str, chosen: Statement, cell: str, there: Sequence[Statement], exercises: dict[int, str]
) -> Answer:
    """The answer that a statement defines, with what it needs."""
    others = {place for place, other in exercises.items() if place != chosen.place}
    usable = [s for s in there if s.place not in others and not _defines(s.node, name)]
    own = [s for s in usable if s.cell == chosen.cell and s.place < chosen.place]
    own = [s for s in own if not _only_shows(s.node)]
    given = {*DECORATORS, "hint", *EXERCISES, *exercises.values()}
    cut: Slice = needed([*own, _undecorated(chosen)], usable, given)
    kept = [s.node for s in (*own, chosen)]
    source = _lines(cell, kept)
    rest = " ".join(s.text for s in there if s.cell != chosen.cell)
    elsewhere = frozenset(n for n in cut.unbound if re.search(rf"\b{n}\b", rest))
    return Answer(name, TO_RUN, "", source, cut.text, cell, elsewhere)


def is_stub(node: ast.stmt) -> bool:
    """Whether a body does nothing: a docstring, `pass`, `...` or `raise NotImplementedError`.

    A class is one where each of its methods is.
    """
    if isinstance(node, ast.ClassDef):
        methods = [n for n in node.body if isinstance(n, ast.FunctionDef)]
        return bool(methods) and all(map(is_stub, methods))
    if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        return False
    return all(_does_nothing(one) for one in node.body)


def _does_nothing(node: ast.stmt) -> bool:
    if isinstance(node, ast.Raise):
        raised = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
        return isinstance(raised, ast.Name) and raised.id == "NotImplementedError"
    constant = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    return constant or isinstance(node, ast.Pass)


def _defines(node: ast.stmt, name: str) -> bool:
    if isinstance(node, DEFINITIONS):
        return node.name == name
    if not isinstance(node, ast.Assign):
        return False
    if not any(isinstance(t, ast.Name) and t.id == name for t in node.targets):
        return False
    value = {n.id for n in ast.walk(node.value) if isinstance(n, ast.Name)}
    return name not in value  # NAME = NAME.yours defines nothing


def _exercise_in(node: ast.stmt) -> str:
    """The name that a statement defines under @exercise; "" where it does not."""
    if isinstance(node, DEFINITIONS) and any(map(_is_exercise, node.decorator_list)):
        return node.name
    return ""


def _is_exercise(decorator: ast.expr) -> bool:
    inner = decorator.func if isinstance(decorator, ast.Call) else decorator
    return isinstance(inner, ast.Name) and inner.id in DECORATORS


def _undecorated(statement: Statement) -> Statement:
    """The definition without @exercise: what that name is bound to plays no part."""
    node = statement.node
    if not isinstance(node, DEFINITIONS):
        return statement
    rest = [d for d in node.decorator_list if not _is_exercise(d)]
    bare = ast.copy_location(copy.copy(node), node)
    bare.decorator_list = rest
    return Statement(bare, statement.cell, statement.place)


def _only_shows(node: ast.stmt) -> bool:
    """A bare call of a plain name, such as print(...) or show(...): a trial, and no part of it."""
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Call)
        and isinstance(node.value.func, ast.Name)
    )


def _lines(cell: str, kept: Collection[ast.stmt]) -> str:
    """The cell with all but these statements blank, so that each line keeps its number."""
    lines = _readable(cell).split("\n")
    keep: set[int] = set()
    for node in kept:
        decorators = node.decorator_list if isinstance(node, DEFINITIONS) else []
        start = min([node.lineno, *(d.lineno for d in decorators)])
        keep.update(range(start, (node.end_lineno or start) + 1))
        for one in decorators:
            if _is_exercise(one):
                keep -= set(range(one.lineno, (one.end_lineno or one.lineno) + 1))
    last = max(keep)
    return "\n".join(line if i in keep else "" for i, line in enumerate(lines[:last], start=1))


def _parsed(source: str) -> ast.Module | Exception:
    """A cell as Python; the error where it is none, also without IPython's own lines."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of an escape that a string does not know
        try:
            return ast.parse(_readable(source))
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            return error


def _readable(source: str) -> str:
    """A cell without the lines that are IPython's own, such as %magic, !command and name?."""
    head = source.lstrip()
    if head.startswith("%%"):
        if (re.match(r"%%(\w*)", head) or [""])[1] not in AROUND_PYTHON:
            return ""
        source = source.replace(head.partition("\n")[0], "", 1)
    lines = source.split("\n")
    if not any(map(IPYTHON.match, lines)):
        return source
    try:
        ast.parse(source)  # such a line may stand inside a string
        return source
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return "\n".join("" if IPYTHON.match(line) else line for line in lines)


def _asks(source: str, name: str) -> bool:
    """Whether a cell that is no Python tries to define the exercise."""
    return bool(re.search(rf"^(?:async +)?(?:def|class)[ \t]+{name}\b", source, re.M))


def _unreadable(name: str, source: str, error: object) -> Answer:
    line = getattr(error, "lineno", None)
    said = getattr(error, "msg", None) or str(error)
    empty = said.startswith("expected an indented block")
    where = f" in line {line}" if line else ""
    reason = f"Python could not run this cell: {type(error).__name__}{where}: {said}."
    return Answer(name, NOT_ATTEMPTED if empty else INCORRECT, reason[:300], shown=source)

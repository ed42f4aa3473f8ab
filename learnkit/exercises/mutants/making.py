"""An answer with one thing changed, by machine, and the words for what was changed.

Mutants are the exam that the cases of an exercise must pass: none may be accepted. And they
explain: an answer that gives on every case what a mutant gives has, in effect, that fault. The
words follow "what comes out". Source: DeMillo, Lipton and Sayward (1978).
"""

import ast
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from learnkit.exercises.mutants import expressions, operators, statements
from learnkit.exercises.mutants.changes import Change
from learnkit.exercises.mutants.words import Words


@dataclass(frozen=True)
class Mutant:
    """A changed answer; `words` say what was changed, and follow "what comes out"."""

    words: str
    text: str  # its whole source, as ast.unparse writes it
    answer: Callable


def mutants(source: str, scope: dict[str, Any]) -> Iterator[Mutant]:
    """The mutants that prove the cases of an exercise, of the one definition in `source`.

    `scope` holds its globals. Checks of the input (`if ...: raise`, `check_...`) are taken out
    first: an exercise is only given what fits, so no case could tell.
    """
    tree = ast.parse(source)
    without_checks(tree)
    yield from _made(tree, [c for c in _changes(tree) if c.usual], scope, set())


def mutants_to_explain(source: str, scope: dict[str, Any], seen: set[str]) -> Iterator[Mutant]:
    """More of them, some of which are right; none whose text is in `seen`, which they join.

    Nothing within a `while` is changed, since such a loop may never end.
    """
    tree = ast.parse(source)
    endless = {
        node for loop in ast.walk(tree) if isinstance(loop, ast.While) for node in ast.walk(loop)
    }
    yield from _made(tree, [c for c in _changes(tree) if c.node not in endless], scope, seen)


def without_checks(tree: ast.Module) -> None:
    """Takes docstrings and checks of the input out of a definition."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            node.body = [n for n in node.body if not _is_check(n)] or node.body


def _is_check(node: ast.stmt) -> bool:
    if isinstance(node, ast.If):
        return isinstance(node.body[0], ast.Raise)
    if not isinstance(node, ast.Expr):
        return False
    if isinstance(node.value, ast.Call):
        return ast.unparse(node.value.func).lstrip("_").startswith("check")
    return isinstance(node.value, ast.Constant)  # a docstring


def _changes(tree: ast.Module) -> list[Change]:
    """The changes of the definition in `tree`, in the order of its nodes."""
    told = Words(tree)
    parents = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
    return [
        change
        for node in ast.walk(tree)
        for kind, look in (*operators.LOOKS, *expressions.LOOKS, *statements.LOOKS)
        if isinstance(node, kind)
        for change in look(node, told, parents)
    ]


def _made(
    tree: ast.Module, changes: list[Change], scope: dict[str, Any], seen: set[str]
) -> Iterator[Mutant]:
    seen.add(ast.unparse(tree))
    for change in changes:
        before = getattr(change.node, change.field)
        setattr(change.node, change.field, change.value)
        try:
            text = ast.unparse(tree)
            if text not in seen:
                seen.add(text)
                yield Mutant(change.words, text, defined(tree, scope))
        except (SyntaxError, ValueError):  # what is changed so is no Python
            continue
        finally:
            setattr(change.node, change.field, before)


def defined(tree: ast.Module, scope: dict[str, Any]) -> Callable:
    """What the one definition in `tree` defines, without decorators, among the names of `scope`."""
    definition: Any = tree.body[0]
    own = dict(scope)
    definition.decorator_list = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SyntaxWarning)  # a mutant may call what is no function
        exec(compile(ast.fix_missing_locations(tree), "mutant", "exec"), own)
    return own[definition.name]

"""Changes of statements: one left out, two in each other's place, a return that comes too early."""

import ast
import copy
from collections.abc import Iterator
from typing import Any

from learnkit.exercises.mutants.changes import Change, Look, Parents
from learnkit.exercises.mutants.words import Words, called, function


def block(node: ast.stmt, told: Words, parents: Parents) -> Iterator[Change]:
    """The statements under a `def`, a loop or an `if`."""
    for field in ("body", "orelse"):
        lines = getattr(node, field, None)
        if not isinstance(lines, list):
            continue
        for i, line in enumerate(lines):
            before, after = lines[:i], lines[i + 1 :]
            if isinstance(line, ast.Return):
                if before and isinstance(before[-1], ast.For):
                    yield _early(node, field, before, line)
                continue
            what = said(line, told)
            if len(lines) > 1:
                yield Change(node, field, [*before, *after], f"when {what} is left out")
            if before:
                places, words = [*before[:-1], line, before[-1], *after], said(before[-1], told)
                yield Change(node, field, places, f"when {what} comes before {words}", usual=False)


def _early(node: ast.stmt, field: str, before: list[ast.stmt], line: ast.Return) -> Change:
    """The return at the end of the loop that stands above it."""
    loop: Any = copy.copy(before[-1])
    loop.body = [*loop.body, line]
    words = "when `return` stands inside the loop, which ends after its first round"
    return Change(node, field, [*before[:-1], loop], words, usual=False)


def results(node: ast.Return, told: Words, parents: Parents) -> Iterator[Change]:
    """Nothing returned; two results in each other's place."""
    if node.value is not None:
        yield Change(node, "value", ast.Constant(None), "when nothing is returned")
    if isinstance(node.value, ast.Tuple):
        parts = node.value.elts
        for i in range(len(parts) - 1):
            swapped = [*parts[:i], parts[i + 1], parts[i], *parts[i + 2 :]]
            words = f"when results {i + 1} and {i + 2} change places"
            yield Change(node.value, "elts", swapped, words, usual=False)


def said(line: ast.stmt, told: Words) -> str:
    """A statement in words."""
    if isinstance(line, ast.For):
        return "a loop"
    if isinstance(line, ast.If):
        return f"the case {told.part(line.test)}".rstrip()
    if isinstance(line, ast.Assign | ast.AugAssign):
        target = line.targets[0] if isinstance(line, ast.Assign) else line.target
        if what := told.stored(target):
            return f"the line that sets {what}"
        name = function(called(line.value))
        return f"the line that takes {name}" if name else "a line"
    if isinstance(line, ast.Expr) and (name := called(line.value)):
        return f"the call of `{name}`"
    return "a line"


LOOKS: list[tuple[Any, Look]] = [(ast.stmt, block), (ast.Return, results)]

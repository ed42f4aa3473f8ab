"""One change of an answer's syntax tree."""

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from learnkit.exercises.mutants.words import Words


@dataclass(frozen=True)
class Change:
    """`field` of `node` becomes `value`; `words` follow "what comes out"."""

    node: ast.AST
    field: str
    value: Any
    words: str
    usual: bool = True  # the cases of every exercise must tell it from the answer


Parents = dict[ast.AST, ast.AST]
Look = Callable[[Any, Words, Parents], Iterator[Change]]


def become(
    node: ast.AST, new: ast.AST, words: str, parents: Parents, *, usual: bool = True
) -> Change:
    """The change that puts another expression in the place of `node`."""
    parent = parents[node]
    for field, value in ast.iter_fields(parent):
        if value is node:
            return Change(parent, field, new, words, usual)
        if isinstance(value, list) and any(v is node for v in value):
            return Change(parent, field, [new if v is node else v for v in value], words, usual)
    raise LookupError(f"{ast.dump(node)} is no child of its parent")

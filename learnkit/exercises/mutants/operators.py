"""Changes of operators: another one, a side left out, the sides swapped, brackets left out."""

import ast
from collections.abc import Iterator
from typing import Any

from learnkit.exercises.mutants.changes import Change, Look, Parents, become
from learnkit.exercises.mutants.words import SIGNS, Words

OTHERS: dict[type, list[type]] = {
    ast.Add: [ast.Sub],
    ast.Sub: [ast.Add],
    ast.Mult: [ast.Div, ast.Add],
    ast.Div: [ast.Mult],
    ast.Pow: [ast.Mult],
    ast.MatMult: [ast.Mult],
    ast.Eq: [ast.NotEq],
    ast.NotEq: [ast.Eq],
    ast.Lt: [ast.LtE, ast.Gt],
    ast.Gt: [ast.GtE, ast.Lt],
    ast.LtE: [ast.Lt, ast.Gt],
    ast.GtE: [ast.Gt, ast.Lt],
    ast.And: [ast.Or],
    ast.Or: [ast.And],
}
UNARY = {ast.USub: "the minus", ast.Invert: "~", ast.Not: "`not`"}
WEAK = (ast.Add, ast.Sub)


def binary(node: ast.BinOp, told: Words, parents: Parents) -> Iterator[Change]:
    """a + b as a - b, as a, as b; a - b as b - a; (a + b) / c as a + b / c."""
    kind, place = type(node.op), told.between(node.left, node.right)
    sign = SIGNS.get(kind, "")
    for other in OTHERS.get(kind, []):
        yield Change(node, "op", other(), f"when {SIGNS[other]} stands for {sign}{place}")
    for side, kept, behind in ((node.right, node.left, True), (node.left, node.right, False)):
        if kind in (*WEAK, ast.Mult) or (behind and kind in (ast.Div, ast.Pow)):
            yield become(node, kept, _without(kind, told.part(side)), parents, usual=False)
    if kind in (ast.Sub, ast.Div, ast.MatMult, ast.Pow, ast.FloorDiv):
        swapped = ast.BinOp(node.right, node.op, node.left)
        words = f"when the two sides of {sign} change places{place}"
        yield become(node, swapped, words, parents, usual=False)
    if kind not in WEAK:
        yield from _without_brackets(node, told, parents)


def _without(kind: type, part: str) -> str:
    """The words for one side left out."""
    if kind is ast.Div:
        return f"when nothing is divided by {part}" if part else "when a division is left out"
    if kind is ast.Pow:
        return f"when the power of {part} is left out" if part else "when a power is left out"
    what = "factor" if kind is ast.Mult else "term"
    if not part:
        return f"when a {what} is left out"
    return f"when the {what} {part if part[0] == '`' else f'with {part}'} is left out"


def _without_brackets(node: ast.BinOp, told: Words, parents: Parents) -> Iterator[Change]:
    """(a + b) / c as a + b / c, and c * (a + b) as c * a + b."""
    left, right = node.left, node.right
    for inner in (left, right):
        if not (isinstance(inner, ast.BinOp) and isinstance(inner.op, WEAK)):
            continue
        what = told.part(inner) or "a sum or a difference"
        words = f"when the brackets round {what} are left out"
        if inner is left:
            whole = ast.BinOp(inner.left, inner.op, ast.BinOp(inner.right, node.op, right))
        else:
            whole = ast.BinOp(ast.BinOp(left, node.op, inner.left), inner.op, inner.right)
        yield become(node, whole, words, parents, usual=False)


def augmented(node: ast.AugAssign, told: Words, parents: Parents) -> Iterator[Change]:
    """x += a as x -= a."""
    what = told.stored(node.target)
    place = f" for {what}" if what else ""
    for other in OTHERS.get(type(node.op), []):
        signs = f"{SIGNS[other]}= stands for {SIGNS[type(node.op)]}="
        yield Change(node, "op", other(), f"when {signs}{place}")


def boolean(node: ast.BoolOp, told: Words, parents: Parents) -> Iterator[Change]:
    """`a and b` as `a or b`."""
    for other in OTHERS.get(type(node.op), []):
        signs = f"`{SIGNS[other]}` stands for `{SIGNS[type(node.op)]}`"
        yield Change(node, "op", other(), f"when {signs}")


def compare(node: ast.Compare, told: Words, parents: Parents) -> Iterator[Change]:
    """a < b as a <= b."""
    place = told.between(node.left, node.comparators[0])
    for other in OTHERS.get(type(node.ops[0]), []):
        signs = f"{SIGNS[other]} stands for {SIGNS[type(node.ops[0])]}"
        yield Change(node, "ops", [other(), *node.ops[1:]], f"when {signs}{place}")


def unary(node: ast.UnaryOp, told: Words, parents: Parents) -> Iterator[Change]:
    """-a as a."""
    part, sign = told.part(node.operand), UNARY.get(type(node.op), "the sign")
    place = f" before {part}" if part else ""
    yield become(node, node.operand, f"when {sign}{place} is left out", parents)


LOOKS: list[tuple[Any, Look]] = [
    (ast.BinOp, binary),
    (ast.AugAssign, augmented),
    (ast.BoolOp, boolean),
    (ast.Compare, compare),
    (ast.UnaryOp, unary),
]

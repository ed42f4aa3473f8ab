"""Changes of expressions: another number, another argument, another function, a bound left out."""

import ast
from collections.abc import Iterator
from typing import Any

from learnkit.exercises.mutants.changes import Change, Look, Parents, become
from learnkit.exercises.mutants.words import Words, called, function, is_stored

INSTEAD = {  # the functions that students take for one another
    "mean": ["sum", "max"],
    "sum": ["mean"],
    "max": ["min"],
    "min": ["max"],
    "maximum": ["minimum"],
    "minimum": ["maximum"],
    "log": ["log10", "log2", "log1p"],
    "log10": ["log", "log2"],
    "sqrt": ["abs", "square"],
    "sin": ["cos"],
    "cos": ["sin"],
    "var": ["std"],
    "std": ["var"],
    "ones": ["zeros"],
    "zeros": ["ones"],
    "zeros_like": ["ones_like"],
    "ones_like": ["zeros_like"],
    "argmin": ["argmax"],
    "argmax": ["argmin"],
    "randn": ["rand"],
    "rand": ["randn"],
}


# ---- numbers and names -------------------------------------------------------------------------


def constant(node: ast.Constant, told: Words, parents: Parents) -> Iterator[Change]:
    """2 as 3 and as 1, 0.1 as 0.2, 1.1 and -0.1, True as False."""
    where = parents[node]
    while isinstance(where, ast.UnaryOp | ast.Tuple):
        where = parents[where]
    for value in _other_values(node.value):
        words = f"{value} stands for {node.value!r}"
        if isinstance(where, ast.keyword):
            what = function(called(parents[where]))
            words = f"the option `{where.arg}`{f' of {what}' if what else ''} is {value}"
        elif isinstance(where, ast.arguments):
            words = f"an option that is not given is taken to be {value}"
        elif isinstance(where, ast.Subscript | ast.Slice):
            words = f"an index or a bound is {value}, and not {node.value!r}"
        elif isinstance(where, ast.BinOp):
            other = where.right if where.left is node else where.left
            words += f" beside {told.part(other)}" if told.part(other) else ""
        yield Change(node, "value", value, f"when {words}")


def _other_values(value: object) -> list:
    if isinstance(value, bool):
        return [not value]
    if isinstance(value, int):
        return [value + 1, value - 1]
    if isinstance(value, float):
        return [value * 2, value + 1, -value]
    return []


def name(node: ast.Name, told: Words, parents: Parents) -> Iterator[Change]:
    """One argument where another belongs."""
    if is_stored(node) or node.id not in told.arguments:
        return
    for other in told.arguments:
        if other != node.id:
            words = f"when `{other}` is taken where `{node.id}` belongs"
            yield Change(node, "id", other, words, usual=False)


def attribute(node: ast.Attribute, told: Words, parents: Parents) -> Iterator[Change]:
    """x.T as x, and x.size as len(x)."""
    if node.attr == "T":
        yield become(node, node.value, "when a transpose (.T) is left out", parents)
    elif node.attr == "size":
        length = ast.Call(ast.Name("len", ast.Load()), [node.value], [])
        of = told.part(node.value) or "an array"
        words = f"when the length of {of} is taken for its number of elements"
        yield become(node, length, words, parents, usual=False)


# ---- calls -------------------------------------------------------------------------------------


def call(node: ast.Call, told: Words, parents: Parents) -> Iterator[Change]:
    """f(x) as x; another function; an option left out; two arguments swapped."""
    name = called(node)
    what = function(name) or "a function"
    if node.args:
        yield become(node, node.args[0], f"when {what} is left out", parents)
    if isinstance(node.func, ast.Attribute):  # x.mean(dim=1) as x; np.mean(x) would be np
        words = f"when {what} is left out"
        yield become(node, node.func.value, words, parents, usual=not node.args)
    field = "attr" if isinstance(node.func, ast.Attribute) else "id"
    for other in INSTEAD.get(name, []):
        words = f"when {function(other)} is taken in place of {what}"
        yield Change(node.func, field, other, words, usual=False)
    yield from _options(node, what)
    yield from _swapped(node, told)
    yield from _rounds(node)


def _options(node: ast.Call, what: str) -> Iterator[Change]:
    for i, option in enumerate(node.keywords):
        rest = [*node.keywords[:i], *node.keywords[i + 1 :]]
        words = f"when the option `{option.arg}` of {what} is left out"
        if option.arg in ("axis", "dim"):
            words = f"when {what} goes over all axes at once"
        yield Change(node, "keywords", rest, words, usual=False)


def _swapped(node: ast.Call, told: Words) -> Iterator[Change]:
    """Two neighbouring arguments in each other's place."""
    for i in range(len(node.args) - 1):
        before, one, other, after = node.args[:i], *node.args[i : i + 2], node.args[i + 2 :]
        place = told.between(one, other)
        both = place.removeprefix(" between ") if " between " in place else "two arguments"
        words = f"when {both} change places in `{called(node)}`"
        yield Change(node, "args", [*before, other, one, *after], words, usual=False)


def _rounds(node: ast.Call) -> Iterator[Change]:
    """A loop of one round more or less."""
    if called(node) != "range" or not node.args:
        return
    at = 0 if len(node.args) == 1 else 1
    for sign, much in ((ast.Sub(), "one round too few"), (ast.Add(), "one round too many")):
        args = [*node.args]
        args[at] = ast.BinOp(args[at], sign, ast.Constant(1))
        yield Change(node, "args", args, f"when a loop has {much}", usual=False)
    if at == 0:
        words = "when a loop begins at 1, and not at 0"
        yield Change(node, "args", [ast.Constant(1), *node.args], words, usual=False)


# ---- choices and slices ------------------------------------------------------------------------


def choice(node: ast.IfExp, told: Words, parents: Parents) -> Iterator[Change]:
    """`a if x else b` as a, and as b."""
    part = told.part(node.test) or "a condition"
    yield become(node, node.body, f"when {part} is taken to hold always", parents)
    yield become(node, node.orelse, f"when {part} is taken to hold never", parents)


def bounds(node: ast.Slice, told: Words, parents: Parents) -> Iterator[Change]:
    """x[1:] as x[:]."""
    for field, what in (("lower", "beginning"), ("upper", "end"), ("step", "step")):
        given = getattr(node, field)
        if given is not None:
            part = told.part(given)
            words = f"when the {what} of a slice{f', {part},' if part else ''} is left out"
            yield Change(node, field, None, words)


LOOKS: list[tuple[Any, Look]] = [
    (ast.Constant, constant),
    (ast.Name, name),
    (ast.Attribute, attribute),
    (ast.Call, call),
    (ast.IfExp, choice),
    (ast.Slice, bounds),
]

"""Small wrong versions of a function, made by machine: the exam that the checks must pass.

Each mutant changes one thing: an operator, a constant, a comparison, a sign, a statement left
out, a call left out. Checks of the input (`if ...: raise`, `check_...`) are taken out first: an
exercise is only ever given what fits, so no check could tell.
"""

import ast
import copy
import functools
import inspect
import signal
import sys
import textwrap
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager

OPERATORS = {
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


def mutants(function: Callable) -> Iterator[tuple[str, Callable]]:
    """Each mutant of a function or class, with its one changed statement: ("- old + new", it)."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(inspect.unwrap(function))))
    tree.body[0].decorator_list = []
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            node.body = _without_checks(node.body) or node.body
    original = ast.unparse(tree)
    for number in range(len(list(_changes(tree)))):
        changed = copy.deepcopy(tree)
        list(_changes(changed))[number]()
        text = ast.unparse(ast.fix_missing_locations(changed))
        if text != original:
            yield _difference(original, text), _compiled(changed, function)


def impatient(mutant: Callable) -> Callable:
    """The mutant under `impatience`: it alone is interrupted, and never what builds its input."""

    @functools.wraps(mutant)
    def call(*args: object, **options: object) -> object:
        with impatience():
            return mutant(*args, **options)

    return call


@contextmanager
def impatience(seconds: float = 0.5) -> Iterator[None]:
    """Interrupts what is still running, again and again: a mutant may loop without end."""

    def interrupt(signum: int, frame: object) -> None:
        raise TimeoutError

    if not hasattr(signal, "SIGALRM"):  # Windows: no alarm, and no impatience
        yield
        return
    before = signal.signal(signal.SIGALRM, interrupt)
    signal.setitimer(signal.ITIMER_REAL, seconds, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _without_checks(body: list[ast.stmt]) -> list[ast.stmt]:
    def is_check(node: ast.stmt) -> bool:
        raises = isinstance(node, ast.If) and isinstance(node.body[0], ast.Raise)
        call = isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)
        return raises or (call and ast.unparse(node.value.func).lstrip("_").startswith("check"))

    return [node for node in body if not is_check(node) and not _is_docstring(node)]


def _is_docstring(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _changes(tree: ast.AST) -> Iterator[Callable[[], None]]:
    """One function a mutation, each of which changes the tree in place."""
    for node in ast.walk(tree):
        if isinstance(node, ast.BinOp | ast.AugAssign | ast.BoolOp):
            yield from (_set(node, "op", op()) for op in OPERATORS.get(type(node.op), []))
        if isinstance(node, ast.Compare):
            for op in OPERATORS.get(type(node.ops[0]), []):
                yield _set(node, "ops", [op(), *node.ops[1:]])
        if isinstance(node, ast.Constant):
            yield from (_set(node, "value", v) for v in _other_values(node.value))
        if isinstance(node, ast.UnaryOp):
            yield _become(tree, node, node.operand)
        if isinstance(node, ast.Call):
            if node.args:
                yield _become(tree, node, node.args[0])
            if isinstance(node.func, ast.Attribute) and not node.args:
                yield _become(tree, node, node.func.value)  # x.copy() becomes x
        if isinstance(node, ast.Attribute) and node.attr == "T":
            yield _become(tree, node, node.value)
        if isinstance(node, ast.IfExp):
            yield _become(tree, node, node.body)
            yield _become(tree, node, node.orelse)
        if isinstance(node, ast.Slice):
            given = [part for part in ("lower", "upper", "step") if getattr(node, part)]
            yield from (_set(node, part, None) for part in given)
        if isinstance(node, ast.Return) and node.value is not None:
            yield _set(node, "value", ast.Constant(None))
        for name in ("body", "orelse"):
            block = getattr(node, name, None)
            if isinstance(block, list) and len(block) > 1 and isinstance(node, ast.stmt):
                for i, statement in enumerate(block):
                    if not isinstance(statement, ast.Return):
                        yield _leave_out(block, i)


def _other_values(value: object) -> list:
    if isinstance(value, bool):
        return [not value]
    if isinstance(value, int):
        return [value + 1, value - 1]
    if isinstance(value, float):
        return [value * 2, value + 1, -value]
    return []


def _set(node: ast.AST, field: str, value: object) -> Callable[[], None]:
    return lambda: setattr(node, field, value)


def _leave_out(block: list, i: int) -> Callable[[], None]:
    return lambda: block.__delitem__(i)


def _become(tree: ast.AST, old: ast.AST, new: ast.AST) -> Callable[[], None]:
    def change() -> None:
        for parent in ast.walk(tree):
            for field, value in ast.iter_fields(parent):
                if value is old:
                    setattr(parent, field, new)
                elif isinstance(value, list) and any(v is old for v in value):
                    setattr(parent, field, [new if v is old else v for v in value])

    return change


def _difference(original: str, text: str) -> str:
    a, b = original.splitlines(), text.splitlines()
    gone = [line.strip() for line in a if line not in b]
    come = [line.strip() for line in b if line not in a]
    return f"- {' ; '.join(gone)} + {' ; '.join(come)}"


def _compiled(tree: ast.Module, function: Callable) -> Callable:
    if isinstance(function, type):
        scope = dict(vars(sys.modules[function.__module__]))
    else:
        scope = dict(inspect.unwrap(function).__globals__)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SyntaxWarning)  # a mutant may call what is no function
        exec(compile(tree, "mutant", "exec"), scope)
    return scope[tree.body[0].name]

"""What a definition needs of the cells around it: the statements that bind the names it reads.

A notebook is a list of statements. Python's own symbol table says which names each of them binds
and reads; what a function's body reads is looked up when it is called, so there the last binding
above the exercise counts, and not the last above the function.
"""

import ast
import builtins
import symtable
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

DEFINITIONS = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
AT_ONCE = {"genexpr", "listcomp", "setcomp", "dictcomp"}  # functions to the symbol table
MOST = 5_000  # statements in a notebook; a lesson has 200
GIVEN = {*dir(builtins), "__name__", "__file__", "__doc__"}


@dataclass(eq=False)
class Statement:
    """One statement at the top level of a cell; `place` counts them through the notebook."""

    node: ast.stmt
    cell: int
    place: int

    @cached_property
    def text(self) -> str:
        """Its source, written anew: comments and layout are gone."""
        return ast.unparse(self.node)

    @cached_property
    def binds(self) -> frozenset[str]:
        """The names that it gives a value."""
        symbols = self._top.get_symbols()
        return frozenset(s.get_name() for s in symbols if s.is_assigned() or s.is_imported())

    @cached_property
    def changes(self) -> frozenset[str]:
        """x of x[0] = 1, of x.y = 1 and of a bare x.append(1)."""
        nodes: list[ast.expr] = []
        if isinstance(self.node, ast.Assign):
            nodes = self.node.targets
        elif isinstance(self.node, ast.AugAssign):
            nodes = [self.node.target]
        elif isinstance(self.node, ast.Expr) and isinstance(self.node.value, ast.Call):
            nodes = [self.node.value.func]
        return frozenset(filter(None, map(_owner, nodes)))

    @cached_property
    def now(self) -> frozenset[str]:
        """The names that must be bound when it runs."""
        return frozenset(name for name, later in _read(self._top) if not later) - GIVEN

    @cached_property
    def later(self) -> frozenset[str]:
        """The names that must be bound when what it defines is called."""
        return frozenset(name for name, later in _read(self._top) if later) - GIVEN

    @property
    def is_plain(self) -> bool:
        """Whether it binds its names for certain, so that nothing before it matters for them."""
        plain = DEFINITIONS | ast.Import | ast.ImportFrom | ast.AnnAssign | ast.Assign
        return isinstance(self.node, plain)

    @property
    def takes_all(self) -> bool:
        """Whether it is `from module import *`."""
        return isinstance(self.node, ast.ImportFrom) and self.node.names[0].name == "*"

    @cached_property
    def _top(self) -> symtable.SymbolTable:
        return symtable.symtable(self.text, "cell", "exec")

    def only(self, names: Iterable[str]) -> str:
        """Its text; of an import the part that binds these names."""
        wanted = set(names)
        if not isinstance(self.node, ast.Import | ast.ImportFrom) or self.takes_all:
            return self.text
        parts = [a for a in self.node.names if (a.asname or a.name).split(".")[0] in wanted]
        if isinstance(self.node, ast.Import):
            return ast.unparse(ast.Import(parts))
        return ast.unparse(ast.ImportFrom(self.node.module, parts, self.node.level))


def statements(trees: Sequence[ast.Module | None]) -> list[Statement]:
    """The statements of all cells; None stands for a cell that holds no Python.

    Raises ValueError where there are more than a person writes.
    """
    found: list[Statement] = []
    for cell, tree in enumerate(trees):
        for node in tree.body if tree else ():
            found.append(Statement(node, cell, len(found)))
    if len(found) > MOST:
        raise ValueError(f"{len(found)} statements, at most {MOST} may be")
    return found


@dataclass(frozen=True)
class Slice:
    """What a definition needs: statements to run before it, and names that nothing binds."""

    text: str
    unbound: frozenset[str]


def needed(wanted: Sequence[Statement], there: Sequence[Statement], given: set[str]) -> Slice:
    """The statements of `there` that `wanted` needs, transitively, in the notebook's order.

    `wanted` ends with the definition. A name in `given` is bound elsewhere, unless a statement
    above the definition binds it.
    """
    end = wanted[-1].place
    taken = {s.place: s for s in wanted}
    names: dict[int, set[str]] = {}
    unbound: set[str] = set()
    touching = _by_name(there)
    seen: set[tuple[str, int]] = set()
    asked = [(name, s, at) for s in wanted for name, at in _reads(s, end)]
    while asked:
        name, reader, before = asked.pop()
        if (name, before) in seen:
            continue
        seen.add((name, before))
        found = list(_binding(name, before, reader, touching.get(name, ())))
        if name not in given and not any(name in s.binds for s in found):
            unbound.add(name)
        for statement in found:
            names.setdefault(statement.place, set()).add(name)
            if statement.place not in taken:
                taken[statement.place] = statement
                asked += [(n, statement, at) for n, at in _reads(statement, end)]
    if unbound:  # one of these may bind it
        taken |= {s.place: s for s in there if s.takes_all}
    own = {s.place for s in wanted}
    chosen = [s for place, s in sorted(taken.items()) if place not in own]
    return Slice("\n".join(s.only(names.get(s.place, ())) for s in chosen), frozenset(unbound))


def _reads(statement: Statement, end: int) -> Iterator[tuple[str, int]]:
    """Each name that a statement reads, and the place before which it has to be bound."""
    yield from ((name, statement.place) for name in statement.now)
    yield from ((name, max(end, statement.place)) for name in statement.later)


def _by_name(there: Iterable[Statement]) -> dict[str, list[Statement]]:
    """For each name the statements that bind it, or change the object that it is bound to."""
    touching: dict[str, list[Statement]] = {}
    imported: set[str] = set()
    for statement in there:
        if isinstance(statement.node, ast.Import | ast.ImportFrom):
            imported |= statement.binds
    for statement in there:  # plt.plot(...) changes nothing that an answer needs
        for name in statement.binds | (statement.changes - imported):
            touching.setdefault(name, []).append(statement)
    return touching


def _binding(
    name: str, before: int, reader: Statement, touching: Sequence[Statement]
) -> Iterator[Statement]:
    """The statements that make up the name's value: those above the place, else those below."""
    above = [s for s in touching if s.place < before and s is not reader]
    for statement in reversed(above):
        yield statement
        if name in statement.binds and statement.is_plain:
            return
    if not any(name in s.binds for s in above):  # the student ran a later cell first
        yield from [s for s in touching if name in s.binds and s is not reader][:1]


def _read(table: symtable.SymbolTable, later: bool = False) -> Iterator[tuple[str, bool]]:
    """Each global name that a block and those inside it read, and whether only when called."""
    top = table.get_type() == "module"
    for symbol in table.get_symbols():
        if symbol.is_referenced() and (top or symbol.is_global()):
            yield symbol.get_name(), later
    for inner in table.get_children():
        is_called = inner.get_type() == "function" and inner.get_name() not in AT_ONCE
        yield from _read(inner, later or is_called)


def _owner(node: ast.expr) -> str | None:
    """The name at the root of x[...].y; None where it is a plain name, or no name at all."""
    inner: ast.expr = node
    while isinstance(inner, ast.Attribute | ast.Subscript):
        inner = inner.value
    return inner.id if isinstance(inner, ast.Name) and inner is not node else None

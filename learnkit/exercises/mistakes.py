"""NAME.mistakes: the answer to an exercise, and the wrong answers as edits of it.

The file is Python in cells, each of which begins with `# %% NAME: `. Above the first stands what
they share. The first cell, `answer`, is the definition that the lesson gives as its solution. A
cell below it is a mistake: its name, the sentence that the student is told, and its code.

    # %% summed: You summed; the loss is a mean over all N elements.
    - return np.mean((pred - target) ** 2)
    + return np.sum((pred - target) ** 2)

    # %% halved: You halved it; the loss is the mean itself.
    ~ np.mean( => 0.5 * np.mean(

    # %% no_square: You did not square the differences.
    return np.mean(pred - target)

Lines with - and + edit the answer: what the first ones say is replaced by what the others say.
Lines that begin with two spaces stay, and show the place. Lines with + alone go to the top of
the body, and edits of two places have an empty line between them. A line with ~ edits less than a
line: what stands before => is replaced by what stands behind it. Other code is the whole body,
or, where it begins with the answer's own `def` or `class`, the whole definition; it may call
`answer`, and the other mistakes by name. A sentence `as OTHER` is that of another cell.
`# %% NAME for x in 1, 2, 3: ` makes three mistakes, NAME_1, NAME_2 and NAME_3: x is a variable
of their code, and {x} in the sentence is its value.
"""

import linecache
import re
import textwrap
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HEAD = re.compile(r"# %% (?P<name>\w+)(?: for (?P<variable>\w+) in (?P<values>[^:]+))?(?:: |$)")


@dataclass(frozen=True)
class Mistake:
    """A wrong implementation, and the sentence that names it."""

    answer: Callable
    sentence: str
    text: str = ""  # of its definition, from `def` or `class` on
    edits: str = ""  # the lines that make it of the answer, where it is written so

    @property
    def name(self) -> str:
        """The id that Report.mistake carries."""
        return self.answer.__name__


@dataclass(frozen=True)
class Cell:
    """One cell: its name, its sentence, its code, and the variable that it is repeated for."""

    name: str
    sentence: str
    code: str
    variable: str = ""
    values: tuple[str, ...] = ()


class Written:
    """The file NAME.mistakes; `names` are those that its code may use, as the globals of a module.

    Raises ValueError where a cell cannot be read, with its name.
    """

    def __init__(self, path: Path, names: dict[str, Any]):
        """Reads the file, and runs what stands above the cells."""
        self.path, self.names = path, names
        above, self.cells = _cells(path)
        self._run(above, "above the cells")
        self.answer = self.names["answer"] = self._defined(self.definition, path.stem)

    @property
    def definition(self) -> str:
        """The text of the answer, from its `def` or `class` on."""
        return self.cells["answer"].code

    def body(self) -> str:
        """The text of the answer without its `def` line; a class's is whole."""
        head, _, body = self.definition.partition("\n")
        return textwrap.dedent(body) if head.startswith("def ") else self.definition

    def mistakes(self) -> Iterator[Mistake]:
        """All of them, in order."""
        for cell in list(self.cells.values())[1:]:
            sentence = self.cells[cell.sentence[3:]].sentence if _is_as(cell) else cell.sentence
            definition = self._definition(cell)
            for name, text, value in _repeated(cell, definition):
                told = sentence.replace(f"{{{cell.variable}}}", value)
                edits = cell.code if _is_edits(cell.code) and not value else ""
                yield Mistake(self._defined(text, name), told, text, edits)

    def _definition(self, cell: Cell) -> str:
        """The text of a mistake, from its `def` or `class` on."""
        name = self.path.stem
        if re.match(rf"(def|class) {name}\b", cell.code):
            return cell.code
        if _is_edits(cell.code):
            try:
                return edited(self.definition, cell.code)
            except ValueError as error:
                raise ValueError(f"{self.path.name}, {cell.name}: {error}") from None
        return f"{self.definition.splitlines()[0]}\n{textwrap.indent(cell.code, '    ')}"

    def _defined(self, text: str, name: str) -> Callable:
        """What the text defines, under this name, for the other cells too."""
        text = re.sub(rf"^(def|class) {self.path.stem}\b", rf"\1 {name}", text)
        self._run(text, name)
        return self.names[name]

    def _run(self, text: str, what: str) -> None:
        file = f"<{self.path.name}: {what}>"
        linecache.cache[file] = (len(text), None, text.splitlines(keepends=True), file)
        try:
            exec(compile(text, file, "exec"), self.names)
        except SyntaxError as error:
            line = f"line {error.lineno}: {error.msg}"
            raise ValueError(f"{self.path.name}, {what}, {line}") from error


def edited(answer: str, edits: str) -> str:
    """The answer after its edits; raises ValueError where a place is not there exactly once."""
    lines, places = answer.splitlines(), []
    within = re.findall(r"^~ (.+) => ?(.*)\n?", edits, re.M)
    whole = re.sub(r"^~ .*\n?", "", edits, flags=re.M).strip("\n")
    for edit in whole.split("\n\n") if whole else ():
        old = [line[2:] for line in edit.splitlines() if line[0] in "- "]
        new = [line[2:] for line in edit.splitlines() if line[0] in "+ "]
        at, shift = _place(lines, old)
        places.append((at, len(old), [" " * shift + line for line in new]))
    for at, length, new in sorted(places, reverse=True):
        lines[at : at + length] = new
    text = "\n".join(lines)
    for old, new in within:
        if text.count(old) != 1:
            raise ValueError(f"the answer {_many(text.count(old))} {old!r}")
        text = text.replace(old, new)
    return text


def _place(lines: list[str], old: list[str]) -> tuple[int, int]:
    """Where these lines stand in the answer, and how many blanks further right."""
    if not old:
        return 1, 4
    told, want = [line.strip() for line in lines], [line.strip() for line in old]
    places = [i for i in range(len(told)) if told[i : i + len(want)] == want]
    if len(places) != 1:
        raise ValueError(f"the answer {_many(len(places))} {want[0]!r}")
    indents = [len(line) - len(line.lstrip()) for line in (lines[places[0]], old[0])]
    return places[0], indents[0] - indents[1]


def _many(count: int) -> str:
    return "has more than once" if count else "does not have"


def _cells(path: Path) -> tuple[str, dict[str, Cell]]:
    """The text above the cells, and the cells by name."""
    above, *texts = re.split(r"^(?=# %% )", path.read_text(encoding="utf-8"), flags=re.M)
    cells: dict[str, Cell] = {}
    for text in texts:
        cell = _cell(text, path)
        if cell.name in cells:
            raise ValueError(f"{path.name} has two cells called {cell.name}")
        cells[cell.name] = cell
    if next(iter(cells), None) != "answer":
        raise ValueError(f"{path.name} must begin with the cell of the answer: # %% answer")
    for cell in cells.values():
        if _is_as(cell) and cell.sentence[3:] not in cells:
            raise ValueError(f"{path.name}, {cell.name}: no cell is called {cell.sentence[3:]}")
    return above, cells


def _cell(text: str, path: Path) -> Cell:
    lines = text.splitlines()
    length = next((i for i, line in enumerate(lines) if not line.startswith("#")), len(lines))
    head = HEAD.match(lines[0])
    if head is None:
        raise ValueError(f"{path.name}: write `# %% name: sentence` in place of {lines[0]!r}")
    sentence = " ".join([lines[0][head.end() :], *(line[2:] for line in lines[1:length])])
    values = tuple(v.strip() for v in head["values"].split(",")) if head["values"] else ()
    code = "\n".join(lines[length:]).strip("\n")
    return Cell(head["name"], sentence.strip(), code, head["variable"] or "", values)


def _is_edits(code: str) -> bool:
    return code.startswith(("- ", "+ ", "~ ", "  "))


def _is_as(cell: Cell) -> bool:
    return bool(re.fullmatch(r"as \w+", cell.sentence))


def _repeated(cell: Cell, definition: str) -> Iterator[tuple[str, str, str]]:
    """The name and the text of each mistake that a cell makes, and the value that it is for."""
    if not cell.variable:
        yield cell.name, definition, ""
    for value in cell.values:
        head, body = definition.split("\n", 1)
        name = re.sub(r"\W+", "_", f"{cell.name}_{value}").rstrip("_")
        yield name, f"{head}\n    {cell.variable} = {value}\n{body}", value

"""The glossary: one table in docs/glossary.md, and from it the notebook that lessons link to.

In a notebook each term is a heading, so that a link such as `glossary.ipynb#Mean-squared-error`
leads to it, in JupyterLab and in a page that was made from it.
"""

from pathlib import Path
from typing import NamedTuple

import nbformat

NAME = "glossary.ipynb"


class Term(NamedTuple):
    """A row of the table; `lesson` is two digits."""

    name: str
    chinese: str
    meaning: str
    lesson: str

    @property
    def anchor(self) -> str:
        """What stands behind # in a link to it."""
        return self.name.replace(" ", "-")

    @property
    def link(self) -> str:
        """A link's target."""
        return f"{NAME}#{self.anchor}"


def terms(root: Path) -> list[Term]:
    """The terms of docs/glossary.md, as they stand there; none where there is no such file."""
    path = root / "docs" / "glossary.md"
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    rows = [line for line in lines if line.startswith("| ")][1:]
    return [Term(*(cell.strip() for cell in row.strip("|").split("|"))) for row in rows]


def notebook(root: Path, lessons: dict[str, str]) -> nbformat.NotebookNode:
    """The glossary as a notebook, a cell for each term; `lessons` has file names by number."""
    first = (
        "# Glossary\n\n"
        "The terms of the course, each with the Chinese term, in the words of the lesson that "
        "introduces it."
    )
    cells = [first]
    cells += [_entry(term, lessons) for term in terms(root)]
    made = nbformat.v4.new_notebook(
        cells=[
            nbformat.v4.new_markdown_cell(text, id=f"cell-{i:03d}") for i, text in enumerate(cells)
        ]
    )
    made.metadata.language_info = {"name": "python"}
    return made


def _entry(term: Term, lessons: dict[str, str]) -> str:
    where = f"Lesson {term.lesson}"
    if term.lesson in lessons:
        where = f"[{where}]({lessons[term.lesson]})"
    return f"### {term.name}\n\n{term.chinese}. {term.meaning} {where}."

"""A submitted file, read as what it is: bytes of a stranger. Out of it come the sources of cells.

Nothing else of a notebook is used: no output, no metadata, no HTML.
"""

import json
import re
from dataclasses import dataclass
from typing import Any

FILE = 64 << 20  # bytes: outputs with pictures are part of an honest file
SOURCES = 1 << 19  # characters of source in all cells together; a lesson has 30,000
CELLS = 5_000


class UnreadableError(ValueError):
    """The file is no notebook that can be read; the message is a sentence."""


@dataclass(frozen=True)
class Cell:
    """A cell's source; `grade_id` is nbgrader's name for it, "" where it has none."""

    kind: str  # "code", "markdown" or "raw"
    source: str
    grade_id: str = ""


def cells(data: bytes) -> list[Cell]:
    """The cells of a notebook (nbformat 4). Raises UnreadableError."""
    if len(data) > FILE:
        raise UnreadableError(f"the file has {len(data) / 1e6:.0f} MB; at most {FILE >> 20} MB may")
    try:
        book = json.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise UnreadableError("the file is not UTF-8 text") from None
    except RecursionError:
        raise UnreadableError("the file's JSON is nested too deep") from None
    except ValueError as error:
        raise UnreadableError(f"the file is no notebook ({str(error)[:100]})") from None
    if not isinstance(book, dict) or not isinstance(book.get("cells"), list):
        raise UnreadableError("the file has no cells: hand in a notebook of Jupyter (nbformat 4)")
    if len(book["cells"]) > CELLS:
        raise UnreadableError(f"the notebook has {len(book['cells'])} cells; at most {CELLS} may")
    found = [_cell(one) for one in book["cells"]]
    length = sum(len(one.source) for one in found)
    if length > SOURCES:
        raise UnreadableError(
            f"the cells hold {length} characters of source; at most {SOURCES} may"
        )
    return found


def _cell(one: Any) -> Cell:
    if not isinstance(one, dict):
        raise UnreadableError("one of the cells is not a cell")
    source = one.get("source", "")
    if isinstance(source, list) and all(isinstance(line, str) for line in source):
        source = "".join(source)
    if not isinstance(source, str):
        raise UnreadableError("the source of a cell is not text")
    kind = one.get("cell_type")
    return Cell(kind if kind in ("code", "markdown") else "raw", source, _grade_id(one))


def _grade_id(one: dict) -> str:
    metadata = one.get("metadata")
    its = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    name = its.get("grade_id") if isinstance(its, dict) else None
    return name if isinstance(name, str) and re.fullmatch(r"\w{1,100}", name) else ""

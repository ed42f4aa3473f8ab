"""Numbers as a table: HTML under the cell, and the same table as text where no HTML is shown.

A dictionary printed as it is breaks in the middle of a word, and shows sixteen digits of a number.
"""

import html
import math
import numbers
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Cells = list[str]
_CELL = "padding:3px 12px;text-align:{};color:inherit;border:0;border-bottom:1px solid #76767655"


@dataclass(frozen=True)
class Table:
    """A table ready to stand under a cell; `str(table)` is its text."""

    title: str
    heads: Cells  # one a column, or none at all
    body: list[Cells]
    right: list[bool]  # of each column: does it hold numbers, which stand to the right?

    def __str__(self) -> str:
        """The table in plain text, its columns aligned."""
        lines = [self.heads, *self.body] if self.heads else self.body
        widths = [max(len(line[i]) for line in lines) for i in range(len(self.right))]

        def aligned(cells: Cells) -> str:
            sides = zip(cells, widths, self.right, strict=True)
            return "  ".join(f"{c:>{w}}" if right else f"{c:<{w}}" for c, w, right in sides)

        rule = "  ".join("-" * width for width in widths)
        head = [aligned(self.heads), rule] if self.heads else []
        texts = [*([self.title] if self.title else []), *head, *map(aligned, self.body)]
        return "\n".join(text.rstrip() for text in texts)

    def _repr_html_(self) -> str:
        aligned = [_CELL.format("right" if right else "left") for right in self.right]

        def row(cells: Cells, tag: str, scope: str = "") -> str:
            """One line; its first cell is its head."""
            tags = ["th", *[tag] * (len(cells) - 1)]
            scopes = [scope or "row", *[scope] * (len(cells) - 1)]
            parts = zip(cells, tags, scopes, aligned, strict=True)
            return "".join(
                f"<{t}{f' scope={s!r}' if s else ''} style='{look}'>{html.escape(cell)}</{t}>"
                for cell, t, s, look in parts
            )

        title = (
            f"<caption style='caption-side:top;text-align:left;padding:4px 12px;color:inherit;"
            f"font-weight:600'>{html.escape(self.title)}</caption>"
            if self.title
            else ""
        )
        head = f"<thead><tr>{row(self.heads, 'th', 'col')}</tr></thead>" if self.heads else ""
        body = "".join(f"<tr>{row(cells, 'td')}</tr>" for cells in self.body)
        return (
            "<div style='overflow-x:auto'><table style='border-collapse:collapse;margin:6px 0;"
            "font-variant-numeric:tabular-nums;width:auto'>"
            f"{title}{head}<tbody>{body}</tbody></table></div>"
        )

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        return {"text/html": self._repr_html_(), "text/plain": str(self)}


def show_table(
    rows: Mapping | Iterable[Mapping | Sequence],
    *,
    title: str = "",
    heads: Sequence[str] | None = None,
    digits: int | Mapping[str, int] = 2,
    unit: str = "",
) -> None:
    """Shows a table under the cell, or prints it where there is no notebook; see `table`."""
    shown = table(rows, title=title, heads=heads, digits=digits, unit=unit)
    try:
        from IPython import get_ipython
        from IPython.display import display
    except ImportError:
        print(shown)
    else:
        display(shown) if get_ipython() else print(shown)


def table(
    rows: Mapping | Iterable[Mapping | Sequence],
    *,
    title: str = "",
    heads: Sequence[str] | None = None,
    digits: int | Mapping[str, int] = 2,
    unit: str = "",
) -> Table:
    """A table of names and numbers, from one of three forms of `rows`.

    - {name: number}: a row for each name;
    - {name: {column: value}} or {name: [value, ...]}: the same, with several columns;
    - [{column: value}, ...] or [[value, ...], ...]: rows without names.

    Columns named in the rows give the heads; `heads` sets them, that of the names included.
    Fractions get `digits` digits behind the point, all of them or {head: digits}, and `unit`
    behind them. None is shown as a dash.
    Raises ValueError where there is no row, a row has too few or too many values, or heads do not
    fit.

    >>> print(table({"mean garment": 14.8241, "U-Net": 25.2}, unit="dB"))
    mean garment  14.82 dB
    U-Net         25.20 dB
    """
    named = isinstance(rows, Mapping)
    if isinstance(rows, Mapping):
        lines = [(str(name), value) for name, value in rows.items()]
    else:
        lines = [*_unnamed(rows)]
    if not lines:
        raise ValueError("there is no row to show")
    keys = _columns(value for _, value in lines)
    values = [_values(name, value, keys) for name, value in lines]
    columns = max(map(len, values))
    names = ["", *keys] if named else keys
    heads = [*map(str, names if heads is None else heads)] if keys or heads is not None else []
    width = columns + named
    if heads and len(heads) != width:
        raise ValueError(f"heads must name {width} columns, got {len(heads)}: {heads}")
    for name, line in zip(lines, values, strict=True):
        if len(line) != columns:
            raise ValueError(f"row {name[0]!r} has {len(line)} values, others have {columns}")
    under = heads[named:] or [""] * columns
    places = [digits.get(head, 2) if isinstance(digits, Mapping) else digits for head in under]
    body = [
        [name] * named + [_text(v, place, unit) for v, place in zip(line, places, strict=True)]
        for (name, _), line in zip(lines, values, strict=True)
    ]
    right = [False] * named + [
        all(v is None or _is_number(v) for v in column) for column in zip(*values, strict=True)
    ]
    return Table(title, heads, body, right)


def _unnamed(rows: Iterable[Mapping | Sequence]) -> Iterable[tuple[str, object]]:
    for number, row in enumerate(rows):
        if not isinstance(row, Mapping | Sequence) or isinstance(row, str):
            raise ValueError(
                f"a row without a name must be a dictionary or a list, got {row!r}; "
                "numbers with names are {name: number}"
            )
        yield str(number), row


def _columns(values: Iterable[object]) -> list:
    """The columns that the rows name, in the order of their first appearance."""
    return list(dict.fromkeys(key for v in values if isinstance(v, Mapping) for key in v))


def _values(name: str, value: object, keys: list) -> list:
    if isinstance(value, Mapping):
        return [value.get(key) for key in keys]
    if isinstance(value, list | tuple):
        return list(value)
    return [value]


def _plain(value: Any) -> Any:
    """A number of NumPy or torch as Python's own."""
    return value.item() if getattr(value, "shape", None) == () else value


def _is_number(value: object) -> bool:
    value = _plain(value)
    return isinstance(value, numbers.Real) and not isinstance(value, bool)


def _text(value: Any, digits: int, unit: str) -> str:
    value = _plain(value)
    if value is None:
        return "–"
    if not _is_number(value):
        return str(value)
    if isinstance(value, numbers.Integral):
        text = str(value)
    elif math.isinf(value):
        text = "∞" if value > 0 else "−∞"
    else:
        text = f"{value:.{digits}f}"
    return f"{text} {unit}".rstrip()

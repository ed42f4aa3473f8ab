"""The table: every method on every kind of hole, row by row, and the files that hold it.

`rows` is a generator, so that whoever runs it sees each row as soon as it is there. A method that
cannot be made, or raises for a hole, has a row that says so, and the table goes on.
"""

import csv
import io
import json
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, fields, replace
from pathlib import Path

from learnkit.benchmark.from_file import place
from learnkit.benchmark.methods import Method
from learnkit.benchmark.scores import CAP, Row, measure
from learnkit.files import write_whole
from learnkit.fills.protocol import BatchFill
from learnkit.holes import published
from learnkit.images.data import fashion_mnist, to_float
from learnkit.shapes import Holes, Images

TRAINING = (10_000, 60_000)  # training pictures: the embedded ones, or all
TEST = 10_000
COLUMNS = {f.name: f.metadata["column"] for f in fields(Row) if f.metadata}  # of a printed row


def rows(
    methods: Iterable[Method],
    *,
    holes: Sequence[str] = tuple(published.KINDS),
    pictures: int = 500,
    training: int = 10_000,
) -> Iterator[Row]:
    """A `Row` for each method and each kind of hole, on the first `pictures` test garments.

    Raises ValueError where a kind of hole is unknown, or a number of pictures is none that there
    is; OSError where all 60,000 training pictures are wanted and cannot be found.
    """
    for kind in holes:
        published.check_kind(kind)
    if not 1 <= pictures <= TEST:
        raise ValueError(f"pictures must be from 1 to {TEST}, the test pictures, got {pictures}")
    if training not in TRAINING:
        raise ValueError(f"training must be 10000 or 60000 pictures, got {training}")
    learned_from = fashion_mnist("train", full=training > TRAINING[0])[0].view()
    learned_from.flags.writeable = False  # no method can spoil what the next one learns from
    images = to_float(fashion_mnist("test")[0][:pictures])
    cut = {kind: published.holes(kind, pictures) for kind in holes}
    for method in _named_apart(methods):
        fill, error = None, ""
        took: dict[str, int | float] = {}
        began = time.perf_counter()
        try:
            fill = method.make(learned_from)
            took = method.training(time.perf_counter() - began)
        except (Exception, SystemExit) as reason:  # it is this method's row, and no other's
            error = _sentence(reason, method)
        for kind in holes:
            yield _row(method, fill, took, error, kind, images, cut[kind], training)


def _row(
    method: Method,
    fill: BatchFill | None,
    took: dict[str, int | float],
    error: str,
    kind: str,
    images: Images,
    holes: Holes,
    training: int,
) -> Row:
    numbers = {}
    if fill is not None:
        try:
            numbers = measure(fill, images, holes) | took
        except (Exception, SystemExit) as reason:
            error = _sentence(reason, method)
    title, learned = published.KINDS[kind].title, method.trained or training
    return Row(method.title, title, len(images), learned, error=error, **numbers)


def _named_apart(methods: Iterable[Method]) -> Iterator[Method]:
    """The methods, whose titles tell them apart: a second "mine" is "mine (2)"."""
    used: dict[str, int] = {}
    for method in methods:
        times = used[method.title] = used.get(method.title, 0) + 1
        yield method if times == 1 else replace(method, title=f"{method.title} ({times})")


def _sentence(error: BaseException, method: Method) -> str:
    text = " ".join(str(error).split())
    known = isinstance(error, ValueError | TypeError | ImportError | OSError) and text
    what = text if known else f"{type(error).__name__}: {text}".rstrip(": ")
    return what + place(error, method.file)


# ---- the table as text -------------------------------------------------------------------------


def head() -> str:
    """The line above the rows that `line` makes."""
    return "".join(_aligned(c.head, c.width) for c in COLUMNS.values()).rstrip()


def line(row: Row) -> str:
    """A row, aligned under `head`; its sentence in place of numbers where it has none."""
    pairs = zip(_texts(row), COLUMNS.values(), strict=True)
    texts = [_aligned(text, column.width) for text, column in pairs]
    return "".join(texts[:2]) + row.error if row.error else "".join(texts)


def _aligned(text: str, width: int) -> str:
    """Names to the left, numbers to the right."""
    return f"{text:<{width - 1}} " if width > 13 else f"{text:>{width}}"


def _texts(row: Row) -> list[str]:
    shown = ((getattr(row, name), column.style) for name, column in COLUMNS.items())
    return ["-" if value is None else format(value, style) for value, style in shown]


def markdown(table: Sequence[Row]) -> str:
    """Two tables: pooled PSNR, a row a method and a column a hole; and every number there is."""
    if not table:
        return "No rows.\n"
    kinds = list(dict.fromkeys(row.hole for row in table))
    names = list(dict.fromkeys(row.method for row in table))
    found = {(row.method, row.hole): row for row in table}
    scored = [(row.hole, row.pooled_psnr) for row in table if not row.error]
    best = {
        kind: max((db for hole, db in scored if hole == kind and db is not None), default=None)
        for kind in kinds
    }

    def cell(name: str, kind: str) -> str:
        row = found.get((name, kind))
        if row is None or row.pooled_psnr is None:
            return "-"
        bold = "**" if row.pooled_psnr == best[kind] else ""
        return f"{bold}{row.pooled_psnr:.2f}{bold}"

    counts = sorted({row.training for row in table})
    learned = [f"{count:,} training pictures" for count in counts]
    if len(counts) > 1:  # the most are the networks', whose weights were trained before
        networks = dict.fromkeys(row.method for row in table if row.training == counts[-1])
        learned[-1] = f"the shipped networks {learned[-1]} ({', '.join(networks)})"
    parts = [
        f"Hole PSNR in dB, errors pooled over the first {table[0].pictures:,} test pictures; "
        f"methods that learn had {', '.join(learned)}.",
        _grid(
            ["method", *kinds], [[name, *(cell(name, kind) for kind in kinds)] for name in names]
        ),
        "Every number: PSNR over the hole, pooled, and as a mean over the pictures, each at most "
        f"{CAP:.0f} dB; SSIM (Gaussian window) and Frechet classifier distance of the whole filled "
        "pictures; time; the weights of a network; the seconds of training, a network's by "
        "`learnkit sweep training_time` on two cores, another method's as it was made here.",
        _grid([c.head for c in COLUMNS.values()], [_texts(row) for row in table if not row.error]),
    ]
    failed = [f"- {row.method}, {row.hole}: {row.error}" for row in table if row.error]
    return "\n\n".join([*parts, *(["\n".join(failed)] if failed else [])]) + "\n"


def _grid(names: Sequence[str], body: Iterable[Sequence[str]]) -> str:
    """A table of Markdown; a | inside a cell is escaped."""
    lines = [names, ["---"] * len(names), *body]
    return "\n".join(f"| {' | '.join(c.replace('|', chr(92) + '|') for c in x)} |" for x in lines)


def as_csv(table: Sequence[Row]) -> str:
    """A line a row under the names of `Row`; an empty field where there is no number."""
    out = io.StringIO()
    writer = csv.DictWriter(out, [field.name for field in fields(Row)], lineterminator="\n")
    writer.writeheader()
    writer.writerows(asdict(row) for row in table)
    return out.getvalue()


def as_json(table: Sequence[Row]) -> str:
    """A list with an object a row."""
    return json.dumps([asdict(row) for row in table], indent=1, ensure_ascii=False) + "\n"


def write(table: Sequence[Row], folder: Path) -> list[Path]:
    """table.md, table.csv and table.json in a folder, which is made where it is not."""
    folder.mkdir(parents=True, exist_ok=True)
    texts = {"table.md": markdown, "table.csv": as_csv, "table.json": as_json}
    for name, form in texts.items():
        write_whole(folder / name, form(table).encode("utf-8"))
    return [folder / name for name in texts]

"""What is handed in for the capstone: one Python file, of which every part has a name.

FIELD                              one of `learnkit.capstone.fields.FIELDS`
fill(image, hole) -> image         the best single fill, as the course has it everywhere
fills(image, hole, count, seed)    `count` fills that differ, (count, h, w) or (count, h, w, 3)
QUESTION, METHOD, RESULTS, LIMITS  the report: a text of at least 30 words each
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from learnkit.benchmark import from_file
from learnkit.capstone.fields import FIELDS
from learnkit.files import write_whole

WORDS = 30  # that a text of the report has at least
TEXTS = {
    "QUESTION": "who needs these pictures repaired, and what for",
    "METHOD": "how your method works, and its source: author and year",
    "RESULTS": "your numbers beside the harmonic fill's, and whether PSNR is the right measure",
    "LIMITS": "where it fails, shown by an example, and what nobody should use it for",
}
FUNCTIONS = {
    "fill": "def fill(image, hole), which returns the picture with its hole filled",
    "fills": "def fills(image, hole, count, seed), which returns `count` fills that differ",
}


@dataclass(frozen=True)
class Submission:
    """A file's parts; `missing` has a sentence for each that is not there or cannot be used."""

    field: str | None
    functions: dict[str, Callable[..., Any]]
    texts: dict[str, str]
    missing: dict[str, str]


def load(path: Path) -> Submission:
    """What a file holds. It is run here and now: run no file of a stranger.

    Raises ValueError where it cannot be run, OSError where there is no such file.
    """
    module = from_file.run(path)
    missing = {}
    chosen = getattr(module, "FIELD", None)
    if not isinstance(chosen, str) or chosen not in FIELDS:
        said = "is missing" if chosen is None else f"is {chosen!r}"
        missing["FIELD"] = f'FIELD {said}: write FIELD = "scan", or another of {", ".join(FIELDS)}'
        chosen = None
    functions = {}
    for name, what in FUNCTIONS.items():
        function = getattr(module, name, None)
        if callable(function):
            functions[name] = function
        else:
            said = "is missing" if function is None else f"is no function but {function!r}"
            missing[name] = f"{name} {said}: write {what}"
    texts = {}
    for name, what in TEXTS.items():
        text = getattr(module, name, None)
        if not isinstance(text, str) or not text.strip():
            missing[name] = f"{name} is missing: write a text on {what}"
        elif (count := len(text.split())) < WORDS:
            missing[name] = f"{name} has {count} words and needs {WORDS} at least: {what}"
        else:
            texts[name] = " ".join(text.split())
    return Submission(chosen, functions, texts, missing)


def begin(path: Path, chosen: str) -> None:
    """Writes a template for a field; it runs as it is, and does no better than the baseline.

    Raises ValueError where there is no such field, FileExistsError where the file is there,
    FileNotFoundError where its folder is not.
    """
    if chosen not in FIELDS:
        raise ValueError(f"no field is called {chosen!r}; there are {', '.join(FIELDS)}")
    if not path.absolute().parent.is_dir():
        raise FileNotFoundError(f"there is no folder {path.parent}: make it first")
    if path.exists():
        raise FileExistsError(f"{path} is there already, and nothing was written: choose a name")
    texts = "\n\n".join(f'{name} = """\n(Write here {what}.)\n"""' for name, what in TEXTS.items())
    write_whole(
        path, TEMPLATE.format(field=chosen, title=FIELDS[chosen].title, texts=texts).encode()
    )


TEMPLATE = '''"""Capstone: {title}. Measure it with `learnkit capstone` and this file's name."""

import numpy as np

from learnkit.capstone.fields import pictures  # pictures("{field}"): four to work on
from learnkit.fills.harmonic import harmonic

FIELD = "{field}"


def fill(image, hole):
    """The picture with its hole filled: known pixels as they are, values in [0, 1]."""
    return harmonic(image, hole)  # the baseline: write a better method


def fills(image, hole, count, seed):
    """`count` fills that differ where the hole leaves it open; the same for the same seed."""
    generator = np.random.default_rng(seed)
    drawn = np.stack([fill(image, hole)] * count)
    drawn[:, hole] += 0.05 * generator.standard_normal(drawn[:, hole].shape)  # no real doubt
    return drawn.clip(0, 1)


{texts}
'''

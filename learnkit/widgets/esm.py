"""A widget's JavaScript: ES modules in files of their own, joined to the one text anywidget takes.

On disk they are modules like any other, and a linter or an editor reads them as they stand. Joined,
they lie in one scope, so no two of them may give a top-level name twice, nor rename an import.
"""

import re
from pathlib import Path

_IMPORT = re.compile(r'^import \{[\w\s,]*\} from "(\.{1,2}/[^"]+)";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export (?!default )", re.MULTILINE)


def joined(path: Path) -> str:
    """The module at `path` behind all that it imports, each once, without their import lines."""
    return "\n".join(_texts(path.resolve(), set()))


def _texts(path: Path, done: set[Path]) -> list[str]:
    done.add(path)
    source, before = path.read_text(encoding="utf-8"), []
    for name in _IMPORT.findall(source):
        there = (path.parent / name).resolve()
        if there not in done:
            before += _texts(there, done)
    return [*before, _EXPORT.sub("", _IMPORT.sub("", source))]

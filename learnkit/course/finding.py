"""One line of what `learnkit doctor` reports."""

from typing import Literal, NamedTuple


class Finding(NamedTuple):
    """What was examined and what was found; `cure` says what to do, "" where all is well."""

    name: str
    state: Literal["ok", "warn", "fail"]
    line: str
    cure: str = ""

"""Where the browser of these tests comes from, and what is said where there is none.

`python -m tests.browser.chromium` prints its path.
"""

import importlib.util
import os
import shutil
import sys
from collections.abc import Mapping
from typing import NoReturn

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = (
    "--no-sandbox",  # it refuses to start as root, in a container, with one
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
HOW = (
    "install it (Debian, Ubuntu: apt-get install chromium; elsewhere your system's package), "
    "or name another path in LEARNKIT_CHROMIUM"
)


def find(environment: Mapping[str, str] = os.environ) -> str:
    """The path of a chromium to drive: LEARNKIT_CHROMIUM, or the first of NAMES that is there.

    Raises LookupError, with a sentence that says how to get one, where there is none.
    """
    if importlib.util.find_spec("playwright") is None:
        raise LookupError("playwright, which drives the browser, is missing: pip install -e .[dev]")
    named = environment.get("LEARNKIT_CHROMIUM")
    wanted = (named,) if named else NAMES
    path = environment.get("PATH")
    found = next((p for name in wanted if (p := shutil.which(name, path=path))), None)
    if found is None:
        missing = f"LEARNKIT_CHROMIUM={named} is no program" if named else "no chromium found"
        raise LookupError(f"{missing}: {HOW}")
    return found


def find_or_skip(environment: Mapping[str, str] = os.environ) -> str:
    """The path; else the test is skipped, or fails where LEARNKIT_REQUIRE_BROWSER asks for it."""
    try:
        return find(environment)
    except LookupError as error:
        _go_without(str(error), required=bool(environment.get("LEARNKIT_REQUIRE_BROWSER")))


def _go_without(sentence: str, *, required: bool) -> NoReturn:
    if required:
        pytest.fail(f"LEARNKIT_REQUIRE_BROWSER is set, and {sentence}", pytrace=False)
    pytest.skip(sentence)


if __name__ == "__main__":
    try:
        print(find())
    except LookupError as error:
        sys.exit(str(error))

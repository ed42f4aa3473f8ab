"""What a student has solved: one small JSON file in the folder that `learnkit lab` made.

`.learnkit/lab.json` marks such a folder, `.learnkit/progress.json` beside it holds the verdicts.
Where no marker stands above the current folder nothing is written, so CI and a grader leave no
trace. Nothing is sent anywhere. Standard library alone: every verdict passes through here.

    {"mse_loss": {"status": "incorrect", "best": "correct", "when": "2026-01-31T18:02:11",
                  "tries": 2},
     "mend": {"score": 24.31, "when": "2026-01-31T18:40:02"}}

The score of a challenge is the best so far.
"""

import json
import os
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from pathlib import Path

from learnkit.files import alone, write_whole

STATE = ".learnkit"  # the folder within a lab folder that is ours, not the student's
MARKER = Path(STATE, "lab.json")
PROGRESS = Path(STATE, "progress.json")
PATIENCE = 2.0  # seconds to wait for another kernel; it holds the lock for milliseconds

Entry = dict[str, str | int | float]


def lab_folder(start: Path | None = None) -> Path | None:
    """The nearest folder from `start` (the current one) upward that `learnkit lab` has made."""
    start = Path.cwd() if start is None else start.absolute()
    return next((f for f in (start, *start.parents) if (f / MARKER).is_file()), None)


def is_done(entry: Entry | None) -> bool:
    """Once correct, done: a later experiment in the same cell takes nothing away."""
    return entry is not None and entry.get("best") == "correct"


def read(folder: Path) -> dict[str, Entry]:
    """Verdicts by exercise name: `status` is the latest, `best` the best, `tries` until correct.

    A folder without any gives {}. Raises ValueError where the file is damaged.
    """
    path = folder / PROGRESS
    try:
        entries = json.loads(path.read_bytes())
    except FileNotFoundError:
        return {}
    except ValueError as error:  # not JSON, or not even text
        raise ValueError(f"{path} is damaged ({error}); {CURE}") from None
    if not isinstance(entries, dict) or not all(isinstance(e, dict) for e in entries.values()):
        raise ValueError(f"{path} is damaged (it holds no verdicts by name); {CURE}")
    return entries


CURE = "the next verdict sets it aside and starts a new one"


def record(name: str, status: str) -> None:
    """Notes a verdict ("correct", "incorrect" or "not attempted") in the nearest lab folder.

    Two notebooks may do so at once: neither loses its entry.
    """
    _update(name, lambda before: _entry(before, status))


def record_score(name: str, score: float) -> float:
    """Notes the score of a challenge in the nearest lab folder; gives the best one so far."""

    def best(before: Entry) -> Entry:
        known = before.get("score", score)
        known = known if isinstance(known, float | int) else score
        return {"score": max(score, known), "when": _now()}

    return float(_update(name, best).get("score", score))


def _update(name: str, change: Callable[[Entry], Entry]) -> Entry:
    """Changes an entry in the nearest lab folder; gives the new one, or {} where none is kept."""
    try:
        folder = lab_folder()
        if folder is None:
            return {}
        with _locked(folder / STATE / "progress.lock"):
            entries = _read_or_set_aside(folder)
            entries[name] = change(entries.get(name, {}))
            text = json.dumps(entries, indent=1, sort_keys=True) + "\n"
            write_whole(folder / PROGRESS, text.encode())
            return entries[name]
    except OSError:
        # A full disk, a folder turned read-only or deleted under the notebook: the student asked
        # whether the answer is right, and gets that answer; only the tally misses one entry.
        return {}


def _now() -> str:
    return datetime.now().isoformat(timespec="seconds")


def _entry(before: Entry, status: str) -> Entry:
    tries = before.get("tries", 0)
    counts = status != "not attempted" and not is_done(before)  # a solved one is no longer tried
    return {
        "status": status,
        "best": _better(str(before.get("best", status)), status),
        "when": _now(),
        "tries": (tries if isinstance(tries, int) else 0) + counts,
    }


def _better(one: str, other: str) -> str:
    order = ["not attempted", "incorrect", "correct"]
    return max(one, other, key=lambda status: order.index(status) if status in order else -1)


def _read_or_set_aside(folder: Path) -> dict[str, Entry]:
    try:
        return read(folder)
    except ValueError:
        stamp = datetime.now().strftime("%Y%m%d-%H%M%S")
        os.replace(folder / PROGRESS, folder / STATE / f"progress.damaged-{stamp}.json")
        return {}


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Holds the lock file, once no other process does.

    Raises BlockingIOError where another one keeps it for longer than PATIENCE.
    """
    deadline = time.monotonic() + PATIENCE
    with ExitStack() as stack:
        while True:
            try:
                stack.enter_context(alone(path))
                break
            except BlockingIOError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.01)
        yield

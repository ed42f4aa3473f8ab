"""What a sweep is: one trial, done at every setting with every seed; and how it is run and read.

    for row in run(find("data_size"), folder): ...

Each row is written as soon as it is measured, and a sweep that was stopped goes on where it was.
"""

import importlib
import json
import os
import platform
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import torch
from scipy import stats

from learnkit.files import write_whole

NAMES = ("data_size", "remedies", "transfer", "training_time")
Row = dict[str, Any]  # a setting, the seed, and the scores of the trial


@dataclass(frozen=True)
class Sweep:
    """`trial(**setting, seed=seed)` gives the scores by name; it is done for every setting."""

    name: str
    what: str  # one sentence
    settings: tuple[Mapping[str, Any], ...]
    trial: Callable[..., dict[str, float]]
    seeds: int

    def done(self, folder: Path) -> list[Row]:
        """The rows of NAME.json in `folder`; none where there is no such file yet.

        Raises ValueError where it is no file of results.
        """
        path = folder / f"{self.name}.json"
        return read(path) if path.exists() else []

    def todo(self, done: list[Row]) -> list[Row]:
        """The settings and seeds that no row of `done` has: seed by seed, all settings of each."""
        every = [{**s, "seed": seed} for seed in range(self.seeds) for s in self.settings]
        return [row for row in every if not any(row.items() <= other.items() for other in done)]


def find(name: str) -> Sweep:
    """The sweep of that name; loads its file, and no other. Raises ValueError where none has it."""
    _check_name(name)
    return importlib.import_module(f"learnkit.sweeps.{name}").SWEEP


def run(sweep: Sweep, folder: Path) -> Iterator[Row]:
    """Does what is left to do, and writes NAME.json into `folder` after every trial; yields rows.

    Raises ValueError where the file there is none of this sweep's.
    """
    path = folder / f"{sweep.name}.json"
    folder.mkdir(parents=True, exist_ok=True)
    rows = sweep.done(folder)
    for asked in sweep.todo(rows):
        row = asked | {name: round(value, 3) for name, value in sweep.trial(**asked).items()}
        rows.append(row)
        write_whole(path, _text(sweep, rows).encode())
        yield row


def read(path: Path) -> list[Row]:
    """The rows of a file that `run` wrote. Raises ValueError where it is no such file."""
    try:
        return list(json.loads(path.read_text(encoding="utf-8"))["rows"])
    except (ValueError, KeyError, TypeError):
        raise ValueError(
            f"{path} is no file of results: delete it, and the sweep begins anew"
        ) from None


def shipped(name: str) -> list[Row]:
    """The rows of that sweep as they ship. Raises ValueError where no sweep has that name."""
    _check_name(name)
    return read(Path(__file__).with_name(f"{name}.json"))


def scores(rows: list[Row], score: str, **setting: Any) -> np.ndarray:
    """That score of all rows with this setting, in the order of their seeds: (seeds,).

    Raises ValueError where no row has it.
    """
    found = [row for row in rows if setting.items() <= row.items()]
    if not found:
        raise ValueError(f"no row of these has {setting}")
    return np.array([row[score] for row in sorted(found, key=lambda row: row["seed"])])


def mean_interval(values: np.ndarray, confidence: float = 0.95) -> tuple[float, float]:
    """The interval of the mean of a few measurements, by Student's t: (low, high).

    m ± t s/√n, where s is the standard deviation with n - 1, and t allows for s being uncertain as
    well: with 6 values it is 2.57, and not 1.96. Differences of the same seed give a narrower one
    than two intervals side by side.
    Raises ValueError for fewer than two values.
    Source: Student (1908), The probable error of a mean.

    >>> low, high = mean_interval(np.array([1.0, 2.0, 3.0]))
    >>> round(low, 2), round(high, 2)
    (-0.48, 4.48)
    """
    if len(values) < 2:
        raise ValueError(f"an interval needs two values or more, got {len(values)}")
    half = stats.t.ppf((1 + confidence) / 2, len(values) - 1) * stats.sem(values)
    return float(np.mean(values) - half), float(np.mean(values) + half)


def _check_name(name: str) -> None:
    if name not in NAMES:
        raise ValueError(f"no sweep is called {name!r}; there are {', '.join(NAMES)}")


def _text(sweep: Sweep, rows: list[Row]) -> str:
    head = {
        "sweep": sweep.name,
        "what": sweep.what,
        "command": f"learnkit sweep {sweep.name}",
        "date": date.today().isoformat(),
        "machine": f"{platform.machine()}, {os.cpu_count()} cores",
        "torch": torch.__version__.partition("+")[0],
    }
    # as json.dumps would, but with a row a line
    lines = ",\n  ".join(json.dumps(row) for row in rows)
    return f'{json.dumps(head, indent=1)[:-2]},\n "rows": [\n  {lines}\n ]\n}}\n'

"""Every benchmark, in one table: `make bench`.

    python -m tests.benchmarks [PART OF A NAME]

Each bench_NAME.py has `run() -> [(what, ratio, "measured against budget or peer"), ...]`. A ratio
says how many times better than its budget or peer the measured thing is. It reports and judges
nothing: the exit status is 0 whatever is missed, since a busy machine misses what a free one meets.
"""

import importlib.util
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path

HERE = Path(__file__).parent
NEEDED = {"bench_metrics": 20.0}  # the ratio that is asked for, where it is not 1


def main(part: str = "") -> None:
    """Runs every benchmark whose name holds `part`, and prints each row as soon as it is known."""
    began = time.perf_counter()
    print(f"{'':<52} {'measured':>18}   {'budget or peer':<20} {'ratio':>6}  verdict")
    rows = [
        row for path in sorted(HERE.glob("bench_*.py")) if part in path.stem for row in of(path)
    ]
    missed = sum(line.endswith("MISSED") for line in rows)
    load = f", load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    print(
        f"{len(rows)} measured, {missed} missed, in {time.perf_counter() - began:.0f} s on "
        f"{os.cpu_count()} cores{load}"
    )


def of(path: Path) -> Iterator[str]:
    """The lines of one file, printed as they come."""
    for what, ratio, detail in loaded(path).run():
        measured, _, peer = detail.partition(" against ")
        verdict = "ok" if ratio >= NEEDED.get(path.stem, 1.0) else "MISSED"
        line = f"{what:<52} {measured:>18}   {peer:<20} {ratio:>6.3g}  {verdict}"
        print(line, flush=True)
        yield line


def loaded(path: Path) -> object:
    """The module in a file of this folder."""
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


if __name__ == "__main__":
    main(*sys.argv[1:2])

"""Runs a part of `make test` and notes its time: `python -m tests.timed "a part" COMMAND...`.

Without arguments it prints the times noted since the last time that it did, and their sum.
"""

import json
import subprocess
import sys
import time
from pathlib import Path

NOTED = Path(__file__).resolve().parents[1] / "build" / "times.json"


def main(arguments: list[str]) -> int:
    """The exit status of the command."""
    noted = json.loads(NOTED.read_text()) if NOTED.exists() else {}
    if not arguments:
        for part, seconds in {**noted, "together": sum(noted.values())}.items():
            print(f"{part:<40} {seconds // 60:2.0f} min {seconds % 60:2.0f} s")
        NOTED.unlink(missing_ok=True)
        return 0
    part, *command = arguments
    print(f"== {part}", flush=True)
    began = time.monotonic()
    status = subprocess.run(command).returncode
    noted[part] = round(time.monotonic() - began)
    NOTED.parent.mkdir(exist_ok=True)
    NOTED.write_text(json.dumps(noted))
    print(f"== {part}: {noted[part]} s", flush=True)
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

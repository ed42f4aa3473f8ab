"""What a lesson's notebook owes in each of its three states; its last cell calls `prove`.

It is imported by each lesson's kernel, and so imports little: nbformat alone takes a second.
"""

import json
import os
import sys
from pathlib import Path

from learnkit.files import write_whole

EXPECTED = {"solved": "correct", "unsolved": "not attempted", "mistaken": "incorrect"}
MEMORY = 3 << 30  # bytes a lesson may take
NUMBERS = Path(__file__).resolve().parents[1] / "solutions" / "numbers.json"


def prove(lesson: str, state: str, scope: dict) -> None:
    """Raises AssertionError unless the notebook came out as its state says."""
    from learnkit.exercises import reports
    from learnkit.exercises.index import EXERCISES
    from learnkit.exercises.judge import judge
    from learnkit.exercises.table import find

    number = int(lesson[:2])
    for name in (n for n, at in EXERCISES.items() if at == number):
        report, task = reports()[name], find(name)
        assert report.status == EXPECTED[state], f"{name}: {report}"
        if state == "mistaken":
            assert report.mistake == task.mistakes[0].name, report
        bound = scope[name]
        assert judge(task, task.run(bound)).correct, f"{name} does not do what it should"
        assert state == "solved" or bound.yours is not bound
    if number < 7:
        assert "torch" not in sys.modules, "lessons before 07 load no torch"
    if sys.platform == "linux":
        import resource

        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
        assert peak < MEMORY, f"the lesson took {peak / 2**30:.1f} GB"
    if state == "solved":
        prove_numbers(lesson, scope)


def prove_numbers(lesson: str, scope: dict) -> None:
    """Holds each figure that the prose quotes to what the notebook has just computed."""
    numbers = json.loads(NUMBERS.read_text(encoding="utf-8"))
    for entry in numbers.get(lesson, []):
        value = float(eval(entry["of"], scope))
        if os.environ.get("LEARNKIT_RECORD"):
            entry["value"] = value
        limit = entry["tolerance"] * abs(entry["value"])
        assert abs(value - entry["value"]) <= limit, f"{entry['of']}: {value}, stored {entry}"
    if os.environ.get("LEARNKIT_RECORD"):
        text = json.dumps(numbers, indent=2, ensure_ascii=False) + "\n"
        write_whole(NUMBERS, text.encode())

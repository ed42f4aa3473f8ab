"""The map of the lessons: what each needs, how long it takes, how many points it has.

All of it stands in the lessons' own first cells and in their times, and is gathered here.
"""

import json
import re
from pathlib import Path
from typing import NamedTuple

import jupytext


class Lesson(NamedTuple):
    """A lesson: file name, title, question, the lessons it needs, and its times if measured."""

    name: str
    title: str
    question: str
    needs: list[str]
    minutes: int
    seconds: float | None

    @property
    def number(self) -> str:
        """Its two digits."""
        return self.name[:2]


def lessons(root: Path) -> list[Lesson]:
    """All lessons under `root`, in order.

    Raises ValueError where a head does not say how many minutes a lesson takes.
    """
    path = root / "lessons" / "times.json"
    times = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    return [
        _lesson(source, times.get(source.stem, {}).get("seconds"))
        for source in sorted((root / "solutions").glob("[0-9][0-9]_*.py"))
    ]


def _lesson(source: Path, seconds: float | None) -> Lesson:
    head = jupytext.read(source, fmt="py:percent").cells[0].source
    title = re.search(r"^# \d\d (.+)", head, re.M)
    found = re.search(r"^\| (?!you need|---)([^|]+)\|[^|]+\| (\d+) min", head, re.M)
    asked = re.findall(r"^> (.+?)(?:\n\n|\Z)", head, re.M | re.S)
    if title is None or found is None or not asked:
        raise ValueError(
            f"{source.name}: its first cell needs `# NN Title`, `> Question?` and "
            "`| needs | can | NN min ... |`"
        )
    question = asked[0].replace("\n> ", " ")
    return Lesson(source.stem, title[1], question, _numbers(found[1]), int(found[2]), seconds)


def _numbers(words: str) -> list[str]:
    """The lessons named in words such as "lessons 01 and 09 to 12"."""
    spans = re.findall(r"(\d\d)(?: to (\d\d))?", words)
    numbers = [n for first, last in spans for n in range(int(first), int(last or first) + 1)]
    return [f"{n:02}" for n in dict.fromkeys(numbers)]


def table(root: Path) -> str:
    """The map in Markdown: a graph of the prerequisites, and a table."""
    from learnkit.exercises.index import EXERCISES
    from learnkit.exercises.table import find

    points: dict[str, int] = {}
    for name, number in EXERCISES.items():
        points[f"{number:02}"] = points.get(f"{number:02}", 0) + find(name).points
    found = lessons(root)
    graph = ["```mermaid", "graph LR"]
    graph += [f'    {lesson.number}["{lesson.number} {lesson.title}"]' for lesson in found]
    graph += [f"    {need} --> {lesson.number}" for lesson in found for need in lesson.needs]
    rows = ["| lesson | needs | minutes | seconds | points |", "|---|---|---|---|---|"]
    for lesson in found:
        link = f"[{lesson.number} {lesson.title}](../lessons/{lesson.name}.ipynb)"
        needs = ", ".join(lesson.needs) or "a little Python and NumPy"
        seconds = "" if lesson.seconds is None else f"{lesson.seconds:.0f}"
        count = points.get(lesson.number, 0)
        rows.append(f"| {link} | {needs} | {lesson.minutes} | {seconds} | {count} |")
    total = sum(lesson.minutes for lesson in found), sum(points.values())
    rows.append(f"| together | | {total[0]:,} | | {total[1]} |")
    return "\n".join([*graph, "```", "", *rows]) + "\n"

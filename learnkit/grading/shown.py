"""What formgrader shows of a submission: the release, the answers as text, and our verdicts.

No output, no HTML and no metadata of a student's notebook comes into it.
"""

import json
import re
from pathlib import Path

from learnkit.exercises.report import Report
from learnkit.grading.autograde import QUESTION
from learnkit.grading.marks import Mark, Marks

LONGEST = 20_000  # characters of an answer that are shown


def shown(release: Path, marks: Marks, handed_in: Path) -> str:
    """The text of the notebook for nbgrader's folder autograded/, made from the release.

    `handed_in` tells the instructor where the whole submission lies.
    """
    book = json.loads(release.read_bytes())  # nbgrader's own file: it is valid
    by_name = {mark.exercise: mark for mark in marks.marks}
    for cell in book["cells"]:
        about = cell["metadata"].get("nbgrader", {})
        name = about.get("grade_id", "")
        if name == QUESTION:
            cell["source"] = fenced(marks.question) if marks.question else "*No answer.*"
            if not marks.readable:
                cell["source"] = "*The file cannot be read.*"
        elif name in by_name:
            cell["source"] = by_name[name].answer[:LONGEST] or cell["source"]
            if about["grade"]:  # an exercise of the instructor's has no check cell
                cell["outputs"] = [_verdict(by_name[name], handed_in)]
        elif name.removeprefix("check_") in by_name:
            cell["outputs"] = [_verdict(by_name[name.removeprefix("check_")], handed_in)]
    return json.dumps(book, indent=1, ensure_ascii=False) + "\n"


def fenced(text: str) -> str:
    """Text as Markdown that shows it letter by letter, whatever it holds.

    >>> print(fenced("a ``` b"))
    ````text
    a ``` b
    ````
    """
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}text\n{text}\n{fence}"


def _verdict(mark: Mark, handed_in: Path) -> dict[str, str]:
    report = Report(mark.exercise, mark.status, mark.reason, example=mark.example)
    lines = [f"{mark.earned}. {report}", *(f"To look at: {flag}" for flag in mark.flags)]
    if not mark.answer or mark.points is None:
        lines.append(f"The whole notebook is {handed_in}: open it as text, and do not run it.")
    return {"output_type": "stream", "name": "stdout", "text": "\n".join(lines) + "\n"}

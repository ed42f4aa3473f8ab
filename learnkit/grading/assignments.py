"""What an instructor chose for each assignment: lesson, points, and the seed of its hidden cases.

It lies in the course folder under grading/, beside release/, and is never handed out.
"""

import json
import os
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

from learnkit.files import write_whole
from learnkit.grading.autograde import QUESTION, exercises

FOLDER, FILE = "grading", "assignments.json"


@dataclass(frozen=True)
class Assignment:
    """One lesson as it was handed out; `name` is also that of its folder and its notebook."""

    name: str
    lesson: int
    seed: str = field(repr=False)
    points: dict[str, float] = field(default_factory=dict)  # also of the question
    bank: str = ""  # the instructor's own exercises: a folder's absolute path


def new_seed() -> str:
    """A seed that nobody can guess."""
    return secrets.token_hex(16)


def read(course: Path) -> dict[str, Assignment]:
    """The assignments of a course folder, by name.

    Raises ValueError where there is none, or where the file is not what `write` wrote.
    """
    path = course / FOLDER / FILE
    try:
        plain = json.loads(path.read_text(encoding="utf-8"))
        found = {one["name"]: Assignment(**one) for one in plain}
    except FileNotFoundError:
        raise ValueError(
            f"{course} is no course folder: learnkit assign LESSON --to {course} makes it one"
        ) from None
    except (ValueError, TypeError, KeyError) as error:
        raise ValueError(f"{path} cannot be read ({error}): put back its last good copy") from error
    return found


def write(course: Path, assignments: Iterable[Assignment]) -> None:
    """Writes them for the owner's eyes alone."""
    folder = course / FOLDER
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    text = json.dumps([asdict(one) for one in assignments], indent=1) + "\n"
    path = folder / FILE
    write_whole(path, text.encode())
    os.chmod(path, 0o600)


def worth(
    lesson: int, bank: Path | None, wanted: Mapping[str, float], question: float
) -> dict[str, float]:
    """What each exercise and the question count for; `wanted` overrides their own points.

    Raises ValueError over less than 0 points.
    """
    points = {task.name: float(task.points) for task in exercises(lesson, bank)}
    points[QUESTION] = question
    for name, value in wanted.items():
        if name in points:
            points[name] = value
        if not 0 <= value < 1e6:
            raise ValueError(f"{name} cannot count for {value:g} points: give 0 or more")
    return points

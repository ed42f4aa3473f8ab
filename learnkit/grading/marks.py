"""What an exercise and a whole submission earned, each with a status and a reason."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from learnkit.exercises.report import CORRECT, INCORRECT, NOT_ATTEMPTED, UNJUDGED
from learnkit.exercises.table import Exercise
from learnkit.grading.transplant import NEEDS_A_LOOK

STATUSES = (CORRECT, INCORRECT, NOT_ATTEMPTED, NEEDS_A_LOOK, UNJUDGED)
OPEN = (NEEDS_A_LOOK, UNJUDGED)  # no points yet, and not 0 either
GRADED_BY_HAND = "graded by a person"


@dataclass(frozen=True)
class Mark:
    """What one exercise earned; `points` is None where nobody can say yet."""

    exercise: str
    status: str
    reason: str
    points: float | None
    most: float  # points there are to earn
    mistake: str | None = None  # the id of the mistake known by name
    example: tuple[tuple[str, str], ...] = ()  # the smallest failing input, of the shown cases
    flags: tuple[str, ...] = ()  # what a person may want to look at; no points depend on it
    answer: str = ""  # the cell as it was handed in
    late: bool = False  # it slept until its time was up: worth another try on an idle machine

    @property
    def earned(self) -> str:
        """Its points in words."""
        if self.points is None:
            return "not graded yet"
        return f"{self.points:g} of {self.most:g} points"


@dataclass(frozen=True)
class Marks:
    """What a submission of a lesson earned."""

    lesson: int
    marks: tuple[Mark, ...]
    question: str = ""  # what stands in the cell of the question that a person grades
    readable: bool = True  # else a person has to see the file before anything in it is 0

    @property
    def points(self) -> float:
        """The points earned so far."""
        return sum(mark.points or 0.0 for mark in self.marks)

    @property
    def most(self) -> float:
        """The points there are, less those of the question."""
        return sum(mark.most for mark in self.marks)

    @property
    def unsure(self) -> bool:
        """Whether another try, alone on the machine, may come to another result."""
        return any(mark.status == UNJUDGED or mark.late for mark in self.marks)

    def with_points(self, points: dict[str, float]) -> "Marks":
        """The same marks, where exercises count for as much as `points` says."""
        changed = []
        for mark in self.marks:
            most = points.get(mark.exercise, mark.most)
            changed.append(replace(mark, points=points_for(mark.status, most), most=most))
        return replace(self, marks=tuple(changed))

    def by_hand(self, points: Mapping[str, float], comments: Mapping[str, str]) -> "Marks":
        """The same marks with what a person has said of exercises, which goes before."""
        changed = []
        for mark in self.marks:
            said = comments.get(mark.exercise, "")
            if mark.exercise in points:
                was = f"It was: {mark.status}. {mark.reason}"
                mark = replace(
                    mark, points=points[mark.exercise], status=GRADED_BY_HAND, reason=was
                )
            if said:
                mark = replace(mark, reason=f"{said}\n{mark.reason}")
            changed.append(mark)
        return replace(self, marks=tuple(changed))

    def as_json(self) -> dict[str, Any]:
        """Plain lists and dictionaries, which `from_json` takes back."""
        return asdict(self)


def from_json(plain: dict[str, Any]) -> Marks:
    """The marks that `as_json` wrote."""
    marks = [
        Mark(**{**m, "example": tuple(map(tuple, m["example"])), "flags": tuple(m["flags"])})
        for m in plain["marks"]
    ]
    return Marks(plain["lesson"], tuple(marks), plain["question"], plain["readable"])


def points_for(status: str, most: float) -> float | None:
    """What a status earns of `most` points; None where nobody can say yet."""
    if status in OPEN:
        return None
    return most if status == CORRECT else 0.0


def unread(tasks: Iterable[Exercise], lesson: int, status: str, reason: str) -> Marks:
    """The marks of a file out of which nothing came: none yet for any exercise."""
    marks = tuple(Mark(task.name, status, reason, None, float(task.points)) for task in tasks)
    return Marks(lesson, marks, readable=False)

"""The one writer of nbgrader's gradebook: automatic scores, and nothing that a person has set.

It goes through nbgrader's own classes, so every database that SQLAlchemy knows will do. Manual
scores, comments and extra credit stay as they are; lateness is counted anew each time.
"""

import contextlib
import warnings
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

from learnkit.grading.autograde import QUESTION
from learnkit.grading.marks import Marks


class Score(NamedTuple):
    """A submission in the gradebook: with what people have added, and less what is late."""

    points: float
    most: float
    waits: bool  # for a person: a question, or an answer that nobody could judge
    question: float | None = None  # its points, once they are known
    by_a_person: bool = False  # whether these are a person's
    late: float = 0.0  # points that were taken off
    by_hand: Mapping[str, float] = MappingProxyType({})  # points that a person gave, by exercise
    comments: Mapping[str, str] = MappingProxyType({})


class GradebookWriter:
    """nbgrader's gradebook, open for writing."""

    def __init__(self, database: str, course: str, config: Any):
        """`config` is that of nbgrader_config.py, for the penalty of what is late."""
        from nbgrader.api import Gradebook

        self.database, self.config = database, config
        self.book = Gradebook(database, course)

    def close(self) -> None:
        """Closes the database."""
        self.book.close()

    def write(self, student: str, assignment: str, marks: Marks, when: datetime | None) -> Score:
        """Writes a submission's marks, all of them or none, and returns its score as it is now."""
        from nbgrader.api import Grade

        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # SQLAlchemy's, over how nbgrader makes a submission
            self.book.update_or_create_student(student)
            submission = self.book.update_or_create_submission(assignment, student)
        if when is not None:
            submission.timestamp = when.astimezone(UTC).replace(tzinfo=None)
        earned = {mark.exercise: mark.points for mark in marks.marks}
        earned[QUESTION] = None if marks.question or not marks.readable else 0.0
        for notebook in submission.notebooks:
            grades: list[Grade] = notebook.grades
            for grade in grades:
                name = grade.name.removeprefix("check_")
                if name in earned:
                    grade.auto_score = earned[name]
                    grade.needs_manual_grade = earned[name] is None and grade.manual_score is None
        self.book.db.commit()
        self._penalise(student, assignment, submission)
        self.book.db.expire_all()
        return self._score(submission)

    def _score(self, submission: Any) -> Score:
        by_hand: dict[str, float] = {}
        comments: dict[str, str] = {}
        question, by_a_person = None, False
        for notebook in submission.notebooks:
            for grade in notebook.grades:
                name = grade.name.removeprefix("check_")
                if name == QUESTION:
                    by_a_person = grade.manual_score is not None
                    question = None if grade.needs_manual_grade else float(grade.score)
                elif grade.manual_score is not None:
                    by_hand[name] = float(grade.score)
            comments |= {one.name: one.comment for one in notebook.comments if one.comment}
        late = float(submission.late_submission_penalty or 0.0)
        points = max(float(submission.score) - late, 0.0)
        most, waits = float(submission.max_score), bool(submission.needs_manual_grade)
        return Score(points, most, waits, question, by_a_person, late, by_hand, comments)

    def _penalise(self, student: str, assignment: str, submission: Any) -> None:
        """The penalty for what is late, by the course's own plugin; none where it is not."""
        had = any(notebook.late_submission_penalty for notebook in submission.notebooks)
        if not had and not submission.total_seconds_late:
            return
        from nbformat.v4 import new_notebook
        from nbgrader.preprocessors import AssignLatePenalties
        from traitlets import TraitError

        for notebook in submission.notebooks:
            about = {"notebook": notebook.name, "assignment": assignment, "student": student}
            resources = {"nbgrader": about | {"db_url": self.database}}
            try:
                AssignLatePenalties(config=self.config).preprocess(new_notebook(), resources)
            except TraitError as error:
                raise ValueError(f"nbgrader_config.py cannot be used: {error}") from error


@contextlib.contextmanager
def opened(database: str, course: str, config: Any) -> Iterator[GradebookWriter]:
    """A gradebook that is closed at the end."""
    writer = GradebookWriter(database, course, config)
    try:
        yield writer
    finally:
        writer.close()


def config_of(course: Path) -> tuple[Any, str]:
    """The settings of nbgrader_config.py, and the gradebook's address.

    Raises ValueError where the file cannot be read.
    """
    from nbgrader.coursedir import CourseDirectory
    from traitlets.config.loader import PyFileConfigLoader

    path = course / "nbgrader_config.py"
    try:
        config = PyFileConfigLoader(path.name, path=str(course)).load_config()
    except Exception as error:  # it is the instructor's own code
        reason = f"{type(error).__name__}: {error}"
        raise ValueError(f"{path} cannot be used ({reason}); learnkit assign makes one") from error
    config.CourseDirectory.root = str(course)
    return config, CourseDirectory(config=config).db_url

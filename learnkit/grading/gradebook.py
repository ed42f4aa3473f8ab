"""The one writer of nbgrader's gradebook: automatic scores, and nothing that a person has set.

It goes through nbgrader's own classes, so every database that SQLAlchemy knows will do. Manual
scores, comments and extra credit stay as they are; lateness is counted anew each time.
"""

import contextlib
import os
import sys
import warnings
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

from learnkit.grading.autograde import QUESTION
from learnkit.grading.marks import Marks

if TYPE_CHECKING:  # it takes a second to load, and most who grade never need it
    from nbformat import NotebookNode


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
        with alembic_found():
            self.book = Gradebook(database, course)

    def close(self) -> None:
        """Closes the database."""
        self.book.close()

    def write(self, student: str, assignment: str, marks: Marks, when: datetime | None) -> Score:
        """Writes a submission's marks, all of them or none, and returns its score as it is now."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # SQLAlchemy's, over how nbgrader makes a submission
            self.book.update_or_create_student(student)
            submission = self.book.update_or_create_submission(assignment, student)
        if when is not None:
            submission.timestamp = when.astimezone(UTC).replace(tzinfo=None)
        earned = {mark.exercise: mark.points for mark in marks.marks}
        earned[QUESTION] = None if marks.question or not marks.readable else 0.0
        for notebook in submission.notebooks:
            self._complete(notebook)
            for grade in notebook.grades:
                name = grade.name.removeprefix("check_")
                if name in earned:
                    grade.auto_score = earned[name]
                    grade.needs_manual_grade = earned[name] is None and grade.manual_score is None
        self.book.db.commit()
        self._penalise(student, assignment, submission)
        self.book.db.expire_all()
        return self._score(submission)

    def _complete(self, notebook: Any) -> None:
        """Adds the grades and comments of cells that were handed out after it was first graded."""
        from nbgrader.api import Comment, Grade

        master = notebook.notebook
        graded = {grade.cell_id for grade in notebook.grades}
        commented = {comment.cell_id for comment in notebook.comments}
        late = [c for c in master.grade_cells if c.id not in graded]
        new: list[Any] = [Grade(cell_id=cell.id, notebook=notebook) for cell in late]
        late = [c for c in master.solution_cells if c.id not in commented]
        new += [Comment(cell_id=cell.id, notebook=notebook) for cell in late]
        if new:
            self.book.db.add_all(new)
            self.book.db.commit()
            self.book.db.expire_all()

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
def alembic_found() -> Iterator[None]:
    """Within it nbgrader finds alembic, by which it makes a new gradebook.

    Without it nbgrader leaves a broken one behind. The program lies beside this Python.
    """
    before = os.environ["PATH"]
    os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), before])
    try:
        yield
    finally:
        os.environ["PATH"] = before


def announce(database: str, assignment: str, book: "NotebookNode") -> None:
    """Tells the gradebook of cells that a notebook has gained since it was first handed out.

    nbgrader itself refuses new cells as soon as somebody has handed in.
    """
    from nbgrader.api import Gradebook, MissingEntry

    with Gradebook(database) as gradebook:
        try:
            known = gradebook.find_notebook(assignment, assignment)
        except MissingEntry:
            return
        where = (assignment, assignment)
        there = {cell.name for cell in [*known.source_cells, *known.grade_cells]}
        for cell in book.cells:
            about = cell.metadata.get("nbgrader", {})
            name = about.get("grade_id", "")
            if not name or name in there:
                continue
            kind: dict[str, Any] = {"cell_type": cell.cell_type}
            if about.grade:
                gradebook.add_grade_cell(name, *where, max_score=about.points, **kind)
            if about.solution:
                gradebook.add_solution_cell(name, *where)
            gradebook.add_source_cell(name, *where, source=cell.source, **kind)


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

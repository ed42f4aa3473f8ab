"""`learnkit assign`: lessons as nbgrader assignments, in a course folder that nbgrader knows.

Each exercise gets a locked cell that shows whether it is right, and each lesson a question that a
person grades. The release is made by nbgrader itself, out of the solved lesson.
"""

import argparse
import ast
import contextlib
import difflib
import logging
import re
import tomllib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

import learnkit
from learnkit.course.build import STUB
from learnkit.exercises.index import EXERCISES
from learnkit.exercises.table import Exercise
from learnkit.files import write_whole
from learnkit.grading import assignments, bank
from learnkit.grading.assignments import Assignment
from learnkit.grading.autograde import QUESTION, TEXT_STUB, exercises
from learnkit.grading.gradebook import alembic_found, announce, config_of

CONFIG = '''"""nbgrader's settings of this course, written by `learnkit assign`: yours to edit."""

c = get_config()
c.CourseDirectory.course_id = {course!r}
c.CourseDirectory.root = {root!r}
# Another gradebook, such as a PostgreSQL server for several graders:
# c.CourseDirectory.db_url = "postgresql+psycopg2://USER:PASSWORD@HOST/DATABASE"
c.ClearSolutions.code_stub = {{"python": {stub!r}}}
c.ClearSolutions.text_stub = {text!r}
'''
CHECK = """# When this notebook is handed in, {name} is judged again, on other inputs as well.
from learnkit.exercises import graded

graded("{name}", points={points:g})"""
QUESTION_HEAD = """## A question about a picture of your own

A person grades this one: {points:g} points. Take a picture of your own, a photograph, a drawing
or a scan, as a file beside this notebook: `plt.imread("mine.png")` reads it. Answer in a few
sentences, with the numbers that you measured. An answer about a picture of the lesson has no
points.

{ask}

| points | for |
|---|---|
{rubric}"""


def assign(arguments: argparse.Namespace) -> int:
    """Writes the course folder, and says what lies where."""
    course = arguments.to.absolute()
    own = arguments.bank.absolute() if arguments.bank else None
    there = assignments.read(course) if (course / assignments.FOLDER).exists() else {}
    known = {QUESTION, *EXERCISES}
    chosen = [_assignment(lesson, own, arguments.points, there) for lesson in arguments.lessons]
    for one in chosen:
        known |= set(one.points)
        for task in exercises(one.lesson, one.bank or None):
            if task.name not in EXERCISES:
                bank.try_out(task, one.seed)
    if unknown := set(arguments.points) - known:
        name = min(unknown)
        near = difflib.get_close_matches(name, known, n=1)
        meant = f"; did you mean {near[0]}?" if near else ""
        raise ValueError(f"--points: no exercise is called {name}{meant}")
    if own and not any(set(one.points) - set(EXERCISES) - {QUESTION} for one in chosen):
        wanted = f"lesson_{arguments.lessons[0]:02d}"
        raise ValueError(f"{own} has no exercise for these lessons: it must lie in {own / wanted}")
    there |= {one.name: one for one in chosen}
    books = {one.name: _source(one) for one in chosen}
    assignments.write(course, there.values())
    _configure(course)
    for name, book in books.items():
        one = there[name]
        path = course / "source" / one.name / f"{one.name}.ipynb"
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, (nbformat.writes(book) + "\n").encode())
        _release(course, one.name, book)
        release = course / "release" / one.name
        each = ", ".join(f"{exercise} {points:g}" for exercise, points in one.points.items())
        print(f"{one.name}: {sum(one.points.values()):g} points ({each})")
        print(f"  hand out {release / path.name}")
    print(f"Put what comes back into {course / 'submitted'}, and then: learnkit grade {course}")
    print(f"Keep {course / assignments.FOLDER} to yourself: the hidden cases come from there.")
    return 0


def solved(lesson: int) -> Path:
    """The solved notebook of a lesson. Raises ValueError where there is no such lesson."""
    folder = Path(learnkit.__file__).parent.parent / "solutions"
    if not folder.is_dir():
        raise ValueError("learnkit assign needs the course's repository: run it in a checkout")
    found = sorted(folder.glob(f"{lesson:02d}_*.ipynb"))
    if not found:
        last = max(EXERCISES.values())
        raise ValueError(f"there is no lesson {lesson}: the lessons are 0 to {last}")
    return found[0]


def question(lesson: int) -> dict[str, Any]:
    """The question of a lesson, and its rubric: pairs of points and what they are for."""
    path = Path(__file__).with_name("questions.toml")
    return tomllib.loads(path.read_text(encoding="utf-8"))[f"{lesson:02d}"]


def _assignment(
    lesson: int, own: Path | None, points: dict[str, float], there: dict[str, Assignment]
) -> Assignment:
    """The lesson's assignment; what it was before stays, where nothing else is asked for."""
    name = solved(lesson).stem
    question_points = float(sum(n for n, _ in question(lesson)["rubric"]))
    before = there.get(name)
    folder = own or (Path(before.bank) if before and before.bank else None)
    wanted = {**(before.points if before else {}), **points}
    worth = assignments.worth(lesson, folder, wanted, question_points)
    if before is not None:
        return replace(before, points=worth, bank=str(folder or ""))
    return Assignment(name, lesson, assignments.new_seed(), worth, str(folder or ""))


# ---- the notebook that nbgrader makes the release of --------------------------------------------


def _source(one: Assignment) -> NotebookNode:
    """The solved lesson with its check cells, the instructor's exercises, and the question."""
    book = nbformat.reads(solved(one.lesson).read_text(encoding="utf-8"), as_version=4)
    cells = []
    for cell in book.cells:
        cells.append(cell)
        name = cell.metadata.get("nbgrader", {}).get("grade_id")
        if name in one.points:
            cells.append(_check(name, one.points[name]))
    for task in exercises(one.lesson, one.bank or None):
        if task.name not in EXERCISES:
            cells += _own(task, Path(one.bank), one.points[task.name])
    book.cells = [*cells, *_question(one)]
    return book


def _check(name: str, points: float) -> NotebookNode:
    source = CHECK.format(name=name, points=points)
    cell = _cell("code", f"check_{name}", source, grade=True, points=points)
    cell.metadata.tags = ["raises-exception"]  # the lesson goes on where it is not right
    return cell


def _own(task: Exercise, folder: Path, points: float) -> Iterator[NotebookNode]:
    """The instructor's exercise: its text, and the definition with the answer between marks."""
    yield _cell("markdown", f"about_{task.name}", bank.text(folder, task))
    written = task.written
    if written is None:
        raise ValueError(f"{task.name} of {folder} must be an Exercise.beside(...)")
    source = f"# Points: {points:g}\n"
    source += "from learnkit.exercises import graded_later\n\n\n@graded_later\n"
    source += _marked(written.definition)
    yield _cell("code", task.name, source, grade=True, solution=True, points=points)


def _marked(definition: str) -> str:
    """A definition with nbgrader's marks around the body of each function or method."""
    node = ast.parse(definition).body[0]
    functions = [node] if isinstance(node, ast.FunctionDef) else [*getattr(node, "body", [])]
    lines = definition.splitlines()
    for function in reversed([f for f in functions if isinstance(f, ast.FunctionDef)]):
        body = function.body[1:] if ast.get_docstring(function) else function.body
        if not body:
            continue
        first, last = body[0].lineno - 1, function.end_lineno
        indent = " " * body[0].col_offset
        lines[last:last] = [f"{indent}### END SOLUTION"]
        lines[first:first] = [f"{indent}### BEGIN SOLUTION"]
    return "\n".join(lines)


def _question(one: Assignment) -> list[NotebookNode]:
    asked = question(one.lesson)
    points = one.points[QUESTION]
    share = points / (sum(n for n, _ in asked["rubric"]) or 1)
    rubric = "\n".join(f"| {n * share:g} | {what} |" for n, what in asked["rubric"])
    text = QUESTION_HEAD.format(points=points, ask=asked["ask"], rubric=rubric)
    answer = _cell("markdown", QUESTION, TEXT_STUB, grade=True, solution=True, points=points)
    return [_cell("markdown", f"about_{QUESTION}", text), answer]


def _cell(
    kind: str,
    name: str,
    source: str,
    *,
    grade: bool = False,
    solution: bool = False,
    points: float = 0.0,
) -> NotebookNode:
    make = nbformat.v4.new_code_cell if kind == "code" else nbformat.v4.new_markdown_cell
    cell = make(source, id=name[:64])
    cell.metadata.nbgrader = {
        "schema_version": 3,
        "grade_id": name,
        "grade": grade,
        "solution": solution,
        "locked": not solution,
        "task": False,
    }
    if grade:
        cell.metadata.nbgrader["points"] = points
    return cell


# ---- nbgrader's own part ------------------------------------------------------------------------


def _configure(course: Path) -> None:
    for folder in ("source", "release", "submitted"):
        (course / folder).mkdir(parents=True, exist_ok=True)
    path = course / "nbgrader_config.py"
    if not path.exists():
        text = CONFIG.format(course=course.name, root=str(course), stub=STUB, text=TEXT_STUB)
        write_whole(path, text.encode())


def _release(course: Path, name: str, book: NotebookNode) -> None:
    """What `nbgrader generate_assignment` does. Raises ValueError with its words where it fails."""
    with nbgrader(course) as api:
        announce(api.coursedir.db_url, name, book)
        done = api.generate_assignment(name, force=True, create=True)
    if not done["success"]:
        said = f"{done.get('log', '')}\n{done.get('error', '')}"
        causes = re.findall(r"^ *(?:[\w.]+\.)?(\w+(?:Error|Exception): .+)", said, re.M)
        raise ValueError(
            f"nbgrader cannot make the release of {name}: {(causes or ['no word'])[0]}"
        )


@contextlib.contextmanager
def nbgrader(course: Path) -> Iterator[Any]:
    """nbgrader's API over a course folder, with the settings that its file makes.

    Raises ModuleNotFoundError where nbgrader is not installed.
    """
    from nbgrader.apps.api import NbGraderAPI

    config, _ = config_of(course)
    level = logging.root.level
    try:
        with alembic_found():
            yield NbGraderAPI(config=config)
    finally:
        logging.root.setLevel(level)

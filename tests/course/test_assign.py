"""`learnkit assign`: a course folder that nbgrader understands, whose release holds no secret."""

import itertools
import json
import os
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from learnkit.course import assign as module
from learnkit.course.cli import main
from learnkit.exercises.index import EXERCISES
from learnkit.grading import assignments
from learnkit.grading.autograde import TEXT_STUB
from tests.grading.test_autograde import a_bank

ROOT = Path(__file__).resolve().parents[2]
NAME = "01_mse_by_hand"
OURS = ["mse_loss", "numerical_grad", "mse_loss_grad", "psnr"]


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """Lessons 1 and 6 with an exercise of the instructor's own."""
    folder = tmp_path_factory.mktemp("assign") / "course"
    bank = a_bank(folder.parent / "bank")
    asked = ["assign", "1", "06", "--to", str(folder), "--points", "psnr=3,question=6,total=7"]
    assert main([*asked, "--bank", str(bank)]) == 0
    return folder


def release(course, name=NAME):
    return nbformat.read(course / "release" / name / f"{name}.ipynb", as_version=4)


def test_the_release_is_the_lesson_with_check_cells_and_a_question(course):
    nbformat.validate(book := release(course))
    lesson = nbformat.read(ROOT / "lessons" / f"{NAME}.ipynb", as_version=4)
    sources = [cell.source for cell in book.cells]
    assert [cell.source for cell in lesson.cells] == [s for s in sources if s in _all(lesson)]
    added = [c.metadata.nbgrader.grade_id for c in book.cells if c.source not in _all(lesson)]
    checks = [f"check_{name}" for name in OURS]
    assert added == [*checks, "about_total", "total", "about_question", "question"]


def _all(book):
    return {cell.source for cell in book.cells}


def test_a_check_cell_is_locked_follows_its_exercise_and_has_its_points(course):
    cells = release(course).cells
    for before, cell in itertools.pairwise(cells):
        about = cell.metadata.get("nbgrader", {})
        if about.get("grade_id", "").startswith("check_"):
            assert about.grade_id == f"check_{before.metadata.nbgrader.grade_id}"
            assert about.locked and about.grade and not about.solution
            assert cell.metadata.tags == ["raises-exception"]
            assert about.points == {"check_psnr": 3, "check_numerical_grad": 2}.get(
                about.grade_id, 1
            )
    assert cells[-1].source == TEXT_STUB and cells[-1].metadata.nbgrader.points == 6


def test_nothing_secret_is_handed_out(course):
    seed = assignments.read(course)[NAME].seed
    for path in (course / "release").rglob("*"):
        if path.is_file():
            text = path.read_text(encoding="utf-8")
            assert seed not in text and "np.sum(x)" not in text and "BEGIN SOLUTION" not in text
    own = next(c for c in release(course).cells if "def total" in c.source)
    assert (
        '"""The sum of all elements."""' in own.source and "raise NotImplementedError" in own.source
    )
    assert "np.sum(x)" in (course / "source" / NAME / f"{NAME}.ipynb").read_text(encoding="utf-8")


def test_nbgraders_own_command_makes_the_same_release(course):
    before = (course / "release" / NAME / f"{NAME}.ipynb").read_bytes()
    _nbgrader(course, "generate_assignment", NAME, "--force")
    assert (course / "release" / NAME / f"{NAME}.ipynb").read_bytes() == before


def _nbgrader(course, *words):
    where = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    command = [sys.executable, "-m", "nbgrader", *words]
    ran = subprocess.run(
        command, cwd=course, env={**os.environ, "PATH": where}, capture_output=True, text=True
    )
    assert ran.returncode == 0, ran.stderr[-2000:]


def test_the_gradebook_knows_what_each_cell_counts_for(course):
    from nbgrader.api import Gradebook

    with Gradebook(f"sqlite:///{course}/gradebook.db") as book:
        cells = {c.name: c.max_score for c in book.find_notebook(NAME, NAME).grade_cells}
    points = {"check_mse_loss": 1, "check_numerical_grad": 2, "check_mse_loss_grad": 1}
    assert cells == points | {"check_psnr": 3, "total": 7, "question": 6}


def test_handing_out_again_keeps_the_seed_and_changes_the_points(course, tmp_path):
    first = assignments.read(course)[NAME]
    assert main(["assign", "1", "--to", str(course), "--points", "psnr=5,total=7,question=6"]) == 0
    again = assignments.read(course)[NAME]
    assert again.seed == first.seed and again.points["psnr"] == 5 and "total" in again.points
    assert main(["assign", "1", "--to", str(course)]) == 0
    assert assignments.read(course)[NAME].points == again.points  # what is not named stays
    assert list(assignments.read(course)) == [NAME, "06_convolution_by_hand"]
    assert main(["assign", "1", "--to", str(course), "--points", "psnr=3,total=7,question=6"]) == 0


@pytest.mark.parametrize("lesson", sorted(set(EXERCISES.values())))
def test_every_lesson_has_a_question_with_a_rubric(lesson):
    asked = module.question(lesson)
    points = [n for n, _ in asked["rubric"]]
    assert (
        sum(points) == 4
        and len(points) == 3
        and "your picture"
        in asked["ask"]
        .replace("your own picture", "your picture")
        .replace("pictures of your own", "your picture")
        .replace("size of yours", "your picture")
    )


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["assign", "99", "--to", "c"], "there is no lesson 99"),
        (["assign", "one", "--to", "c"], "'one' is no lesson"),
        (["assign", "1", "--to", "c", "--points", "psnr"], "gives no points"),
        (["assign", "1", "--to", "c", "--points", "no_such=1"], "no exercise is called no_such"),
        (["assign", "1", "--to", "c", "--points", "psnr=-1"], "give 0 or more"),
        (["assign", "1", "--to", "c", "--points", "mse_los=1"], "did you mean mse_loss?"),
        (["assign", "1", "--to", "c", "--bank", "nowhere"], "is no folder with exercises"),
        (["assign", "1", "--to", "c", "--bank", "."], "it must lie in"),
        (["assign", "1"], "--to"),
    ],
)
def test_what_is_wrong_is_one_sentence_and_leaves_nothing(words, sentence, tmp_path):
    ran = subprocess.run(
        [sys.executable, "-m", "learnkit", *words], cwd=tmp_path, capture_output=True, text=True
    )
    assert ran.returncode != 0 and sentence in ran.stderr and "Traceback" not in ran.stderr
    assert not (tmp_path / "c" / "release").exists()


def test_an_answer_of_a_class_has_marks_round_each_method():
    text = "class Box:\n    def __init__(self):\n        self.x = 1\n\n    def f(self):\n"
    marked = module._marked(text + '        """Words."""\n        return self.x')
    assert marked.count("### BEGIN SOLUTION") == 2
    assert marked.index("Words") < marked.rindex("### BEGIN SOLUTION")
    assert json.dumps(marked)

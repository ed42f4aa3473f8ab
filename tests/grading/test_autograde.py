"""From the bytes of a notebook to marks: points, a status and a reason for each exercise."""

import json
import re
import textwrap
from pathlib import Path

import pytest

from learnkit.exercises.index import EXERCISES
from learnkit.exercises.table import find
from learnkit.grading import bank, sandbox
from learnkit.grading.autograde import HIDDEN, TEXT_STUB, autograde
from learnkit.grading.marks import from_json
from tests.exercises.busy import busy_processes
from tests.grading.books import IMPORTS, RIGHT, answered, mse_loss, notebook

ROOT = Path(__file__).resolve().parents[2]
SOLVED = sorted((ROOT / "solutions").glob("[0-9]*.ipynb"))


def first(data, seed="seed", **options):
    return autograde(data, 1, seed, **options).marks[0]


@pytest.mark.parametrize("path", SOLVED, ids=lambda path: path.stem)
def test_every_solution_has_all_points_and_every_unsolved_lesson_none(path, bubblewrap):
    lesson = int(path.name[:2])
    marks = autograde(path, lesson, "a seed")
    assert (
        marks.points
        == marks.most
        == sum(find(name).points for name, number in EXERCISES.items() if number == lesson)
    )
    unsolved = autograde(ROOT / "lessons" / path.name, lesson, "a seed")
    assert unsolved.points == 0 and {m.status for m in unsolved.marks} == {"not attempted"}


def test_a_known_mistake_has_its_sentence_and_the_smallest_shown_input(bubblewrap):
    mark = first(answered(RIGHT.replace("mean", "sum")))
    assert (mark.status, mark.points, mark.mistake) == ("incorrect", 0.0, "summed")
    assert mark.reason.startswith("You summed") and dict(mark.example)["expected"] == "0.125"


def test_what_is_wrong_on_hidden_cases_alone_tells_the_mistake_and_no_number(bubblewrap):
    shown = {
        "".join(a.tobytes().hex() for a in case.args): value.arrays[""].item()
        for case, value in zip(find("mse_loss").cases, find("mse_loss").expected, strict=True)
    }
    body = [f"table = {shown!r}", "key = pred.tobytes().hex() + target.tobytes().hex()"]
    body.append("if key in table: return table[key]")
    mark = first(answered(*body, "return np.sum((pred - target) ** 2)"))
    assert mark.reason.startswith("It is right on all the cases that the lesson shows")
    assert "You summed" in mark.reason and mark.example == () and mark.points == 0
    mark = first(answered(*body, "raise ValueError(repr(pred))"))
    assert mark.reason.endswith("there it raises ValueError.")
    mark = first(answered(*body, "return 3 * pred.max()"))
    assert mark.reason == f"{HIDDEN}." and mark.example == ()


def test_the_other_exercises_of_a_submission_do_not_suffer_from_one(bubblewrap):
    data = notebook(
        IMPORTS,
        mse_loss("import os; os.kill(os.getppid(), 9); os._exit(3)"),
        "@exercise\ndef mse_loss_grad(pred, target):\n    return 2 * (pred - target) / pred.size",
    )
    marks = {mark.exercise: mark for mark in autograde(data, 1, "seed").marks}
    assert marks["mse_loss"].points == 0 and marks["mse_loss_grad"].points == 1


def test_another_exercise_that_is_called_is_the_reference(bubblewrap):
    psnr = """
        @exercise
        def psnr(pred, target, data_range=1.0):
            error = mse_loss(pred, target)
            return float("inf") if error == 0 else 10 * np.log10(data_range**2 / error)
    """
    data = notebook(IMPORTS, mse_loss("return 5.0"), textwrap.dedent(psnr))
    marks = {mark.exercise: mark for mark in autograde(data, 1, "seed").marks}
    assert marks["mse_loss"].points == 0 and marks["psnr"].points == 1


def test_what_cannot_be_tried_alone_needs_a_look_and_has_no_points_yet(bubblewrap):
    data = notebook(IMPORTS, "table = open('mine.csv').read()", mse_loss("return len(table)"))
    mark = first(data)
    assert (mark.status, mark.points) == ("needs a look", None)
    assert "a cell that it needs raised FileNotFoundError" in mark.reason
    data = notebook(IMPORTS, "exec('helper = abs')", mse_loss("return helper(pred)"))
    assert first(data).status == "needs a look"
    data = notebook(IMPORTS, mse_loss("return helper(pred)"))
    assert first(data).status == "incorrect" and "'helper' is not defined" in first(data).reason


def test_a_default_that_raises_is_the_answers_own_fault(bubblewrap):
    data = notebook(IMPORTS, "@exercise\ndef mse_loss(pred, target, k=1 / 0):\n    return k")
    mark = first(data)
    assert (
        mark.status == "incorrect" and "ZeroDivisionError: division by zero (line 2)" in mark.reason
    )


def test_borrowed_answers_have_their_points_and_a_flag(bubblewrap):
    by_torch = "import torch.nn.functional as F\nimport torch\n"
    by_torch += "return F.mse_loss(torch.tensor(pred), torch.tensor(target)).item()"
    mark = first(answered(by_torch))
    assert mark.points == 1 and any("torch" in flag for flag in mark.flags)
    read = "import learnkit.byhand.losses as it\n"
    read += "names = {}\nexec(open(it.__file__).read(), names)\n"
    mark = first(answered(read + "return names['mse_loss'](pred, target)"))
    assert mark.points == 1 and any("learnkit.byhand.losses" in flag for flag in mark.flags)
    assert any("exec, open" in flag for flag in mark.flags)
    assert first(answered(RIGHT)).flags == ()
    helped = "from learnkit.images.damaged import damaged\nK = damaged('astronaut').image.mean()"
    assert first(notebook(IMPORTS, helped, mse_loss("K", RIGHT))).flags == ()


def test_the_very_words_of_a_long_solution_are_flagged_and_of_a_short_one_not(bubblewrap):
    marks = {m.exercise: m for m in autograde(SOLVED[2], 2, "seed").marks}
    assert any("Word for word" in flag for flag in marks["fill_hole"].flags)
    marks = {m.exercise: m for m in autograde(SOLVED[1], 1, "seed").marks}
    assert marks["mse_loss"].flags == marks["mse_loss_grad"].flags == ()
    assert any("Word for word" in flag for flag in marks["numerical_grad"].flags)


def test_the_same_marks_on_a_busy_machine(bubblewrap):
    data = answered(RIGHT)
    with busy_processes(10):
        assert first(data).points == 1


def test_no_bubblewrap_is_a_sentence_with_a_cure_and_no_points(monkeypatch):
    monkeypatch.setenv("PATH", "/nowhere")
    mark = first(answered(RIGHT))
    assert (mark.status, mark.points) == ("could not be judged", None)
    assert "apt install bubblewrap" in sandbox.trouble() and "bubblewrap" in mark.reason
    assert first(answered(RIGHT), unsafe=True).points == 1


def test_a_bubblewrap_that_cannot_start_says_why(monkeypatch, tmp_path):
    program = tmp_path / "bwrap"
    program.write_text("#!/bin/sh\necho 'No permissions to create new namespace' >&2\nexit 1\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "No permissions to create new namespace" in sandbox.trouble()
    assert "sysctl" in sandbox.trouble()


def test_inside_refuses_to_run_among_the_graders_own_processes(tmp_path):
    import os
    import subprocess
    import sys

    script = Path(sandbox.__file__).with_name("inside.py")
    own = os.readlink("/proc/self/ns/pid")
    ran = subprocess.run(
        [sys.executable, str(script), "x.py", own, "65534"], capture_output=True, text=True
    )
    assert ran.returncode == 1 and "only learnkit grade starts it" in ran.stderr


def test_marks_survive_the_journals_json(bubblewrap):
    marks = autograde(answered(RIGHT.replace("mean", "sum")), 1, "seed")
    assert from_json(marks.as_json()) == marks
    doubled = marks.with_points({"mse_loss": 4.0})
    assert [m.most for m in doubled.marks][:2] == [4.0, marks.marks[1].most]


BANK = """
import numpy as np
from learnkit.exercises.table import Exercise, case

total = Exercise.beside(
    __name__,
    cases=[case(np.array([1.0, 2.0])), case(np.array([[0.5], [0.25]]))],
    hints=("NumPy has it.",),
    why="Sums are everywhere.",
    points=2,
)
"""
MISTAKES = '''import numpy as np

# %% answer
def total(x):
    """The sum of all elements."""
    return np.sum(x)

# %% averaged: You average; asked is the sum.
~ np.sum => np.mean
'''


def a_bank(folder):
    lesson = folder / "lesson_01"
    lesson.mkdir(parents=True)
    (lesson / "total.py").write_text(BANK)
    (lesson / "total.mistakes").write_text(MISTAKES)
    (lesson / "total.md").write_text("## The sum\n\nAdd all elements of `x`.")
    return folder


def test_an_instructors_own_exercise_is_judged_and_diagnosed_like_ours(tmp_path, bubblewrap):
    folder = a_bank(tmp_path / "bank")
    own = "from learnkit.exercises import graded_later\n@graded_later\ndef total(x):\n    return {}"
    for body, points, words in (
        ("np.sum(x)", 2, "Sums are everywhere."),
        ("np.mean(x)", 0, "You average; asked is the sum."),
    ):
        marks = autograde(notebook(IMPORTS, own.format(body)), 1, "seed", own=folder)
        assert (marks.marks[-1].exercise, marks.marks[-1].points) == ("total", points)
        assert marks.marks[-1].reason == words


def test_a_table_that_fails_costs_no_other_exercise_its_points(tmp_path, bubblewrap):
    folder = a_bank(tmp_path / "bank")
    table = folder / "lesson_01" / "total.py"
    table.write_text(re.sub(r"cases=\[.*\]", "cases=[]", BANK))
    own = "from learnkit.exercises import graded_later\n@graded_later\ndef total(x):\n    return 1"
    marks = autograde(notebook(IMPORTS, mse_loss(RIGHT), own), 1, "seed", own=folder)
    assert marks.marks[0].points == 1.0 and marks.marks[-1].status == "could not be judged"


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("np.sum => np.mean", "np.ones => np.mean", "does not have"),
        ("~ np.sum => np.mean", "return np.sum(x)", "no case tells this mistake"),
        ("~ np.sum => np.mean", "return np.sum(x", "line 2"),
        ("~ np.sum => np.mean", "return np.sum(x, axis=0)", "is told another sentence"),
    ],
)
def test_a_bank_is_tried_before_it_is_handed_out(tmp_path, old, new, words):
    folder = a_bank(tmp_path / "bank")
    path = folder / "lesson_01" / "total.mistakes"
    more = "\n# %% another: Another.\nreturn np.sum(x, axis=0)\n" if "axis" in new else ""
    path.write_text(MISTAKES.replace(old, new) + more)
    with pytest.raises(ValueError, match=words):
        bank.try_out(bank.exercises(folder, 1)[0], "seed")


def test_a_bank_without_cases_and_a_wrong_number_of_points_are_named(tmp_path):
    folder = a_bank(tmp_path / "one")
    path = folder / "lesson_01" / "total.py"
    path.write_text(re.sub(r"cases=\[.*\]", "cases=[]", BANK))
    with pytest.raises(ValueError, match="has no cases"):
        bank.try_out(bank.exercises(folder, 1)[0], "seed")
    path.write_text(BANK.replace("cases=[", "probe=lambda result, x: 1 / 0, cases=["))
    bank.exercises.cache_clear()
    with pytest.raises(ValueError, match="gives no result on its cases"):
        bank.try_out(bank.exercises(folder, 1)[0], "seed")
    folder = a_bank(tmp_path / "two")
    (folder / "lesson_01" / "total.py").write_text(BANK.replace("points=2", "points='four'"))
    with pytest.raises(ValueError, match="points must be a number"):
        bank.exercises(folder, 1)


@pytest.mark.parametrize("lesson", [99, "01_mse_by_hand", -1])
def test_a_lesson_that_is_none_is_an_error_of_the_caller(lesson):
    with pytest.raises(ValueError, match="has no exercises"):
        autograde(answered(RIGHT), lesson, "seed")


def test_an_answer_below_the_questions_cell_is_an_answer(bubblewrap):
    book = json.loads(notebook(IMPORTS, question=TEXT_STUB))
    book["cells"].append({"cell_type": "markdown", "metadata": {}, "source": "It was 3 dB."})
    assert autograde(json.dumps(book).encode(), 1, "seed").question == "It was 3 dB."
    assert autograde(notebook(IMPORTS, question=TEXT_STUB), 1, "seed").question == ""


@pytest.mark.parametrize(
    ("file", "text", "words"),
    [
        ("total.py", "x = (", "cannot be loaded"),
        ("total.py", "total = 3", "must bind total"),
        ("mse_loss.py", BANK, "is an exercise of lesson 1 already"),
    ],
)
def test_a_table_that_cannot_be_used_is_named(tmp_path, file, text, words):
    folder = a_bank(tmp_path / "bank")
    (folder / "lesson_01" / file).write_text(text)
    with pytest.raises(ValueError, match=words):
        bank.exercises(folder, 1)


def test_a_bank_without_its_answer_or_its_text_says_what_is_missing(tmp_path):
    folder = a_bank(tmp_path / "one")
    (folder / "lesson_01" / "total.mistakes").unlink()
    with pytest.raises(ValueError, match="holds the answer"):
        bank.exercises(folder, 1)
    folder = a_bank(tmp_path / "two")
    (folder / "lesson_01" / "total.md").unlink()
    with pytest.raises(ValueError, match="write there, in Markdown"):
        bank.text(folder, bank.exercises(folder, 1)[0])
    with pytest.raises(ValueError, match="no folder"):
        bank.exercises(tmp_path / "nothing", 1)

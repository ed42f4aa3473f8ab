"""The worked example of docs/instructors.md: an instructor's own exercise, in all its parts."""

from pathlib import Path

import pytest

from learnkit.exercises.judge import judge
from learnkit.grading import bank
from learnkit.grading.autograde import autograde
from learnkit.grading.secret import hidden
from tests.grading.books import IMPORTS, notebook

BANK = Path(__file__).resolve().parents[2] / "docs" / "grading" / "bank"
TASK = bank.exercises(BANK, 1)[0]


def test_the_answer_is_right_on_shown_and_hidden_cases_and_its_text_is_there():
    assert judge(TASK, TASK.run(TASK.reference)).correct
    secret = hidden(TASK, "seed")
    assert len(secret.cases) >= 3 and judge(secret, secret.run(TASK.reference)).correct
    assert "RMS contrast" in bank.text(BANK, TASK)


@pytest.mark.parametrize("mistake", TASK.mistakes, ids=lambda mistake: mistake.name)
def test_every_mistake_has_its_own_sentence(mistake):
    report = judge(TASK, TASK.run(mistake.answer))
    assert (report.mistake, report.message) == (mistake.name, mistake.sentence)


def test_a_student_who_hands_it_in_is_judged_by_it(bubblewrap):
    head = "from learnkit.exercises import graded_later\n@graded_later\n"
    answer = head + "def rms_contrast(image):\n    return image.std()"
    mark = autograde(notebook(IMPORTS, answer), 1, "seed", own=BANK).marks[-1]
    assert (mark.exercise, mark.points) == ("rms_contrast", 3.0)

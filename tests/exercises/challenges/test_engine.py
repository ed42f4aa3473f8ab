"""`@challenge`: scores, what is said where there is none, and the best one that is kept."""

import json

import numpy as np
import pytest

from learnkit.course import progress as told
from learnkit.exercises import challenge, check_file, progress
from learnkit.exercises.challenges.challenge import find
from learnkit.exercises.challenges.engine import measure
from learnkit.exercises.challenges.index import CHALLENGES


def test_a_score_stands_among_those_of_others():
    board = measure("mend", lambda image, hole: np.where(hole, 0.5, image))
    assert 5 < board.score < 30
    names = [name for name, _, own in board.rows() if not own]
    assert names == [rival.name for rival in reversed(find("mend").rivals)]
    assert sum(own for _, _, own in board.rows()) == 1
    scores = [float(score.split()[0]) for _, score, _ in board.rows()]
    assert scores == sorted(scores, reverse=True)
    assert f"{board.score:.2f} dB in the holes of six photographs" in str(board)
    assert "▸ yours" in board._repr_html_()


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (lambda image, hole: image.sort(), "returns None"),
        (lambda image, hole: image[0], "that of the damaged one is (64, 64)"),
        (lambda image, hole: image * np.nan, "holds NaN or infinity"),
        (lambda image, hole: image / [], "raised ValueError"),
        (lambda image: image, "The lesson calls mend(image, hole), and yours cannot be"),
    ],
)
def test_where_there_is_no_score_it_says_why(answer, words):
    board = measure("mend", answer)
    assert board.score is None and board.message.startswith("No score. ")
    assert words in str(board) and "(Number 1 of 6.)" in board.message
    assert not any(own for _, _, own in board.rows())


def test_an_answer_that_never_ends_ends_as_a_sentence(monkeypatch):
    monkeypatch.setattr(find("race").task, "seconds", 1.0)

    def race(grad, x0, steps):
        while True:
            pass

    assert "did not finish within 1 seconds" in measure("race", race).message


def test_a_stub_is_not_attempted():
    def mend(image, hole):
        """The whole picture."""
        raise NotImplementedError

    board = measure("mend", mend)
    assert board.score is None and board.message.startswith("A challenge is optional")


def test_the_truth_is_not_in_the_worker():
    def mend(image, hole):
        assert not image[hole].any()
        return image

    assert measure("mend", mend).score is not None


def test_the_name_stays_the_student_s_own(capsys):
    def mend(image, hole):
        return image[0]

    assert challenge(mend) is mend and challenge()(mend) is mend
    assert "No score" in capsys.readouterr().out


def test_another_name_is_told_which_there_are(capsys):
    def mned(image, hole):
        return image

    assert challenge(mned) is mned
    assert "there are mend, race, paint, train, fill" in capsys.readouterr().out
    with pytest.raises(ValueError, match="no challenge is called 'mned'"):
        measure("mned", mned)


def test_the_best_score_is_kept_in_a_lab_folder(tmp_path, monkeypatch):
    (tmp_path / progress.STATE).mkdir()
    (tmp_path / progress.MARKER).write_text("{}")
    monkeypatch.chdir(tmp_path)
    good = measure("mend", lambda image, hole: np.where(hole, image[~hole].mean(), image))
    worse = measure("mend", lambda image, hole: image)
    assert good.score > worse.score and worse.best == good.best == good.score
    assert f"Your best so far: {good.score:.2f} dB" in worse.sentence
    assert json.loads((tmp_path / progress.PROGRESS).read_text())["mend"]["score"] == good.score
    lines = list(told.table(progress.read(tmp_path)))
    assert any(
        line.split() == f"best mend: {good.score:.2f} (a challenge)".split() for line in lines
    )
    assert lines[-1].startswith("Total: 0 of")


def test_outside_of_a_lab_folder_nothing_is_kept(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert progress.record_score("mend", 20.0) == 20.0
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", CHALLENGES)
def test_rivals_stand_from_the_lowest_to_the_highest(name):
    scores = [rival.score for rival in find(name).rivals]
    assert len(scores) >= 5 and scores == sorted(scores)


def test_a_file_that_holds_a_challenge_too_is_judged(tmp_path):
    path = tmp_path / "lesson.py"
    path.write_text(
        "import numpy as np\n"
        "from learnkit.exercises import challenge, exercise\n\n\n"
        "@exercise\ndef mse_loss(pred, target):\n    return np.mean((pred - target) ** 2)\n\n\n"
        "@challenge\ndef mend(image, hole):\n    return image\n"
    )
    assert check_file("mse_loss", path).correct

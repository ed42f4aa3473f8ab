import json

import pytest

from learnkit.course import progress
from learnkit.exercises.index import EXERCISES
from learnkit.exercises.progress import record


@pytest.fixture
def lab(tmp_path, monkeypatch):
    (tmp_path / "work" / ".learnkit").mkdir(parents=True)
    (tmp_path / "work/.learnkit/lab.json").write_text("{}")
    monkeypatch.chdir(tmp_path / "work")
    return tmp_path / "work"


@pytest.fixture(autouse=True)
def lessons(monkeypatch):
    names = ["00_start_here.ipynb", "01_mse_by_hand.ipynb", "02_gradient_descent_by_hand.ipynb"]
    monkeypatch.setattr(progress, "lesson_names", lambda: names)


def test_the_table_says_by_lesson_what_is_done_in_words(lab, capsys):
    record("invert", "incorrect")
    record("invert", "correct")
    record("mse_loss", "incorrect")
    record("psnr", "correct")
    record("psnr", "incorrect")
    assert progress.progress() == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "Lesson 00, start here: 1 of 2 exercises done"
    assert lines[1] == "  done       invert, after 2 tries"
    assert lines[2] == "  not begun  cut_hole"
    assert "Lesson 01, mse by hand: 1 of 4 exercises done" in lines
    assert "  incorrect  mse_loss, 1 try so far" in lines
    assert "  done       psnr, after 1 try; the latest run was incorrect" in lines
    assert lines[-1] == f"Total: 2 of {len(EXERCISES)} exercises done"
    assert all(line.isascii() for line in lines)  # no symbol that a screen reader skips


def test_every_exercise_stands_in_the_table_once(lab):
    named = [line.split()[-1] for line in progress.table({}) if line.startswith("  ")]
    assert named == list(EXERCISES)


def test_an_exercise_run_untouched_is_not_begun(lab):
    record("invert", "not attempted")
    entry = json.loads((lab / ".learnkit/progress.json").read_text())["invert"]
    assert progress.verdict(entry) == ("not begun", "")


def test_the_lab_is_found_from_inside_from_beside_and_by_name(lab, tmp_path, monkeypatch):
    assert progress.find_lab(None) == lab
    monkeypatch.chdir(tmp_path)
    assert progress.find_lab(None).samefile(lab)
    assert progress.find_lab(lab) == lab


@pytest.mark.errors
def test_a_folder_that_is_no_lab_says_how_to_make_one(lab, tmp_path, monkeypatch):
    with pytest.raises(ValueError, match=r"was not made by learnkit lab; to make it: learnkit lab"):
        progress.find_lab(tmp_path)
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    with pytest.raises(ValueError, match="learnkit lab makes one"):
        progress.find_lab(None)


@pytest.mark.errors
def test_a_damaged_file_is_told_and_not_read_as_nothing_done(lab):
    (lab / ".learnkit/progress.json").write_text("{")
    with pytest.raises(ValueError, match="is damaged"):
        progress.progress()

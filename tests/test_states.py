"""Notebooks in their states: what is cut short stands there once, and a failure is told by cell."""

import os

import nbformat
import pytest

from tests import states

LINUX = pytest.mark.skipif(not hasattr(os, "fork"), reason="notebooks are run in forked processes")


@pytest.mark.parametrize("lesson", states.SHORTER)
@pytest.mark.parametrize("folder", ["lessons", "solutions"])
def test_what_is_cut_short_stands_in_its_lesson_once(lesson, folder):
    notebook = nbformat.read(states.ROOT / folder / f"{lesson}.ipynb", as_version=4)
    before = [cell.source for cell in notebook.cells]
    states.shorten(notebook, lesson)
    changed = [i for i, cell in enumerate(notebook.cells) if cell.source != before[i]]
    assert len(changed) == len(states.SHORTER[lesson])
    assert not [i for i in changed if states.exercise_of(notebook.cells[i])]
    with pytest.raises(ValueError, match=f"0 cells of {lesson}"):
        states.shorten(notebook, lesson)


def written(folder, state, *sources):
    path = folder / state / "00_00_small.ipynb"
    path.parent.mkdir()
    cells = [nbformat.v4.new_code_cell(source) for source in sources]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), path)


@LINUX
def test_a_cell_that_fails_is_told_with_its_source_and_its_error_and_the_others_pass(
    tmp_path, capfd, monkeypatch
):
    monkeypatch.setattr(states, "FIRST", ())
    monkeypatch.setattr(states, "FROM_07", ())
    written(tmp_path, "unsolved", "a = 6", "print(a * 7)")
    written(tmp_path, "mistaken", "b = 1", "b / 0  # here", "print(b)")
    assert states.run(tmp_path) == 1
    said = capfd.readouterr().out
    assert "00_small unsolved: passed" in said and "00_small mistaken: failed" in said
    assert "---- cell 1 of 00_00_small.ipynb" in said and "b / 0  # here" in said
    assert "ZeroDivisionError" in said and "cell 2" not in said


@LINUX
def test_a_notebook_that_ends_its_process_has_failed(tmp_path, capfd, monkeypatch):
    monkeypatch.setattr(states, "FIRST", ())
    monkeypatch.setattr(states, "FROM_07", ())
    written(tmp_path, "unsolved", "import os; os._exit(0)")
    assert states.run(tmp_path) == 1
    assert "ended before its last cell" in capfd.readouterr().out


def test_the_longest_lesson_comes_first():
    assert sorted(states.lessons()) == sorted(
        p.stem for p in states.ROOT.glob("solutions/[0-9]*.py")
    )
    assert states.lessons()[-1] == "01_mse_by_hand"

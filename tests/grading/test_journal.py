"""The journal: what was graded stays so, through kills, and whatever has changed does not."""

import dataclasses

import pytest

from learnkit.grading import journal
from learnkit.grading.assignments import Assignment, read, worth, write
from learnkit.grading.journal import Entry, Journal
from learnkit.grading.marks import Mark, Marks
from tests.grading.test_autograde import a_bank

ONE = Assignment("01_mse_by_hand", 1, "seed", {"mse_loss": 1.0})
MARKS = Marks(1, (Mark("mse_loss", "correct", "Fine. 好", 1.0, 1.0),), "words")


def test_the_key_changes_with_submission_seed_lesson_and_tables_and_not_with_points(tmp_path):
    key = journal.key(b"data", ONE)
    assert journal.key(b"data", dataclasses.replace(ONE, points={"mse_loss": 9.0})) == key
    folder = a_bank(tmp_path)
    others = [
        journal.key(b"other", ONE),
        journal.key(b"data", dataclasses.replace(ONE, seed="x")),
        journal.key(b"data", dataclasses.replace(ONE, lesson=2)),
        journal.key(b"data", dataclasses.replace(ONE, bank=str(folder))),
    ]
    (folder / "lesson_01" / "total.md").write_text("changed")
    journal._tables.cache_clear()
    others.append(journal.key(b"data", dataclasses.replace(ONE, bank=str(folder))))
    assert len({key, *others}) == 6


def test_entries_come_back_in_order_and_a_torn_line_is_left_out(tmp_path):
    with Journal(tmp_path) as log:
        log.write(Entry("k1", "jane", ONE.name, MARKS))
    with log.path.open("ab") as file:
        file.write(b'{"key": "k2", "student": "bo')  # killed here
    with Journal(tmp_path) as log:
        log.write(Entry("k3", "zoe", ONE.name, MARKS))
        assert [e.key for e in log.entries()] == ["k1", "k3"]
        assert next(log.entries()).marks == MARKS


def test_two_graders_of_one_course_do_not_meet(tmp_path):
    with Journal(tmp_path), pytest.raises(BlockingIOError, match="graded already"):
        with Journal(tmp_path):
            pass


def test_assignments_are_written_for_the_owner_alone_and_read_again(tmp_path):
    write(tmp_path, [ONE])
    assert read(tmp_path) == {ONE.name: ONE} and "seed" not in repr(ONE)
    assert (tmp_path / "grading" / "assignments.json").stat().st_mode & 0o077 == 0
    with pytest.raises(ValueError, match="learnkit assign LESSON"):
        read(tmp_path / "elsewhere")
    (tmp_path / "grading" / "assignments.json").write_text("{")
    with pytest.raises(ValueError, match="put back its last good copy"):
        read(tmp_path)


def test_points_are_the_exercises_own_unless_others_are_wanted(tmp_path):
    points = worth(1, a_bank(tmp_path), {"psnr": 3.0, "question": 2.0, "elsewhere": 1.0}, 4.0)
    assert points == {
        "mse_loss": 1.0,
        "numerical_grad": 2.0,
        "mse_loss_grad": 1.0,
        "psnr": 3.0,
        "total": 2.0,
        "question": 2.0,
    }
    with pytest.raises(ValueError, match="give 0 or more"):
        worth(1, None, {"psnr": -1.0}, 4.0)

import os
import re
import resource
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from learnkit.course import lab
from tests.course.conftest import NAMES, notebook


def listing(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_the_first_time_every_lesson_is_copied(course, work):
    assert lab.prepare(work) == [f"3 lessons copied to {work}."]
    assert listing(work) == [".learnkit", *NAMES]
    assert (work / NAMES[0]).read_bytes() == (course / NAMES[0]).read_bytes()


def test_the_second_time_there_is_nothing_to_do(course, work):
    lab.prepare(work)
    assert lab.prepare(work) == []


def test_a_lesson_that_was_only_run_is_updated(course, work):
    lab.prepare(work)
    ran = notebook(f"# {NAMES[0]}", "a = 1", outputs=[{"output_type": "stream"}], ran=True)
    (work / NAMES[0]).write_bytes(ran)
    assert lab.prepare(work) == []
    assert (work / NAMES[0]).read_bytes() == ran  # its outputs stay while there is nothing new
    (course / NAMES[0]).write_bytes(notebook("a = 2"))
    assert lab.prepare(work) == [f"{NAMES[0]}: updated; you had not changed it."]
    assert (work / NAMES[0]).read_bytes() == notebook("a = 2")


def test_a_changed_lesson_stays_and_the_new_one_lands_beside_it_once(course, work):
    lab.prepare(work)
    mine = notebook("my own answer")
    (work / NAMES[1]).write_bytes(mine)
    assert lab.prepare(work) == []
    (course / NAMES[1]).write_bytes(notebook("a = 2"))
    (sentence,) = lab.prepare(work)
    assert sentence.startswith(f"{NAMES[1]}: you have changed it, so it stays")
    assert sentence.endswith("beside it as 01_mse_by_hand.new.ipynb.")
    assert (work / NAMES[1]).read_bytes() == mine
    assert (work / "01_mse_by_hand.new.ipynb").read_bytes() == notebook("a = 2")
    assert lab.prepare(work) == []
    (work / "01_mse_by_hand.new.ipynb").write_bytes(notebook("worked on"))
    assert lab.prepare(work) == []  # that version has landed, whatever became of it

    (course / NAMES[1]).write_bytes(notebook("a = 3"))
    (sentence,) = lab.prepare(work)
    assert sentence.endswith("beside it as 01_mse_by_hand.new-2.ipynb.")
    assert (work / "01_mse_by_hand.new.ipynb").read_bytes() == notebook("worked on")


def test_a_student_who_took_the_new_version_over_is_up_to_date(course, work):
    lab.prepare(work)
    (work / NAMES[1]).write_bytes(notebook("mine"))
    (course / NAMES[1]).write_bytes(notebook("a = 2"))
    lab.prepare(work)
    (work / "01_mse_by_hand.new.ipynb").replace(work / NAMES[1])
    assert lab.prepare(work) == []
    (course / NAMES[1]).write_bytes(notebook("a = 3"))
    assert lab.prepare(work) == [f"{NAMES[1]}: updated; you had not changed it."]


def test_a_deleted_lesson_comes_back(course, work):
    lab.prepare(work)
    (work / NAMES[2]).unlink()
    assert lab.prepare(work) == [f"{NAMES[2]}: it was gone, and is back."]
    assert (work / NAMES[2]).is_file()


def test_a_cell_turned_from_code_to_text_is_a_change(course, work):
    lab.prepare(work)
    turned = (work / NAMES[0]).read_bytes().replace(b'"code"', b'"markdown"', 1)
    (work / NAMES[0]).write_bytes(turned)
    (course / NAMES[0]).write_bytes(notebook("a = 2"))
    lab.prepare(work)
    assert (work / NAMES[0]).read_bytes() == turned


@pytest.mark.parametrize(
    "broken", [b'{"cells": [', b"", b"[]", b'{"cells": [{}]}', b"\xff\xfe\x00"]
)
def test_an_unreadable_notebook_counts_as_changed(course, work, broken):
    lab.prepare(work)
    (work / NAMES[0]).write_bytes(broken)
    (sentence,) = lab.prepare(work)
    assert "cannot be read as a notebook; rename it" in sentence
    (course / NAMES[0]).write_bytes(notebook("a = 2"))
    (sentence,) = lab.prepare(work)
    assert "00_start_here.new.ipynb" in sentence
    assert (work / NAMES[0]).read_bytes() == broken


def test_a_lost_pristine_copy_never_costs_the_students_work(course, work):
    lab.prepare(work)
    (work / NAMES[0]).write_bytes(notebook("mine"))
    shutil.rmtree(work / ".learnkit")
    lab.prepare(work)
    assert (work / NAMES[0]).read_bytes() == notebook("mine")
    assert (work / "00_start_here.new.ipynb").is_file()
    assert not (work / "01_mse_by_hand.new.ipynb").exists()


def test_an_interrupted_update_is_taken_up_where_it_stopped(course, work, monkeypatch):
    lab.prepare(work)
    (work / NAMES[0]).write_bytes(notebook("mine"))
    for name in NAMES:
        (course / name).write_bytes(notebook("a = 2"))
    whole, written = lab.write_whole, []

    def killed_on_the_fifth(path: Path, data: bytes) -> None:
        if len(written) == 4:
            raise KeyboardInterrupt
        whole(path, data)
        written.append(path)

    with monkeypatch.context() as patch:
        patch.setattr(lab, "write_whole", killed_on_the_fifth)
        with pytest.raises(KeyboardInterrupt):
            lab.prepare(work)
    assert written[-1].name == "00_start_here.new.ipynb"
    lab.prepare(work)
    assert listing(work) == [
        ".learnkit",
        "00_start_here.ipynb",
        "00_start_here.new.ipynb",
        *NAMES[1:],
    ]
    assert (work / NAMES[0]).read_bytes() == notebook("mine")
    assert (work / NAMES[2]).read_bytes() == notebook("a = 2")


@contextmanager
def as_a_stranger() -> Iterator[None]:
    """Without root's right to write everywhere."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.mark.errors
def test_a_read_only_folder_is_one_sentence(course, monkeypatch):
    with tempfile.TemporaryDirectory() as name:  # pytest's own is closed to strangers
        open_to_all = Path(name)
        open_to_all.chmod(0o755)
        lessons, work = open_to_all / "course", open_to_all / "work"
        shutil.copytree(course, lessons).chmod(0o755)
        monkeypatch.setattr(lab, "lesson_folder", lambda: lessons)
        work.mkdir(mode=0o555)
        expected = rf"cannot write .* to {work} \(Permission denied\); .* learnkit lab DIR"
        with as_a_stranger(), pytest.raises(OSError, match=expected):
            lab.prepare(work)
        assert list(work.iterdir()) == []


@pytest.mark.errors
@pytest.mark.parametrize("inside", ["", "deeper/still"])
def test_a_file_where_the_folder_should_be_is_one_sentence(course, work, inside):
    work.write_text("a file")
    with pytest.raises(OSError, match=rf"{re.escape(str(work))} is a file\)"):
        lab.prepare(work / inside)
    assert work.read_text() == "a file"


@pytest.mark.errors
def test_no_room_is_one_sentence_and_nothing_is_half_written(course, work):
    (course / NAMES[1]).write_bytes(notebook("x" * 5000))
    code = (
        "import sys; from pathlib import Path; from learnkit.course import lab\n"
        "lab.lesson_folder = lambda: Path(sys.argv[1])\n"
        "try: lab.prepare(Path(sys.argv[2]))\n"
        "except OSError as error: print(error)"
    )
    said = subprocess.run(
        [sys.executable, "-c", code, course, work],
        capture_output=True,
        text=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000)),
    )
    assert said.stdout.startswith(f"cannot write the lessons to {work} (File too large)")
    assert listing(work) == [".learnkit", NAMES[0]]
    assert lab.prepare(work) == [f"2 lessons copied to {work}."]


@pytest.mark.errors
def test_the_courses_own_lessons_are_no_place_to_work(course):
    with pytest.raises(ValueError, match="name another folder"):
        lab.prepare(course)
    assert listing(course) == NAMES


@pytest.mark.errors
def test_a_checkout_without_lessons_says_how_to_make_them(tmp_path, monkeypatch):
    monkeypatch.setattr(lab, "lesson_folder", lambda: tmp_path)
    with pytest.raises(FileNotFoundError, match="make notebooks"):
        lab.prepare(tmp_path / "work")
    assert not (tmp_path / "work").exists()


def test_in_a_checkout_its_own_lessons_go_first():
    root = Path(__file__).parents[2]
    assert lab.lesson_folder() == root / "lessons"

"""Submissions in every form in which they come, and files that must not be taken."""

import os
import zipfile
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from learnkit.grading import collect as module
from learnkit.grading import received
from learnkit.grading.collect import collect
from learnkit.grading.received import time_of
from tests.grading.books import IMPORTS, RIGHT, mse_loss, notebook

NAMES = ["01_mse_by_hand", "02_gradient_descent_by_hand"]
BOOK = notebook(IMPORTS, mse_loss(RIGHT))


def put(folder, path, data=BOOK, when=None):
    file = folder / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(data)
    if when is not None:
        os.utime(file, (when, when))
    return file


def taken(place, course, names=NAMES):
    """Pairs of student and assignment, and the reasons of what was refused."""
    found, refused = collect(place, names, course)
    for one in found:
        assert one.path == course / "submitted" / one.student / one.assignment / (
            f"{one.assignment}.ipynb"
        )
    return {(one.student, one.assignment) for one in found}, dict(refused)


@pytest.mark.parametrize(
    ("path", "student"),
    [
        ("jane/01_mse_by_hand/01_mse_by_hand.ipynb", "jane"),
        ("jane/01_mse_by_hand/my copy.ipynb", "jane"),
        ("jane.doe@uni.edu/01_mse_by_hand.ipynb", "jane.doe@uni.edu"),
        ("jane_01_mse_by_hand.ipynb", "jane"),
        ("doejane_12345_678901_01_mse_by_hand.ipynb", "doejane_12345"),
        ("doejane_LATE_12345_678901_01_mse_by_hand-1.ipynb", "doejane_12345"),
        ("Jane Doe_1234567_assignsubmission_file_/01_mse_by_hand.ipynb", "Jane Doe_1234567"),
        ("Jane Doe_1234567_assignsubmission_file_01_mse_by_hand.ipynb", "Jane Doe_1234567"),
        ("week1/jane/01_mse_by_hand.ipynb", "jane"),
        ("all/of it/jane/01_mse_by_hand/x.ipynb", "jane"),
        ("jane/1/mine.ipynb", "jane"),
        ("jane+01_mse_by_hand+2026-11-29 10:00:00 UTC+x1/01_mse_by_hand.ipynb", "jane"),
        ("李小龙/01_mse_by_hand/01_mse_by_hand.ipynb", "李小龙"),
    ],
)
def test_each_form_of_a_name_gives_student_and_assignment(tmp_path, path, student):
    put(tmp_path / "in", path)
    assert taken(tmp_path / "in", tmp_path) == ({(student, "01_mse_by_hand")}, {})
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        archive.writestr(path, BOOK)
        archive.writestr("__MACOSX/._x.ipynb", b"")
    assert taken(tmp_path / "all.zip", tmp_path) == ({(student, "01_mse_by_hand")}, {})


def test_a_zip_that_a_student_made_is_opened_inside_the_one_of_the_lms(tmp_path):
    with zipfile.ZipFile(tmp_path / "jane.zip", "w") as inner:
        inner.writestr("01_mse_by_hand.ipynb", BOOK)
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as outer:
        outer.write(tmp_path / "jane.zip", "Jane Doe_123_assignsubmission_file_/work.zip")
    found, refused = taken(tmp_path / "all.zip", tmp_path)
    assert len(found) == 1 and not refused


def test_the_last_one_counts_and_the_earlier_one_is_kept(tmp_path):
    old, new = notebook("x = 1"), notebook("x = 2")
    put(tmp_path / "one", "jane/01_mse_by_hand/a.ipynb", old, when=1000)
    collect(tmp_path / "one", NAMES, tmp_path)
    put(tmp_path / "two", "jane/01_mse_by_hand/a.ipynb", new, when=3000)
    put(tmp_path / "two", "jane/01_mse_by_hand/b.ipynb", old, when=2000)
    found, _ = collect(tmp_path / "two", NAMES, tmp_path)
    assert found[0].path.read_bytes() == new
    assert found[0].when == datetime.fromtimestamp(3000, UTC)
    earlier = tmp_path / "grading" / "earlier" / "jane" / "01_mse_by_hand-1.ipynb"
    assert earlier.read_bytes() == old
    again, _ = collect(tmp_path / "submitted", NAMES, tmp_path)
    assert again == found  # what lies there already is taken as it is


def test_the_time_that_nbgrader_noted_goes_before_that_of_the_file(tmp_path):
    file = put(tmp_path / "in", "jane/01_mse_by_hand/01_mse_by_hand.ipynb", when=1000)
    file.with_name("timestamp.txt").write_text("2026-11-29 10:00:00.5 UTC")
    found, _ = collect(tmp_path / "in", NAMES, tmp_path)
    assert found[0].when == datetime(2026, 11, 29, 10, 0, 0, 500_000, UTC)


def test_links_pipes_and_large_files_are_refused_with_their_reason(tmp_path, monkeypatch):
    secret = put(tmp_path, "zoe.ipynb")
    mallory = tmp_path / "in" / "mallory" / "01_mse_by_hand"
    mallory.mkdir(parents=True)
    (mallory / "a.ipynb").symlink_to(secret)
    os.mkfifo(mallory / "b.ipynb")
    monkeypatch.setattr(received, "FILE", 10 * len(BOOK))
    put(mallory, "c.ipynb", bytes(20 * len(BOOK)))
    (tmp_path / "in" / "eve").symlink_to(tmp_path)
    put(tmp_path / "in", "zoe/01_mse_by_hand/a.ipynb")
    found, refused = taken(tmp_path / "in", tmp_path)
    assert found == {("zoe", "01_mse_by_hand")}
    assert sorted(path[-7:] for path in refused) == ["a.ipynb", "b.ipynb", "c.ipynb"]
    assert "no regular file" in " ".join(refused.values())


def test_a_zip_leads_nowhere_and_unpacks_to_no_bomb(tmp_path, monkeypatch):
    monkeypatch.setattr(received, "FILE", 100_000)
    with zipfile.ZipFile(tmp_path / "all.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("../../etc/01_mse_by_hand.ipynb", BOOK)
        archive.writestr("/abs/01_mse_by_hand/a.ipynb", BOOK)
        archive.writestr("bomb/01_mse_by_hand/a.ipynb", bytes(10**7))
        link = zipfile.ZipInfo("link/01_mse_by_hand/a.ipynb")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
        archive.writestr("ok/01_mse_by_hand/a.ipynb", BOOK)
    found, refused = taken(tmp_path / "all.zip", tmp_path)
    assert found == {("ok", "01_mse_by_hand"), ("abs", "01_mse_by_hand")}
    assert {"its path leads out of the zip", "it is a link"} < set(refused.values())
    assert not (tmp_path.parent / "etc").exists()


def test_a_damaged_zip_costs_its_damaged_files_alone(tmp_path):
    with zipfile.ZipFile(tmp_path / "all.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a/01_mse_by_hand/a.ipynb", BOOK)
        archive.writestr("b/01_mse_by_hand/a.ipynb", BOOK * 9)
    data = bytearray((tmp_path / "all.zip").read_bytes())
    at = data.rfind(b"PK\x03\x04") + 80
    data[at : at + 40] = bytes(40)
    (tmp_path / "all.zip").write_bytes(data)
    found, refused = taken(tmp_path / "all.zip", tmp_path)
    assert found == {("a", "01_mse_by_hand")} and len(refused) == 1


@pytest.mark.parametrize(
    "student", ["..", ".hidden", "a/../b", "-rf ", "=cmd|x", "<b>x</b>", "x\n"]
)
def test_a_name_that_is_no_name_of_a_folder_is_refused(tmp_path, student):
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        archive.writestr(f"{student}_12_34_01_mse_by_hand.ipynb", BOOK)
    found, _ = taken(tmp_path / "all.zip", tmp_path)
    assert all(module.STUDENT.fullmatch(name) for name, _ in found)
    made = {p.name for p in (tmp_path / "submitted").glob("*")}
    assert made <= {name for name, _ in found}


def test_an_assignment_that_nothing_names_is_asked_for(tmp_path):
    put(tmp_path / "in", "jane/homework.ipynb")
    found, refused = taken(tmp_path / "in", tmp_path)
    assert not found and "not clear which assignment" in refused["jane/homework.ipynb"]
    assert taken(tmp_path / "in", tmp_path, NAMES[:1])[0] == {("jane", "01_mse_by_hand")}


def test_another_assignment_is_never_taken_for_the_only_one(tmp_path):
    put(tmp_path / "in", "jane/10_cnn_inpainting/10_cnn_inpainting.ipynb")
    put(tmp_path / "in", "bob_10_cnn_inpainting.ipynb")
    found, refused = taken(tmp_path / "in", tmp_path, NAMES[:1])
    assert not found and len(refused) == 2


def test_two_students_of_one_name_stay_two(tmp_path):
    for number in (1003, 1004):
        put(tmp_path / "in", f"smithanna_{number}_55{number}_01_mse_by_hand.ipynb")
        put(tmp_path / "in", f"Anna Smith_{number}_assignsubmission_file_/01_mse_by_hand.ipynb")
    assert len(taken(tmp_path / "in", tmp_path)[0]) == 4


def test_a_name_with_brackets_is_cleaned_and_stays_apart_from_another_one(tmp_path):
    for name in ("Dr. Zoë (Erasmus) O’Neil", "Dr. Zoë [Erasmus] O’Neil"):
        put(tmp_path / "in", f"{name}_77_assignsubmission_file_/01_mse_by_hand.ipynb")
    found, refused = taken(tmp_path / "in", tmp_path)
    assert len(found) == 2 and not refused
    assert all(name.startswith("Dr. Zoë _Erasmus_ O_Neil_") for name, _ in found)


def test_who_handed_in_no_notebook_is_named_and_files_beside_one_are_not(tmp_path):
    put(tmp_path / "in", "jane/01_mse_by_hand/01_mse_by_hand.ipynb")
    put(tmp_path / "in", "jane/01_mse_by_hand/mine.png", b"x")
    put(tmp_path / "in", "bob/01_mse_by_hand/01_mse_by_hand.pdf", b"x")
    put(tmp_path / "in", "zoe_12_34_01_mse_by_hand.ipynb.txt", b"x")
    found, refused = taken(tmp_path / "in", tmp_path)
    assert found == {("jane", "01_mse_by_hand")}
    assert sorted(refused) == [
        "bob/01_mse_by_hand/01_mse_by_hand.pdf",
        "zoe_12_34_01_mse_by_hand.ipynb.txt",
    ]


def test_what_is_neither_folder_nor_zip_is_said(tmp_path):
    put(tmp_path, "x.tar", b"x")
    with pytest.raises(ValueError, match="neither a folder nor a zip"):
        collect(tmp_path / "x.tar", NAMES, tmp_path)


@given(st.text(max_size=40))
def test_any_text_is_a_time_or_none(text):
    assert time_of(text) is None or time_of(text).tzinfo is not None

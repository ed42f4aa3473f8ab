"""Canvas's and Moodle's own files: one column is filled in, and nothing else changes."""

import csv
from io import StringIO

import pytest

from learnkit.grading.gradebook import Score
from learnkit.grading.lms import Canvas, Moodle

WAITS, DONE = Score(1.0, 8.0, True), Score(5.5, 8.0, False, 4.0)
CANVAS = """Student,ID,SIS User ID,SIS Login ID,Section,01_mse_by_hand (4711)
    Points Possible,,,,,8
"Doe, Jane",1,u1,jane@uni.edu,A,
"Doe, Jane",9,u9,jane2@uni.edu,A,
"Roe, Bob",2,u2,bob,A,3
"Poe, Zoe",3,u3,zoe,-A,7
"""
MOODLE = """Identifier,Full name,Email address,Status,Grade,Maximum Grade,Last modified
Participant 101,Jane Doe,jane@uni.edu,Submitted,,8.00,-
Participant 102,Bob Roe,bob@uni.edu,Submitted,2,8.00,-
Participant 103,Jane Doe,zoe@uni.edu,No submission,,8.00,-
"""


def write(folder, text, encoding="utf-8"):
    path = folder / "file.csv"
    path.write_text(text, encoding=encoding)
    return path


def filled(file, scores, **options):
    missing = file.fill_in(scores, **options)
    return list(csv.DictReader(StringIO(file.text()), delimiter=file.separator)), missing


def test_canvas_is_filled_in_by_its_own_numbers_and_whoever_waits_keeps_what_was_there(tmp_path):
    file = Canvas(write(tmp_path, CANVAS), "01_mse_by_hand")
    scores = {"doejane_9": DONE, "bob": WAITS, "mallory_4": DONE}
    rows, missing = filled(file, scores)
    column = [row["01_mse_by_hand (4711)"] for row in rows]
    assert column == ["8", "", "5.5", "3", "7"] and missing == ["mallory_4"] and not file.notes
    assert rows[-1]["Section"] == "-A"  # what is not ours is not touched


def test_a_new_column_is_said_and_a_column_of_a_similar_name_is_another_one(tmp_path):
    file = Canvas(write(tmp_path, CANVAS.replace("(4711)", "resit")), "01_mse_by_hand")
    rows, _ = filled(file, {"jane@uni.edu": DONE})
    assert [row["01_mse_by_hand"] for row in rows] == ["8", "5.5", "", "", ""]
    assert "no column 01_mse_by_hand" in file.notes[0]


def test_moodle_is_filled_in_by_number_mail_or_name(tmp_path):
    scores = {"Jane Doe_101": DONE, "bob": WAITS, "103": DONE}
    rows, missing = filled(Moodle(write(tmp_path, "\ufeff" + MOODLE)), scores)
    assert [row["Grade"] for row in rows] == ["5.5", "2", "5.5"] and missing == []
    assert {row["Last modified"] for row in rows} == {"-"}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_a_file_that_a_spreadsheet_has_saved_is_read(tmp_path, encoding, separator):
    text = MOODLE.replace("Jane", "Zoë").replace(",", separator)
    rows, _ = filled(Moodle(write(tmp_path, text, encoding)), {"Zoë Doe_101": DONE})
    assert rows[0]["Grade"] == "5.5" and rows[0]["Full name"] == "Zoë Doe"


def test_another_maximum_is_said_and_points_are_rescaled_where_that_is_asked_for(tmp_path):
    text = MOODLE.replace("8.00", "100.00")
    file = Moodle(write(tmp_path, text))
    rows, _ = filled(file, {"Jane Doe_101": DONE})
    assert rows[0]["Grade"] == "5.5" and "maximum is 100 and ours 8" in file.notes[0]
    file = Moodle(write(tmp_path, text))
    rows, _ = filled(file, {"Jane Doe_101": DONE}, scale=True)
    assert rows[0]["Grade"] == "68.75" and "multiplied by 100/8" in file.notes[0]


def test_a_file_of_another_kind_is_named_with_what_it_has(tmp_path):
    other = write(tmp_path, "a,b\n1,2\n")
    with pytest.raises(ValueError, match=r"no gradebook of Canvas.*it has a, b"):
        Canvas(other, "01")
    with pytest.raises(ValueError, match=r"no worksheet of Moodle.*it has a, b"):
        Moodle(other)
    with pytest.raises(ValueError, match="is empty"):
        Moodle(write(tmp_path, ""))

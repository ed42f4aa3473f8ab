"""Marks as tables: ours, Canvas's, Moodle's and Gradescope's."""

import csv
import json
from io import StringIO

import pytest

from learnkit.grading import tables
from learnkit.grading.gradebook import Score
from learnkit.grading.marks import Mark, Marks

MARKS = Marks(
    1,
    (
        Mark("mse_loss", "correct", "Fine.", 1.0, 1.0),
        Mark("psnr", "incorrect", '=HYPERLINK("http://x")', 0.0, 2.0, "summed", flags=("A flag.",)),
        Mark("mse_loss_grad", "needs a look", "+1, for a person.", None, 1.0),
    ),
    "my words",
)
WAITS = Score(1.0, 8.0, True)
DONE = Score(5.5, 8.0, False, 4.0, "well seen")


def rows(text):
    return list(csv.DictReader(StringIO(text)))


def test_a_row_for_each_exercise_and_the_question_with_ungraded_ones_blank():
    found = rows(tables.long([("jane", "01", MARKS, WAITS), ("bob", "01", MARKS, DONE)]))
    assert [row["points"] for row in found] == ["1.0", "0.0", "", "", "1.0", "0.0", "", "4.0"]
    assert found[3]["status"] == "waits for a person" and found[3]["most"] == "4.0"
    assert found[7]["status"] == "graded by a person"
    assert found[1]["mistake"] == "summed" and found[1]["flags"] == "A flag."


def test_no_cell_is_a_formula_to_a_spreadsheet():
    text = tables.long([("=cmd|' /C calc'!A0", "01", MARKS, DONE)])
    for row in csv.reader(StringIO(text)):
        assert not any(cell.startswith(("=", "+", "-", "@", "\t")) for cell in row)
    assert "'=HYPERLINK" in text and "'+1, for a person." in text


def test_totals_say_who_waits():
    found = rows(tables.totals([("jane", "01", MARKS, WAITS), ("bob", "01", MARKS, DONE)]))
    assert [(r["student"], r["points"], r["waits"]) for r in found] == [
        ("jane", "1.0", "yes"),
        ("bob", "5.5", ""),
    ]


CANVAS = """Student,ID,SIS User ID,SIS Login ID,Section,01_mse_by_hand (4711)
    Points Possible,,,,,8
"Doe, Jane",1,u1,jane@uni.edu,A,
"Roe, Bob",2,u2,bob,A,
"Poe, Zoe",3,u3,zoe,A,7
"""


def test_canvas_own_export_comes_back_filled_in(tmp_path):
    export = tmp_path / "export.csv"
    export.write_text(CANVAS)
    scores = {"doejane": DONE, "bob": WAITS, "mallory": DONE}
    text, missing = tables.canvas(export, scores, "01_mse_by_hand")
    head, possible, *found = list(csv.reader(StringIO(text)))
    assert head == next(csv.reader(StringIO(CANVAS))) and possible[-1] == "8"
    assert [row[-1] for row in found] == ["5.5", "", "7"]  # Bob waits, and Zoe keeps hers
    assert missing == ["mallory"]
    text, _ = tables.canvas(export, scores, "02_other")
    assert next(csv.reader(StringIO(text)))[-1] == "02_other"


MOODLE = """Identifier,Full name,Email address,Status,Grade,Maximum Grade,Feedback comments
Participant 101,Jane Doe,jane@uni.edu,Submitted,,8.00,
Participant 102,Bob Roe,bob@uni.edu,Submitted,,8.00,
Participant 103,Zoe Poe,zoe@uni.edu,No submission,,8.00,
"""


def test_moodles_own_worksheet_comes_back_filled_in(tmp_path):
    sheet = tmp_path / "sheet.csv"
    sheet.write_text("\ufeff" + MOODLE, encoding="utf-8")
    text, missing = tables.moodle(sheet, {"Jane Doe": DONE, "bob": WAITS, "103": DONE})
    assert [row["Grade"] for row in rows(text)] == ["5.5", "", "5.5"] and missing == []


def test_a_file_of_another_kind_is_named(tmp_path):
    other = tmp_path / "other.csv"
    other.write_text("a,b\n1,2\n")
    with pytest.raises(ValueError, match="no gradebook of Canvas"):
        tables.canvas(other, {"x": DONE}, "01")
    with pytest.raises(ValueError, match="no worksheet of Moodle"):
        tables.moodle(other, {"x": DONE})
    other.write_text("")
    with pytest.raises(ValueError, match="is empty"):
        tables.moodle(other, {"x": DONE})


def test_gradescope_reads_the_marks_as_its_results():
    found = json.loads(json.dumps(tables.gradescope(MARKS)))
    assert found["score"] == 1.0 and [t["max_score"] for t in found["tests"]] == [1.0, 2.0, 1.0]
    assert found["tests"][0]["status"] == "passed" and "Fine." in found["tests"][0]["output"]

"""Marks as tables: ours, and Gradescope's."""

import csv
import json
from io import StringIO

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
DONE = Score(5.5, 8.0, False, 4.0, True, 0.5)


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
    assert [tuple(row.values()) for row in found] == [
        ("jane", "01", "1.0", "8.0", "yes", "0.0"),
        ("bob", "01", "5.5", "8.0", "", "0.5"),
    ]


def test_gradescope_reads_the_marks_as_its_results():
    found = json.loads(json.dumps(tables.gradescope(MARKS)))
    assert found["score"] == 1.0 and [t["max_score"] for t in found["tests"]] == [1.0, 2.0, 1.0]
    assert [t.get("status") for t in found["tests"]] == ["passed", "failed", None]
    assert "Fine." in found["tests"][0]["output"]

"""A capstone is measured part by part: what is missing or fails costs its own points alone."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from learnkit.capstone import fields, judge, submission
from learnkit.course.cli import main

EXAMPLE = Path(__file__).parents[2] / "solutions" / "capstone.py"
TEXT = "word " * submission.WORDS
WHOLE = f'''
import numpy as np
from learnkit.fills.harmonic import biharmonic, harmonic

FIELD = "scan"
QUESTION = METHOD = RESULTS = "{TEXT}"
LIMITS = "{TEXT}"


def fill(image, hole):
    return biharmonic(image, hole)


def fills(image, hole, count, seed):
    ends = np.stack([harmonic(image, hole), biharmonic(image, hole)])
    share = np.linspace(0, 1 - 0.1 * (seed % 2), count)[:, None, None]
    return np.where(hole, share * ends[0] + (1 - share) * ends[1], image)
'''
SHARES = "np.linspace(0, 1 - 0.1 * (seed % 2), count)"


def lines(tmp_path, *edits, source=WHOLE):
    """The rubric of the source with these replacements, by the line's name; and the submission."""
    for old, new in edits:
        assert source.count(old) == 1
        source = source.replace(old, new)
    path = tmp_path / "mine.py"
    path.write_text(source)
    work = submission.load(path)
    return {line.name: line for line in judge.judge(work, str(path))}, work


def points(rubric):
    return [line.points for line in rubric.values()]


def test_the_rubric_has_a_hundred_points_half_of_them_measured(tmp_path):
    rubric, work = lines(tmp_path)
    assert sum(line.most for line in rubric.values()) == 100 and not work.missing
    assert sum(line.most for line in rubric.values() if line.points is None) == 50
    page = (EXAMPLE.parents[1] / "docs" / "capstone.md").read_text()
    for line in rubric.values():
        assert f"| {line.most} | " in page


def test_the_example_has_all_measured_points_and_is_whole(capsys):
    assert main(["capstone", str(EXAMPLE)]) == 0
    said = capsys.readouterr().out
    assert "50 of 50 points are measured; 50 more are the instructor's" in said
    assert "missing" not in said


@pytest.mark.parametrize("field", fields.FIELDS)
def test_a_template_runs_as_it_is_and_is_told_what_is_left_to_write(field, tmp_path, capsys):
    path = tmp_path / "mine.py"
    assert main(["capstone", str(path), "--new", field]) == 0
    work = submission.load(path)
    assert work.field == field and list(work.missing) == list(submission.TEXTS)
    rubric = {line.name: line for line in judge.judge(work, str(path))}
    assert rubric["keeps the known pixels, shape and range"].points == 10
    assert rubric["better than the harmonic fill"].points == 0
    assert "+0.00 dB" in rubric["better than the harmonic fill"].found


def test_a_gain_counts_a_point_a_tenth_of_a_decibel_up_to_two(tmp_path, monkeypatch):
    """A fill that knows the truth in part, so that its gain is known beforehand."""
    one = fields.pictures("scan", "judged")
    for decibels, expected in ((0.5, 5), (1.26, 13), (3.0, 20), (-1.0, 0)):
        share = 10 ** (-decibels / 20)

        def fill(image, hole, share=share):
            truth = next(p.image for p in one if np.array_equal(p.cut, image))
            return truth + share * (judge.harmonic(image, hole) - truth)

        monkeypatch.setattr(judge, "check_filled", lambda *given: None)
        work = submission.Submission("scan", {"fill": fill}, {}, {})
        found, said = judge._gain(work, one)
        assert round(20 * min(1, max(0, found))) == expected and f"{decibels:+.2f} dB" in said


@pytest.mark.parametrize(
    ("edit", "name", "words"),
    [
        (("return biharmonic(image, hole)", "return 0 * image"), "keeps", "known values came back"),
        (("return biharmonic(image, hole)", "return image[hole]"), "keeps", "picture's shape"),
        (("return biharmonic(image, hole)", "1 / 0"), "keeps", "ZeroDivisionError"),
        (("return biharmonic(image, hole)", "1 / 0"), "better", "(line 11)"),
        (("return biharmonic(image, hole)", "raise SystemExit"), "keeps", "SystemExit"),
        (
            (
                "return np.where(hole, share * ends[0] + (1 - share) * ends[1], image)",
                "return ends",
            ),
            "several",
            "returns an array of shape (8, 28, 28), got (2, 28, 28)",
        ),
        (
            (
                "return np.where(hole, share * ends[0] + (1 - share) * ends[1], image)",
                "return [ends[0]] * count",
            ),
            "several",
            "got list",
        ),
        ((SHARES, "np.ones(count)"), "several", "are all the same"),
        ((SHARES, "np.ones(count)"), "uncertain", "the same everywhere"),
        ((SHARES, "np.random.rand(count)"), "several", "the same seed differ"),
        ((SHARES, "np.linspace(0, 1, count)"), "several", "two seeds give the same fills"),
    ],
)
def test_what_fails_is_said_and_costs_its_own_points(tmp_path, edit, name, words):
    rubric, work = lines(tmp_path, edit)
    (line,) = (line for line in rubric.values() if line.name.startswith(name))
    assert line.points == 0 and words in line.found and not work.missing
    assert sum(p or 0 for p in points(rubric)) > 0


@pytest.mark.parametrize(
    ("edit", "name", "words"),
    [
        (('FIELD = "scan"', ""), "FIELD", 'FIELD is missing: write FIELD = "scan", or another'),
        (('FIELD = "scan"', 'FIELD = "teeth"'), "FIELD", "FIELD is 'teeth'"),
        (('FIELD = "scan"', 'FIELD = ["scan"]'), "FIELD", "FIELD is ['scan']"),
        (("def fill(", "fill = 3\n\n\ndef full("), "fill", "fill is no function but 3"),
        (("def fill(", "def full("), "fill", "fill is missing: write def fill(image, hole)"),
        (("def fills(", "def many("), "fills", "fills is missing: write def fills("),
        (
            ("LIMITS = ", "NOTHING = "),
            "LIMITS",
            "LIMITS is missing: write a text on where it fails",
        ),
        (
            ("LIMITS = ", "LIMITS = 'safe'; NOTHING = "),
            "LIMITS",
            "has 1 words and needs 30",
        ),
    ],
)
def test_a_missing_part_is_named_and_the_others_are_measured(tmp_path, edit, name, words, capsys):
    rubric, work = lines(tmp_path, edit)
    assert list(work.missing) == [name] and words in work.missing[name]
    if name == "FIELD":
        assert sum(p or 0 for p in points(rubric)) == 0
    else:
        assert sum(p or 0 for p in points(rubric)) >= 10
    assert main(["capstone", str(tmp_path / "mine.py")]) == 1
    said = capsys.readouterr().out
    assert f"missing: {name}" in said and "1 part is missing" in said


def test_a_file_that_cannot_be_run_or_read_is_one_sentence(tmp_path, capsys):
    broken = tmp_path / "broken.py"
    broken.write_text("FIELD = \n")
    assert main(["capstone", str(broken)]) == 1
    assert "broken.py cannot be run (SyntaxError" in capsys.readouterr().err
    assert main(["capstone", str(tmp_path / "nowhere.py")]) == 1
    assert "nowhere.py: No such file" in capsys.readouterr().err


def test_a_template_is_never_written_over_a_file(tmp_path, capsys):
    path = shutil.copy(EXAMPLE, tmp_path / "mine.py")
    assert main(["capstone", str(path), "--new", "scan"]) == 1
    assert "is there already" in capsys.readouterr().err
    assert Path(path).read_text() == EXAMPLE.read_text()
    assert main(["capstone", str(tmp_path / "no" / "new.py"), "--new", "scan"]) == 1
    assert "there is no folder" in capsys.readouterr().err
    assert main(["capstone", str(tmp_path / "new.py"), "--new", "teeth"]) == 1
    assert "no field is called 'teeth'" in capsys.readouterr().err

import csv
import json
import re
import sys

import numpy as np
import pytest

from learnkit.benchmark import table
from learnkit.benchmark.methods import Method, find
from learnkit.benchmark.scores import Row
from learnkit.fills.harmonic import harmonic
from learnkit.fills.protocol import each
from learnkit.holes.published import KINDS


def grey(training):
    return lambda images, its_holes: np.where(its_holes, 0.5, images)


def only_boxes(training):
    def fill(images, its_holes):
        if len({hole.tobytes() for hole in its_holes}) > 1:
            raise ValueError("I fill\none hole only")
        return np.where(its_holes, 0.5, images)

    return fill


def never(training):
    raise RuntimeError("no weights")


def run(*methods, holes=("right", "brush"), **options):
    named = [Method(make.__name__, make) for make in methods]
    return list(table.rows(named, holes=holes, pictures=4, **options))


def test_there_is_a_row_for_each_method_and_each_hole():
    found = run(grey, lambda training: each(harmonic), holes=tuple(KINDS))
    assert len(found) == 10 and all(not row.error for row in found)
    assert [row.hole for row in found[:5]] == [kind.title for kind in KINDS.values()]
    assert {(row.pictures, row.training) for row in found} == {(4, 10_000)}


def test_rows_come_as_they_are_ready():
    made = []
    growing = table.rows(
        [Method(name, lambda t, name=name: made.append(name) or grey(t)) for name in "ab"],
        holes=["right"],
        pictures=2,
    )
    next(growing)
    assert made == ["a"]
    next(growing)
    assert made == ["a", "b"]


def test_a_method_that_raises_has_a_row_with_its_sentence_and_the_others_go_on():
    found = run(only_boxes, never, grey)
    assert [row.error for row in found] == [
        "",
        "I fill one hole only",
        *["RuntimeError: no weights"] * 2,
        *[""] * 2,
    ]
    assert found[1].pooled_psnr is None


def test_a_method_that_exits_has_a_row_too_and_none_can_spoil_what_the_others_learn_from():
    def leaves(training):
        return lambda images, its_holes: sys.exit(3)

    def spoils(training):
        training[:] = 0
        return grey(training)

    found = run(leaves, spoils, find("mean").make, holes=["right"])
    assert [row.error for row in found] == [
        "SystemExit: 3",
        "assignment destination is read-only",
        "",
    ]
    assert found[2].pooled_psnr > 8


def test_a_row_tells_what_its_network_was_trained_on():
    methods = [Method("grey", grey), Method("net", grey, "vae")]
    rows = list(table.rows(methods, holes=["right"], pictures=4))
    assert [row.training for row in rows] == [10_000, 60_000]
    said = table.markdown(rows).splitlines()[0]
    assert (
        "had 10,000 training pictures, the shipped networks 60,000 training pictures (net)" in said
    )
    said = table.markdown(rows[1:]).splitlines()[0]
    assert said.endswith("methods that learn had 60,000 training pictures.")


def test_methods_learn_from_as_many_pictures_as_are_asked_for(monkeypatch):
    asked = []

    def pictures(split, full=False):
        asked.append((split, full))
        return np.zeros((5, 28, 28), np.uint8), None

    monkeypatch.setattr(table, "fashion_mnist", pictures)
    run(grey, training=60_000)
    assert asked[0] == ("train", True)
    run(grey)
    assert asked[2] == ("train", False)


def test_a_printed_row_stands_under_its_head():
    head = table.head()
    for row in run(grey, never):
        line = table.line(row)
        assert line.startswith(row.method) and "\n" not in line
        assert line.index(row.hole) == head.index("hole")
        if not row.error:
            ends = [match.end() for match in re.finditer(r"(?<=\S)(?=\s|$)", line)]
            for name in ("pooled dB", "mean dB", "SSIM", "Frechet", "ms/picture"):
                assert head.index(name) + len(name) in ends


def test_the_files_hold_every_row(tmp_path):
    found = run(grey, only_boxes)
    paths = table.write(found, tmp_path / "new" / "folder")
    assert [path.name for path in paths] == ["table.md", "table.csv", "table.json"]
    objects = json.loads(paths[2].read_text())
    assert [Row(**x) for x in objects] == found
    with paths[1].open(newline="") as file:
        lines = list(csv.DictReader(file))
    assert [line["pooled_psnr"] for line in lines] == [
        "" if row.pooled_psnr is None else str(row.pooled_psnr) for row in found
    ]
    text = paths[0].read_text()
    assert "| method | right half | brush |" in text
    assert "- only_boxes, brush: I fill one hole only" in text


def test_the_best_of_a_column_is_bold_and_a_bar_breaks_no_table():
    rows = [
        Row("a|b", "h", 5, 10_000, 9.0, 9.5, 0.5, 1.0, 2.0),
        Row("c", "h", 5, 10_000, 10.0, 10.5, 0.6, None, 2.0),
        Row("d", "h", 5, 10_000, error="no"),
    ]
    text = table.markdown(rows)
    assert "| a\\|b | 9.00 |" in text and "| c | **10.00** |" in text and "| d | - |" in text
    assert "| c | h | 10.00 | 10.50 | 0.600 | - | 2.000 |" in text


@pytest.mark.errors
@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"holes": ["left"]}, "no hole is called 'left'"),
        ({"pictures": 0}, "pictures must be from 1 to 10000"),
        ({"pictures": 10_001}, "got 10001"),
        ({"training": 500}, "training must be 10000 or 60000"),
    ],
)
def test_what_there_is_not_is_refused_before_anything_runs(options, sentence):
    with pytest.raises(ValueError, match=sentence):
        next(table.rows([find("mean")], **options))

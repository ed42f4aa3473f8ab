import re
from pathlib import Path

import numpy as np
import pytest

from learnkit.benchmark import from_file, table

PAGE = Path(__file__).parents[2] / "docs" / "adding_a_method.md"


def rows(tmp_path, source, **options):
    (tmp_path / "mine.py").write_text(source)
    method = from_file.load(tmp_path / "mine.py")
    return list(table.rows([method], holes=["right", "brush"], pictures=3, **options))


def test_the_example_of_the_page_is_ten_lines_and_runs(tmp_path):
    (source,) = re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.S)
    assert sum(bool(line.strip()) for line in source.splitlines()) <= 10
    found = rows(tmp_path, source)
    assert [row.error for row in found] == ["", ""]
    assert found[0].method == "nearest known pixel" and found[0].pooled_psnr > 5


def test_a_batch_form_is_taken_first_and_the_files_name_stands_for_a_method_without_one(tmp_path):
    found = rows(
        tmp_path,
        "import numpy as np\n"
        "def fill(image, hole): raise ValueError('one at a time')\n"
        "def fill_batch(images, holes): return np.where(holes, 0.5, images)\n",
    )
    assert [(row.method, row.error) for row in found] == [("mine", "")] * 2


def test_a_method_that_learns_is_given_the_training_pictures_first(tmp_path):
    found = rows(
        tmp_path,
        "import numpy as np\n"
        "def learn(pictures):\n"
        "    global mean\n"
        "    assert pictures.dtype == np.uint8 and pictures.shape == (10000, 28, 28)\n"
        "    mean = pictures.mean(axis=0) / 255\n"
        "def fill(image, hole): return np.where(hole, mean, image)\n",
    )
    assert [row.error for row in found] == ["", ""]


@pytest.mark.errors
@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ("image * 0.5", "known values came back changed"),
        ("image[:5]", "a fill returns the picture's shape"),
        ("image * np.nan", "holds NaN"),
        ("np.where(hole, 2.0, image)", "must lie in [0, 1]"),
        ("None", "a fill returns a float NumPy array"),
        ("image + no_such_name", "NameError: name 'no_such_name' is not defined"),
        ("1 / 0", "ZeroDivisionError: division by zero"),
    ],
)
def test_what_a_method_does_wrong_stands_in_its_rows(tmp_path, body, sentence):
    found = rows(tmp_path, f"import numpy as np\ndef fill(image, hole): return {body}\n")
    assert all(sentence in row.error for row in found), found[0].error


@pytest.mark.errors
@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        ("x = 1\n", r"must define fill\(image, hole\) or fill_batch"),
        ("fill = 3\n", "fill in .* must be a function, got int"),
        ("def fill(:\n", r"cannot be run \(SyntaxError"),
        ("import no_such_package\n", r"cannot be run \(ModuleNotFoundError"),
        ("raise SystemExit(0)\n", r"cannot be run \(SystemExit"),
    ],
)
def test_a_file_that_is_no_method_is_refused(tmp_path, source, sentence):
    (tmp_path / "mine.py").write_text(source)
    with pytest.raises(ValueError, match=sentence):
        from_file.load(tmp_path / "mine.py")


@pytest.mark.errors
def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match="mine"):
        from_file.load(tmp_path / "mine.py")


def test_the_method_runs_where_its_own_helpers_and_classes_live(tmp_path):
    (tmp_path / "lies_beside_it.py").write_text("GREY = 0.5\n")
    found = rows(
        tmp_path,
        "from __future__ import annotations\nfrom dataclasses import dataclass\n"
        "import numpy as np\nfrom lies_beside_it import GREY\n"
        "@dataclass\nclass Grey:\n    value: float = GREY\n"
        "def fill(image, hole): return np.where(hole, Grey().value, image)\n",
    )
    assert np.isfinite(found[0].pooled_psnr)


@pytest.mark.errors
def test_an_error_in_a_method_is_told_with_its_line(tmp_path):
    found = rows(tmp_path, "def fill(image, hole):\n    x = 1\n    return inner(image)\n")
    assert found[0].error == "NameError: name 'inner' is not defined (line 3)"
    (tmp_path / "mine.py").write_text("x = 1\nraise RuntimeError('at top')\n")
    with pytest.raises(ValueError, match=r"\(RuntimeError: at top \(line 2\)\)"):
        from_file.load(tmp_path / "mine.py")


def test_methods_of_one_name_are_told_apart(tmp_path):
    methods = []
    for who, grey in (("alice", 0.2), ("bob", 0.6)):
        (tmp_path / who).mkdir()
        (tmp_path / who / "mine.py").write_text(
            f"import numpy as np\ndef fill(image, hole): return np.where(hole, {grey}, image)\n"
        )
        methods.append(from_file.load(tmp_path / who / "mine.py"))
    found = list(table.rows(methods, holes=["right"], pictures=3))
    assert [row.method for row in found] == ["mine", "mine (2)"]
    assert found[0].pooled_psnr != found[1].pooled_psnr
    grid = table.markdown(found).split("Every number")[0]
    assert grid.count("| mine") == 2 and grid.count("**") == 2

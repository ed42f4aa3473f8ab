"""The source of an answer, taken out of a notebook with what it needs and nothing more."""

import json
import re
from pathlib import Path

import pytest

from learnkit.exercises.index import EXERCISES
from learnkit.grading import notebook, transplant
from learnkit.grading.transplant import NEEDS_A_LOOK, TO_RUN
from tests.grading import books
from tests.grading.books import IMPORTS, RIGHT, mse_loss

ROOT = Path(__file__).resolve().parents[2]
SOLVED = sorted((ROOT / "solutions").glob("[0-9]*.ipynb"))


def taken(*sources, name="mse_loss"):
    """The answer in a notebook with these cells."""
    return transplant.answers(notebook.cells(books.notebook(*sources)), [name])[name]


def runs(answer, *args):
    """What the answer gives, when its source runs by itself."""
    names = {"exercise": None}  # nothing of the decorator may be needed
    exec(compile(answer.before, "before", "exec"), names)
    exec(compile(answer.source, "answer", "exec"), names)
    return names[answer.name](*args)


@pytest.mark.parametrize("path", SOLVED, ids=lambda path: path.stem)
def test_every_solution_is_found_and_compiles_alone_and_every_stub_is_one(path):
    lesson = int(path.name[:2])
    names = [name for name, number in EXERCISES.items() if number == lesson]
    for one in transplant.answers(notebook.cells(path.read_bytes()), names).values():
        assert (one.status, one.elsewhere) == (TO_RUN, frozenset()), one
        compile(one.before, "before", "exec")
        compile(one.source, "answer", "exec")
    unsolved = (ROOT / "lessons" / path.name).read_bytes()
    for one in transplant.answers(notebook.cells(unsolved), names).values():
        assert one.status == "not attempted"


def test_lines_keep_their_numbers_and_the_decorator_is_gone():
    answer = taken(IMPORTS, "# mine\n\n@exercise\ndef mse_loss(pred, target):\n    return 1 / 0")
    assert answer.source.split("\n")[3:] == ["def mse_loss(pred, target):", "    return 1 / 0"]
    assert not answer.source.split("\n")[2]


def test_helpers_and_constants_come_along_and_what_is_not_needed_does_not():
    answer = taken(
        "import numpy as np, os\nimport matplotlib.pyplot as plt",
        "SCALE = 2\nplt.plot([1])\nprint('hello')",
        "def squared(x):\n    return SCALE * helper(x)",
        "helper = lambda x: x ** 2",
        mse_loss("return np.mean(squared(pred - target))"),
    )
    assert runs(answer, 3.0, 1.0) == 8.0
    assert not re.search("plt|print|import os|, os", answer.before)


def test_a_helper_below_the_answer_or_in_a_later_cell_is_found():
    answer = taken(IMPORTS, mse_loss("return later(pred)") + "\ndef later(x):\n    return last + x")
    assert answer.elsewhere == frozenset()
    answer = taken(IMPORTS, mse_loss("return later(pred)"), "def later(x):\n    return x + 1")
    assert runs(answer, 1, 0) == 2


def test_the_last_value_above_the_answer_counts_where_a_function_reads_it():
    cells = ["rate = 1", "def f(x):\n    return rate * x", "rate = 10", mse_loss("return f(pred)")]
    assert runs(taken(*cells), 2, 0) == 20
    assert runs(taken(*cells, "rate = 1000"), 2, 0) == 20  # what is below came later


def test_what_a_statement_reads_at_once_is_the_value_above_it():
    answer = taken("a = 1", "b = a + 1", "a = 100", mse_loss("return b"))
    assert runs(answer, 0, 0) == 2


def test_a_name_that_is_made_step_by_step_keeps_all_its_steps():
    answer = taken(
        "table = {}",
        "table['x'] = 3\nitems = []",
        "items.append(4)\ntotal = 1",
        "total += 1\nif total:\n    total = total + 5",
        mse_loss("return table['x'], items, total"),
    )
    assert runs(answer, 0, 0) == (3, [4], 7)


def test_classes_comprehensions_and_star_imports():
    answer = taken(
        "from math import *",
        "class Box:\n    size = 3\n    def area(self):\n        return power(self.size)",
        "def power(x):\n    return x ** 2",
        "values = [Box().area() for _ in range(2)]",
        mse_loss("return values[0] + floor(pred)"),
    )
    assert runs(answer, 1.5, 0) == 10


def test_the_last_definition_that_is_no_stub_counts():
    stub = mse_loss('"""Words."""', "raise NotImplementedError")
    assert runs(taken(mse_loss("return 1"), mse_loss("return 2"), stub), 0, 0) == 2
    assert taken(stub).status == "not attempted"
    assert taken("x = 1").status == "not attempted"
    for body in ("pass", "...", "raise NotImplementedError('todo')"):
        assert taken(mse_loss(body)).status == "not attempted"


def test_a_later_try_that_is_no_python_counts_as_the_last_one():
    answer = taken(mse_loss(RIGHT), "@exercise\ndef mse_loss(pred, target):\n    return (")
    assert (answer.status, answer.source) == ("incorrect", "")
    assert "SyntaxError in line 3" in answer.reason
    assert taken("@exercise\ndef mse_loss(pred, target):").status == "not attempted"
    repaired = taken("@exercise\ndef mse_loss(pred, target):\n    return (", mse_loss("return 4"))
    assert runs(repaired, 0, 0) == 4


def test_other_exercises_are_the_references_and_not_the_students():
    answer = taken(
        mse_loss("return 'mine'"),
        "@exercise\ndef psnr(pred, target):\n    return mse_loss(pred, target)",
        name="psnr",
    )
    assert "mine" not in answer.before and answer.elsewhere == frozenset()


def test_lines_of_ipython_are_no_python_and_no_error():
    answer = taken(
        "%matplotlib inline\n!pip install x\nimport numpy as np\nnp.mean?",
        "%%time\nslow()",
        "# %timeit is fine in a comment\n" + mse_loss("%time 1", "return np.mean(pred)"),
    )
    assert runs(answer, [2.0, 4.0], 0) == 3.0


def test_a_cell_that_is_timed_is_python_and_one_of_another_language_is_not():
    assert runs(taken("%%time\n" + mse_loss("return 3")), 0, 0) == 3
    assert runs(taken("%%capture out\n" + mse_loss("return 4")), 0, 0) == 4
    assert taken("%%bash\n" + mse_loss("return 5")).status == "not attempted"


def test_an_assignment_is_a_definition_and_yours_is_none():
    assert runs(taken("mse_loss = lambda pred, target: 7"), 0, 0) == 7
    assert runs(taken(mse_loss("return 8"), "mse_loss = mse_loss.yours"), 0, 0) == 8


def test_other_decorators_stay_and_their_names_come_along():
    answer = taken(
        "import functools",
        "@exercise\n@functools.cache\ndef mse_loss(pred, target):\n    return 9",
    )
    assert runs(answer, 0, 0) == 9 and "cache" in answer.source and "functools" in answer.before


def test_a_name_that_only_hidden_ways_could_bind_is_noted():
    body = mse_loss("return secret_helper(pred)")
    assert taken(body).elsewhere == frozenset()  # a plain misspelling
    answer = taken("exec('secret_helper = abs')", body)
    assert answer.elsewhere == {"secret_helper"}


def test_a_trial_above_the_answer_in_its_cell_is_left_out_and_the_rest_is_not():
    answer = taken("import numpy as np\nprint(undefined)\nK = 5\n" + mse_loss("return K"))
    assert runs(answer, 0, 0) == 5 and "undefined" not in answer.source


def test_code_that_cannot_be_taken_apart_needs_a_look():
    deep = "x = " + "[" * 90 + "]" * 90 + "\n"
    found = taken(deep * 3 + mse_loss("return x"))
    assert found.status in (TO_RUN, NEEDS_A_LOOK)


def test_a_notebook_of_windows_or_of_colab_reads_as_any_other():
    book = json.loads(books.notebook(IMPORTS, mse_loss(RIGHT)))
    book["metadata"] = {"colab": {"provenance": []}}
    book["cells"][1]["source"] = book["cells"][1]["source"].replace("\n", "\r\n")
    cells = notebook.cells(json.dumps(book).encode())
    answer = transplant.answers(cells, ["mse_loss"])["mse_loss"]
    assert answer.status == TO_RUN

"""NAME.mistakes: how the cells are read, and that every one of the course can be."""

import inspect
from pathlib import Path

import pytest

import learnkit
from learnkit.exercises.mistakes import Written, edited
from learnkit.exercises.table import find, names

EXAMPLE = """
import math


def _twice(x):
    return 2 * x

# %% answer
def root_mean(values, least=0):
    total = 0
    for value in values:
        total += value**2
    return math.sqrt(max(least, total / len(values)))

# %% not_squared: You did not square: write value**2.
-     total += value**2
+     total += value

# %% begins_at_one: Your sum begins at 1.
- total = 0
+ total = 1

# %% of_half_as_many: You halve the total and count half as many.
~ total += => total += 0.5 *
~ , total / len(values) => , total / (len(values) - 1)

# %% square_left_out: as not_squared
~ **2 =>

# %% in_the_loop: You return inside the loop,
# after the first value.
      total += value**2
+     return math.sqrt(total)

- return math.sqrt(max(least, total / len(values)))

# %% prints: You print.
+ print("seen")

# %% twice: as begins_at_one
return _twice(answer(values)) + 0 * begins_at_one(values)

# %% another_default: The least is 0 where nothing else is asked for.
def root_mean(values, least=9):
    return answer(values, least)

# %% constant for size in 4, 1e3: You divide by {size}.
return math.sqrt(sum(v**2 for v in values) / size)
"""


def written(tmp_path, text=EXAMPLE):
    path = tmp_path / "root_mean.mistakes"
    path.write_text(text)
    return Written(path, {"__name__": "example"})


def test_the_answer_and_each_form_of_a_mistake_do_what_they_say(tmp_path, capsys):
    file = written(tmp_path)
    assert file.answer([3.0, 3.0]) == 3 and file.body().startswith("total = 0\nfor value")
    mistakes = {m.name: m for m in file.mistakes()}
    values = [3.0, 4.0, 5.0]
    squares, right = 50.0, (50 / 3) ** 0.5
    expected = {
        "not_squared": (12 / 3) ** 0.5,
        "begins_at_one": (51 / 3) ** 0.5,
        "of_half_as_many": (0.5 * squares / 2) ** 0.5,
        "square_left_out": (12 / 3) ** 0.5,
        "in_the_loop": 3.0,
        "prints": right,
        "twice": 2 * right,
        "constant_4": (squares / 4) ** 0.5,
        "constant_1e3": (squares / 1000) ** 0.5,
    }
    assert mistakes.pop("another_default").answer([1.0]) == 3.0
    assert {n: m.answer(values) for n, m in mistakes.items()} == pytest.approx(expected)
    assert capsys.readouterr().out == "seen\n"


def test_the_sentences_are_joined_repeated_and_filled_in(tmp_path):
    told = {m.name: m.sentence for m in written(tmp_path).mistakes()}
    assert told["in_the_loop"] == "You return inside the loop, after the first value."
    assert told["twice"] == told["begins_at_one"] == "Your sum begins at 1."
    assert told["constant_1e3"] == "You divide by 1e3."


def test_the_source_of_each_can_be_read(tmp_path):
    file = written(tmp_path)
    for function in (file.answer, *(m.answer for m in file.mistakes())):
        assert inspect.getsource(function).startswith(f"def {function.__name__}(values")


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("- total = 0\n", "- total = 5\n", "begins_at_one: the answer does not have 'total = 5'"),
        ("~ **2", "~ **3", "square_left_out: the answer does not have"),
        ("~ **2", "~ value", "square_left_out: the answer has more than once 'value'"),
        ("# %% prints: ", "# %% prints ", "write `# %% name: sentence` in place of"),
        ("as begins_at_one", "as nothing_here", "twice: no cell is called nothing_here"),
        ("# %% prints", "# %% twice", "two cells called twice"),
        ("# %% answer", "# %% answers", "must begin with the cell of the answer"),
        ("+     total += value\n", "+     total += +\n", "not_squared, line"),
    ],
)
def test_a_cell_that_cannot_be_read_is_named(tmp_path, old, new, says):
    with pytest.raises(ValueError, match=says.replace("(", r"\(")):
        list(written(tmp_path, EXAMPLE.replace(old, new)).mistakes())


def test_an_edit_must_have_one_place_and_keeps_the_indentation():
    answer = "def f(x):\n    if x:\n        x = 1\n    y = x\n    x = 1\n    return y"
    with pytest.raises(ValueError, match="more than once"):
        edited(answer, "- x = 1\n+ x = 2")
    assert edited(answer, "  if x:\n-     x = 1\n+     x = 2") == answer.replace(
        "x = 1", "x = 2", 1
    )


@pytest.mark.parametrize("name", names())
def test_all_of_an_exercise_compile_and_have_names_of_their_own(name):
    mistakes = find(name).mistakes
    assert len(mistakes) >= 10
    assert len({m.name for m in mistakes}) == len(mistakes)
    assert all(callable(m.answer) and len(m.sentence) > 15 for m in mistakes)


def test_the_files_travel_with_the_package():
    home = Path(learnkit.__file__).parent
    assert {p.stem for p in home.glob("exercises/lesson_*/*.mistakes")} == set(names())

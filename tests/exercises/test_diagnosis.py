"""What is said of an answer that no table knows: each sentence says what was measured."""

import math

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import nn

from learnkit.exercises.diagnosis import NOTHING_KNOWN
from learnkit.exercises.example import shown
from learnkit.exercises.judge import judge
from learnkit.exercises.mistakes import Mistake
from learnkit.exercises.raised import exception
from learnkit.exercises.report import Report
from learnkit.exercises.sandbox.worker import Outcome
from learnkit.exercises.table import Exercise, case

_rng = np.random.default_rng(0)


def _wave(x, y):
    return np.cos(3 * x) + y


WAVE = Exercise(
    "wave",
    _wave,
    cases=[
        case(_rng.normal(0, 1, shape), _rng.normal(0, 1, shape))
        for shape in ((2, 2), (3, 3), (4, 4))
    ],
    hints=("", "", ""),
    why="",
)


def of(answer, exercise=WAVE):
    return judge(exercise, exercise.run(answer))


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (lambda x, y: -_wave(x, y), "is right, except for its sign"),
        (lambda x, y: 3 * _wave(x, y), "yours is 3 times what it should be"),
        (lambda x, y: _wave(x, y) * x.size, "N the number of elements of `x`"),
        (
            lambda x, y: _wave(x, y) / len(x),
            "an N-th of what it should be, with N the length of `x`",
        ),
        (lambda x, y: _wave(x, y) ** 2, "is the square of what it should be"),
        (lambda x, y: 1 - _wave(x, y), "is 1 minus what it should be"),
        (lambda x, y: np.exp(_wave(x, y)), "is e to the power of what it should be"),
        (lambda x, y: np.abs(_wave(x, y)), "has lost its sign"),
        (lambda x, y: np.maximum(_wave(x, y), 0), "is cut off: what should be below 0 is 0"),
        (lambda x, y: np.clip(_wave(x, y), 0, 1), "should leave the range from 0 to 1"),
        (lambda x, y: _wave(x, y) + 0.25, "is 0.25 more than it should be, always"),
        (lambda x, y: _wave(x, y).T, "is transposed"),
        (lambda x, y: _wave(x, y)[::-1], "runs backwards along axis 0"),
        (lambda x, y: y, "is `y`, as it came in"),
        (lambda x, y: 0 * y, "is 0 everywhere, whatever comes in"),
        (lambda x, y: 0 * y + 0.5, "is 0.5 everywhere, whatever comes in"),
        (lambda x, y: np.round(_wave(x, y), 5), "digits only: is something rounded"),
        (lambda x, y: _wave(x, y).astype(np.float16), "only: you compute in float16"),
        (lambda x, y: _wave(x, y) > 0, "is of True and False (bool)"),
        (lambda x, y: (9 * _wave(x, y)).astype(int), "holds whole numbers (int64)"),
        (lambda x, y: np.sort(_wave(x, y), None).reshape(x.shape), "right numbers in the wrong"),
        (lambda x, y: np.where(x < x.max(), _wave(x, y), 0), "One of its 4 elements is wrong"),
        (lambda x, y: np.full_like(x, -np.inf), "or an inf that was there from the start"),
        (lambda x, y: (_wave(x, y),), "is there a comma at the end of the line?"),
        (lambda x, y: x.shape, "You return a tuple; the exercise asks for one array."),
        (lambda x, y: _wave(x, y).ravel(), "must be (2, 2). Its numbers are right here."),
    ],
)
def test_how_an_answer_is_related_to_the_right_one_is_said(answer, said):
    report = of(answer)
    assert report.status == "incorrect" and said in report.message, report.message


def test_what_is_related_in_no_simple_way_is_called_so():
    assert NOTHING_KNOWN in of(lambda x, y: np.sin(x) + y**3).message


def test_float32_is_right_where_no_digits_are_asked_for_and_named_where_they_are():
    def single(x, y):
        return _wave(x.astype(np.float32), y.astype(np.float32))

    strict = Exercise("wave", _wave, WAVE.cases, WAVE.hints, "", rtol=1e-12, atol=0.0)
    assert of(single).correct
    assert "you compute in float32. Stay in float64" in of(single, strict).message
    assert not of(lambda x, y: single(x, y) * np.float32(1.0001)).correct


def test_mistakes_that_always_raise_are_told_apart_by_what_python_says():
    task = Exercise("wave", _wave, WAVE.cases, WAVE.hints, "")
    task.mistakes.append(Mistake(lambda x, y: x ^ y, "That is no power."))
    assert of(lambda x, y: y ^ x, task).message == "That is no power."
    assert of(lambda x, y: len(3), task).mistake is None


@pytest.mark.parametrize(
    ("kind", "said", "line", "sense"),
    [
        ("ValueError", "The truth value of an array is", "if a == b:", "np.array_equal(a, b)"),
        ("ValueError", "The truth value of an array is", "return max(a, 0)", "np.maximum"),
        ("ValueError", "The truth value of an array is", "c = a > 0 and b > 0", "it is &, |"),
        ("ValueError", "The truth value of an array is", "if a > 0:", "np.where(condition, a, b)"),
        ("TypeError", "only 0-dimensional arrays can be converted to", "math.exp(z)", "np.exp"),
        ("TypeError", "ufunc 'invert' not supported", "return ~image", "these are floats"),
        ("TypeError", "'numpy.ndarray' object is not callable", "image(0)", "square"),
    ],
)
def test_what_python_says_is_put_in_plain_words(tmp_path, kind, said, line, sense):
    file = tmp_path / "answer.py"
    file.write_text(f"{line}\n", encoding="utf-8")
    sentence = exception(Outcome("raised", type=kind, message=said, file=str(file), line=1))
    assert sense in sentence and line in sentence


@pytest.mark.parametrize(
    ("line", "sense"),
    [
        ("nn.MSELoss()(two, two).item().backward()", "and .item() after it"),
        ("exec('with torch.no_grad: pass')", "round brackets"),
        ("torch.cat([two, nn.ReLU(two)])", "torch.relu(x) its result"),
        ("torch.cat(two, two, dim=1)", "torch.cat([a, b], dim=1)"),
        ("two + torch.ones(3)", "or one of them 1"),
        ("torch.randn((2, 2), torch.Generator())", "torch.randn(shape, generator=generator)"),
        ("F.binary_cross_entropy_with_logits(two, torch.ones(3))", "torch.ones_like(logits)"),
        ("F.binary_cross_entropy_with_logits(two, 1.0)", "torch.ones_like(logits)"),
        ("F.binary_cross_entropy(3 * two, two)", "binary_cross_entropy_with_logits takes logits"),
        ("if_not(two)", ".any() or .all() makes one of many"),
        ("math.exp(two)", "a.exp()"),
    ],
)
def test_what_torch_says_is_put_in_plain_words(line, sense):
    """Torch's own errors, as this version of it says them."""

    def answer(x, y):
        two = torch.ones(2)
        scope = dict(torch=torch, nn=nn, F=F, math=math, two=two, if_not=lambda t: not t)
        exec(line, scope)

    assert sense in of(answer).message, of(answer).message


def test_a_helper_of_ours_is_called_by_its_name_alone():
    def answer(x, y):
        def helper(one):
            return one

        return helper()

    assert "raised TypeError: helper() missing" in of(answer).message


def test_two_arrays_that_differ_never_read_alike():
    one = np.array([0.7310585786300049, 0.2689414213699951])
    for other in (one.astype(np.float32), one + 1e-15, one * (1 + 1e-9)):
        assert shown(one, other) != shown(other, one)
    assert shown(one) == "[0.731059, 0.268941]"
    large = np.zeros((5, 5))
    assert shown(large, large + 1e-12) != shown(large + 1e-12, large)
    infinite = np.full((5, 5), np.inf)
    infinite[2, 3] = 1.0
    assert "at [2, 3] it is 1" in shown(infinite, np.full((5, 5), np.inf))


def test_what_is_printed_is_said_to_be_of_all_tests():
    report = Report("wave", "incorrect", "No.", printed="x\nx\n")
    assert "your function printed (in all its tests, one after the other):" in str(report)

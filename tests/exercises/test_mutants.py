"""Mutants of an answer: their words, and the answers that they explain."""

import ast

import numpy as np
import pytest
import torch

from learnkit.exercises.judge import judge
from learnkit.exercises.mutants import explaining
from learnkit.exercises.mutants.explaining import explained
from learnkit.exercises.mutants.making import mutants, mutants_to_explain
from learnkit.exercises.table import find


def words_of(source, changed):
    """The words of the mutant whose body is `changed`."""
    text = f"{source.splitlines()[0]}\n    {changed}"
    made = {m.text: m.words for m in mutants_to_explain(source, {"np": np}, set())}
    return made[ast.unparse(ast.parse(text))]


@pytest.mark.parametrize(
    ("body", "changed", "words"),
    [
        ("return a - b", "return a + b", "when + stands for - between `a` and `b`"),
        ("return a - b", "return b - a", "the two sides of - change places between `a` and `b`"),
        ("return a + b", "return a", "when the term `b` is left out"),
        ("return a * b", "return b", "when the factor `a` is left out"),
        ("return a / b", "return a", "when nothing is divided by `b`"),
        ("return a ** 2", "return a", "when the power of `2` is left out"),
        ("return (a - 1) / b", "return a - 1 / b", "when the brackets round `a - 1` are left out"),
        ("return -a", "return a", "when the minus before `a` is left out"),
        ("return ~a", "return a", "when ~ before `a` is left out"),
        ("return a < b", "return a <= b", "when <= stands for < between `a` and `b`"),
        ("return 3 * a", "return 4 * a", "when 4 stands for 3 beside `a`"),
        ("return a.sum(axis=1)", "return a.sum(axis=0)", "the option `axis` of the sum is 0"),
        ("return a.sum(axis=1)", "return a.sum()", "when the sum goes over all axes at once"),
        ("return np.mean(a)", "return np.sum(a)", "the sum is taken in place of the mean"),
        ("return np.sqrt(a)", "return a", "when the square root is left out"),
        ("return a.T @ b", "return a @ b", "when a transpose (.T) is left out"),
        ("return a / b.size", "return a / len(b)", "the length of `b` is taken for its number of"),
        ("return a[1:]", "return a[:]", "when the beginning of a slice, `1`, is left out"),
        ("return a[1]", "return a[0]", "when an index or a bound is 0, and not 1"),
        ("return a, b", "return b, a", "when results 1 and 2 change places"),
        ("return a if b else 0", "return 0", "when `b` is taken to hold never"),
        ("return np.where(a, a, b)", "return np.where(a, b, a)", "`a` and `b` change places in"),
        ("return a + b", "return a + a", "when `a` is taken where `b` belongs"),
    ],
)
def test_the_words_say_what_was_changed(body, changed, words):
    assert words in words_of(f"def f(a, b):\n    {body}", changed)


def test_a_name_of_the_answer_s_own_is_not_spoken_of():
    said = words_of("def f(a):\n    own = a; return own - 1", "own = a; return own + 1")
    assert said == "when + stands for - before `1`"


def test_a_return_inside_the_loop_and_a_loop_of_one_round_less():
    source = "def f(a):\n    for i in range(a):\n        a = i\n    return a"
    said = [m.words for m in mutants_to_explain(source, {}, set())]
    assert "when `return` stands inside the loop, which ends after its first round" in said
    assert "when a loop has one round too few" in said


def test_no_mutant_is_made_twice_and_none_within_a_loop_that_may_never_end():
    source = "def f(a):\n    while a > 0:\n        a -= 1\n    return a + 0"
    made = [m.text for m in mutants_to_explain(source, {}, set())]
    assert len(set(made)) == len(made) > 2
    assert all("while a > 0:\n        a -= 1" in text for text in made if "while" in text)
    assert any("a += 1" in m.text for m in mutants(source, {}))  # as an exam it is one


def test_checks_of_the_input_are_left_out_of_the_exam_alone():
    source = "def f(a):\n    if a < 0:\n        raise ValueError\n    return a + 1"
    assert not any("raise" in m.text for m in mutants(source, {}))
    assert any("raise" in m.text for m in mutants_to_explain(source, {}, set()))


# ---- explaining --------------------------------------------------------------------------------


@pytest.fixture
def patience(monkeypatch):
    monkeypatch.setattr(explaining, "SECONDS", 20.0)


def said(name, answer):
    task = find(name)
    report = judge(task, task.run(answer))
    assert report.status == "incorrect" and report.mistake is None
    return report.message


def test_one_thing_that_was_changed(patience):
    def coordinate_features(height, width, frequencies):
        rows, columns = np.indices((height, width)).reshape(2, -1) + 0.5
        places = torch.tensor(np.stack([columns, rows], axis=1) / height, dtype=torch.float32)
        angles = 2 * torch.pi * places @ frequencies
        return torch.cat([angles.sin(), angles.cos()], dim=1)

    assert said("coordinate_features", coordinate_features) == (
        "Your result is what comes out when `height` is taken where `width` belongs."
    )


def test_two_mistakes_at_once(patience):
    def rmsprop_step(x, grad, square_avg, lr=0.01, alpha=0.99, eps=1e-8):
        memory = np.sqrt(square_avg + grad**2)
        return x - lr * grad / (memory + eps), memory

    sentence = said("rmsprop_step", rmsprop_step)
    assert sentence.startswith("Two things at once. ")
    assert "Adagrad" in sentence and "the root is only for the step" in sentence


def test_a_mistake_and_a_change(patience):
    def mse_loss_grad(pred, target):
        return (target - pred) / pred.size

    sentence = said("mse_loss_grad", mse_loss_grad)
    assert "yours is -0.5 times what it should be" in sentence
    assert "Two things at once" in sentence and "the factor `2` is left out" in sentence


def test_what_nothing_explains_is_left_to_the_general_words(patience):
    def psnr(pred, target, data_range=1.0):
        return 17.3 * float(np.ravel(pred)[0]) + 1

    assert "is not what it should be" in said("psnr", psnr)


def test_what_the_time_did_not_suffice_for_is_tried_with_the_next_answer(monkeypatch):
    def negated_halves(pred, target):
        return (target - pred) / pred.size

    task = find("mse_loss_grad")
    monkeypatch.setattr(task, "suspects", None)
    monkeypatch.setattr(explaining, "SECONDS", -1.0)  # one suspect at a time
    outcomes = task.run(negated_halves)
    tries = next(i for i in range(5_000) if explained(task, outcomes, 0))
    assert tries > 3


@pytest.mark.parametrize("name", ["mse_loss", "conv2d", "evaluate", "attention"])
def test_an_answer_that_raises_or_changes_its_arguments_is_not_explained(name, patience):
    task = find(name)

    def raises(*args, **options):
        raise KeyError("x")

    assert explained(task, task.run(raises), 0) == ""

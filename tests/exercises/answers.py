"""Further answers to a lesson's exercises, right and wrong, collected as they are written."""

import pytest

from learnkit.exercises.judge import judge
from learnkit.exercises.mutants import explaining
from learnkit.exercises.table import find
from learnkit.grading.secret import hidden

PATIENCE = 20.0  # seconds: what an explanation takes must not depend on the machine


def collected():
    """(right answers, wrong answers, and the decorator that puts an answer into each).

    An answer is (name of the exercise, answer, words of the verdict).
    """
    rights, wrongs = [], []

    def right(name):
        return lambda answer: rights.append((name, answer, "")) or answer

    def wrong(name, words):
        return lambda answer: wrongs.append((name, answer, words)) or answer

    return rights, wrongs, right, wrong


def verdict(name, answer):
    """The judge's, with the answer run in this process."""
    task = find(name)
    return judge(task, task.run(answer))


def further_tests(rights, wrongs):
    """Two tests: each right answer passes, and each wrong one is told what is wrong with it.

    And what it is told is a whole sentence, which shows no line of torch's own.
    """

    @pytest.mark.parametrize(("name", "answer", "_words"), rights)
    def right(name, answer, _words):
        report = verdict(name, answer)
        assert report.correct, report.message
        for seed in ("one", "two", "three"):  # and on the hidden cases of a grader
            task = hidden(find(name), seed)
            report = judge(task, task.run(answer))
            assert report.correct, (seed, report.message, report.example)

    @pytest.mark.parametrize(("name", "answer", "words"), wrongs)
    def wrong(name, answer, words, monkeypatch):
        monkeypatch.setattr(explaining, "SECONDS", PATIENCE)
        report = verdict(name, answer)
        assert report.status == "incorrect" and words in report.message, report.message
        said = report.message.rstrip()
        assert "site-packages" not in said and "run_backward" not in said  # torch's own lines
        assert said[-1] in ".)?:" or said.endswith("..."), said  # never cut within a word

    return right, wrong

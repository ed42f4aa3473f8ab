"""Further answers to a lesson's exercises, right and wrong, collected as they are written."""

from learnkit.exercises.judge import judge
from learnkit.exercises.table import find


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

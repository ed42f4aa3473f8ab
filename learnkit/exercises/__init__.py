"""Exercises that check themselves, and know the usual mistakes by name.

index     which exercise stands in which lesson
table     what an exercise is: reference, cases, hints
mistakes  NAME.mistakes: the answer, and the wrong ones as edits of it
tensors   what the exercises in torch share
steps     the same of those that take a training step
asked     the same of those in which a network is asked
lesson_NN a file for each exercise, and its mistakes beside it
sandbox   the process that an answer runs in
judge     from what an answer did to one sentence that helps
likeness, relations, diagnosis, raised   how two results agree, and what is wrong where they do not
mutants   the answer with one thing changed: the exam of the cases, and what explains an answer
report, example   a verdict, and how it looks
verdicts  the last one on each exercise, and what stands in for a wrong answer
challenges   those that have no right answer, but a score
engine    the decorator, check() and check_file()
cells     what is done where a cell fails
hints     hint()
progress  what is done so far
"""

from learnkit.exercises.challenges.engine import challenge
from learnkit.exercises.engine import check, check_file, exercise, graded, graded_later
from learnkit.exercises.hints import hint
from learnkit.exercises.report import Report
from learnkit.exercises.table import names
from learnkit.exercises.verdicts import reports

__all__ = [
    "Report",
    "challenge",
    "check",
    "check_file",
    "exercise",
    "graded",
    "graded_later",
    "hint",
    "names",
    "reports",
]

"""Exercises that check themselves, and know the usual mistakes by name.

report    a verdict, and how it looks
worker    the process that runs an answer; knows no judge
table     what an exercise is: reference, cases, hints, mistakes
judge     from what an answer did to one sentence that helps
raised    what an exception means that an answer raised
pool      the workers, as the notebook sees them
engine    the decorator, check(), hint(), and what to do when a cell fails
index     which exercise stands in which lesson
lesson_NN the tables themselves
"""

from learnkit.exercises.engine import check, check_file, exercise, hint, reports
from learnkit.exercises.report import Report
from learnkit.exercises.table import names

__all__ = ["Report", "check", "check_file", "exercise", "hint", "names", "reports"]

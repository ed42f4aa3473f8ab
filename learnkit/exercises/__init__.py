"""Exercises that check themselves, and know the usual mistakes by name.

report    a verdict, and how it looks
wire      frames of bytes, and the outcome inside one
worker    an answer run on a case; knows no judge
inside, conversation   the process around it
gpu       whether an answer that is right on the CPU would fail on a GPU
settled   the notebook's global state, out of the way of a verdict
table     what an exercise is: reference, cases, hints, mistakes
judge     from what an answer did to one sentence that helps
raised    what an exception means that an answer raised
parcel, processes, pool   the workers, as the notebook sees them
engine    the decorator, check() and check_file()
cells     what is done where a cell fails
hints     hint()
index     which exercise stands in which lesson
lesson_NN the tables themselves
"""

from learnkit.exercises.engine import check, check_file, exercise, reports
from learnkit.exercises.hints import hint
from learnkit.exercises.report import Report
from learnkit.exercises.table import names

__all__ = ["Report", "check", "check_file", "exercise", "hint", "names", "reports"]

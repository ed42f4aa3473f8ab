"""What an instructor runs: from what students handed in to marks, without running a notebook.

notebook     a submitted file, read as a stranger's bytes
slicing      the statements that a definition needs
transplant   the source of each answer
sandbox, inside   one bubblewrap a submission, and the process in it
secret       hidden cases, drawn from the shown ones
bank         an instructor's own exercises
flags        what a person may want to look at
marks        what an exercise and a submission earned
autograde    one submission: bytes in, marks out
assignments  what was handed out: lesson, points, seed
received     files of strangers: a folder or a zip, read with care
collect      what came back, in whatever form
classroom    many submissions, on any executor
journal      what is graded already
gradebook    nbgrader's, and its one writer
shown        what formgrader shows of a submission
feedback     a page for each student
tables       CSV, Canvas, Moodle, Gradescope
overview     a class at a glance
"""

from learnkit.grading.autograde import autograde
from learnkit.grading.marks import Mark, Marks

__all__ = ["Mark", "Marks", "autograde"]

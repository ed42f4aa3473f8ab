"""`autograde`: from the bytes of one submission to its marks. Nothing in it can make it raise.

The answers are judged as in a notebook, by the lesson's own cases; where these find nothing, by
hidden ones. What a hidden case was, and what it gave, is told to nobody.
"""

import linecache
import re
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from learnkit.exercises.engine import verdict
from learnkit.exercises.index import EXERCISES
from learnkit.exercises.report import INCORRECT, UNJUDGED, Report
from learnkit.exercises.sandbox.conversation import BEFORE
from learnkit.exercises.sandbox.processes import CannotJudgeError, NotLoadedError
from learnkit.exercises.sandbox.wire import Outcome
from learnkit.exercises.sandbox.workers import Ran
from learnkit.exercises.table import Exercise, find
from learnkit.grading import bank
from learnkit.grading.flags import flags
from learnkit.grading.marks import Mark, Marks, points_for, unread
from learnkit.grading.notebook import Cell, UnreadableError, cells
from learnkit.grading.sandbox import CannotConfineError, Runner, Sandbox, Unsafe
from learnkit.grading.secret import hidden
from learnkit.grading.transplant import NEEDS_A_LOOK, TO_RUN, Answer, answers

QUESTION = "question"  # nbgrader's name for the cell that a person grades
TEXT_STUB = "*Write your answer here, in place of this line.*"
LONGEST = 20_000  # characters of an answer to it that are kept
HIDDEN = "It is right on all the cases that the lesson shows, and wrong on hidden ones drawn alike"


def autograde(
    submission: bytes | str | Path,
    lesson: int,
    seed: str,
    *,
    own: str | Path | None = None,
    unsafe: bool = False,
) -> Marks:
    """The marks of one submitted notebook, by the shown cases and those of the seed.

    `submission` is the file or its bytes, `own` a folder with exercises of the instructor's, and
    `unsafe` runs the answers without bubblewrap. An exercise whose answer could not be judged has
    no points, and says why. Raises ValueError where the lesson has no exercises.
    """
    tasks = exercises(lesson, own)
    if not tasks:
        raise ValueError(f"lesson {lesson!r} has no exercises: give its number, for example 1")
    try:
        data = submission if isinstance(submission, bytes) else Path(submission).read_bytes()
        found = cells(data)
    except UnreadableError as error:
        return unread(tasks, lesson, NEEDS_A_LOOK, f"Nothing can be graded: {error}.")
    except OSError as error:
        return unread(tasks, lesson, UNJUDGED, f"The file cannot be read: {error}.")
    try:
        written = answers(found, [task.name for task in tasks])
        with ExitStack() as stack:
            runner: Runner = Unsafe()
            if not unsafe and any(one.status == TO_RUN for one in written.values()):
                modules = {name for task in tasks for name in (*task.prewarm, *task.imports)}
                runner = stack.enter_context(Sandbox(sorted(modules)))
            marks = tuple(_safely(task, written[task.name], runner, seed) for task in tasks)
    except Exception as error:  # a fault of ours or of the machine: never of one submission alone
        reason = f"The grader itself failed ({type(error).__name__}: {error})."
        return unread(tasks, lesson, UNJUDGED, reason[:500])
    return Marks(lesson, marks, written_answer(found))


def _safely(task: Exercise, answer: Answer, runner: Runner, seed: str) -> Mark:
    """The mark of one answer; where the exercise's own table is at fault, that is the reason."""
    try:
        return mark(task, answer, runner, seed)
    except Exception as error:
        reason = f"The table of {task.name} failed ({type(error).__name__}: {error})."
        return _result(task, answer, UNJUDGED, reason[:500])


def _result(task: Exercise, answer: Answer, status: str, reason: str, **more: Any) -> Mark:
    """The mark that a status makes; its points follow from it."""
    most = float(task.points)
    points = points_for(status, most)
    return Mark(task.name, status, reason, points, most, answer=answer.shown, **more)


def exercises(lesson: int, own: str | Path | None = None) -> list[Exercise]:
    """The exercises of a lesson, and behind them those of the instructor's folder."""
    ours = [find(name) for name, number in EXERCISES.items() if number == lesson]
    return ours + (bank.exercises(Path(own), lesson) if own else [])


def mark(task: Exercise, answer: Answer, runner: Runner, seed: str | None) -> Mark:
    """The mark of one answer; without a seed by the shown cases alone."""
    result = partial(_result, task, answer)
    if answer.status != TO_RUN:
        return result(answer.status, answer.reason)
    lines = answer.source.splitlines(keepends=True)
    linecache.cache[answer.file] = (len(answer.source), None, lines, answer.file)  # to be quoted
    try:
        report, late = _judged(task, answer, runner, seed)
    except UnloadedError as error:
        return result(error.status, str(error))
    except NotLoadedError:
        reason = "What it needs of other cells computed, or waited, until its time was up."
        return result(NEEDS_A_LOOK, reason)
    except (CannotJudgeError, CannotConfineError) as error:
        reason = str(error)
        return result(UNJUDGED, reason[:1].upper() + reason[1:] + ".")
    if report.status == INCORRECT and (name := _unseen(answer, report)):
        reason = f"It needs {name}, which other cells speak of and none of them binds openly."
        return result(NEEDS_A_LOOK, reason)
    return result(
        report.status,
        report.message,
        mistake=report.mistake,
        example=report.example,
        flags=flags(task, answer),
        late=late,
    )


class UnloadedError(Exception):
    """An answer that could not even be defined; the message is a sentence."""

    def __init__(self, status: str, sentence: str):
        """The status is that of the mark."""
        super().__init__(sentence)
        self.status = status


def _judged(
    task: Exercise, answer: Answer, runner: Runner, seed: str | None
) -> tuple[Report, bool]:
    """The verdict, and whether the answer slept until its time was up."""
    kinds: list[str] = []

    def ask(one: Exercise) -> Ran:
        ran = runner.ask(one, answer)
        if ran.outcomes[0].kind == "unread":
            raise _unloaded(answer, ran.outcomes[0])
        kinds.extend(outcome.kind for outcome in ran.outcomes)
        return ran

    report = verdict(task, ask)
    secret = hidden(task, seed) if report.correct and seed is not None else None
    if secret is not None and secret.cases:
        told = verdict(secret, ask)
        report = report if told.correct else _in_general(told, secret)
    return report, not report.correct and "asleep" in kinds


def _unloaded(answer: Answer, outcome: Outcome) -> UnloadedError:
    said = f"{outcome.type}: {outcome.message}".rstrip(": .")
    if outcome.file == answer.file and outcome.type not in ("OSError", "FileNotFoundError"):
        where = f" (line {outcome.line})" if outcome.line else ""
        return UnloadedError(INCORRECT, f"Python could not run this cell: {said}{where}.")
    where = "a cell that it needs" if outcome.file == BEFORE else "what it needs"
    return UnloadedError(NEEDS_A_LOOK, f"It cannot be tried alone: {where} raised {said}.")


def _in_general(report: Report, secret: Exercise) -> Report:
    """What may be told of a hidden case: the mistake, where it has a name, and no numbers."""
    known = {mistake.name: mistake.sentence for mistake in secret.mistakes}
    sentence = f"{HIDDEN}."
    if report.mistake is not None:
        sentence = f"{HIDDEN}. {known[report.mistake]}"
    elif raised := re.match(r"Your function raised (\w+)", report.message):
        sentence = f"{HIDDEN}: there it raises {raised[1]}."
    return replace(report, message=sentence, example=(), printed="")


def _unseen(answer: Answer, report: Report) -> str:
    """A name that the answer lacks, and that some other cell may bind where nobody can see it."""
    said = report.message
    return next((n for n in answer.elsewhere if f"name '{n}' is not defined" in said), "")


def written_answer(found: Sequence[Cell]) -> str:
    """The answer to the question, also in cells of text below it; "" where there is none."""
    begin = next((i for i, cell in enumerate(found) if cell.grade_id == QUESTION), len(found))
    texts = [c.source for c in found[begin:] if c.kind != "code" and c.grade_id in ("", QUESTION)]
    return "\n\n".join(texts).replace(TEXT_STUB, "").strip()[:LONGEST]

"""`@challenge`: try the answer on pictures that the lesson does not show, and show its score.

A challenge never blocks a lesson, and counts for nothing: its name stays the student's own.
"""

from collections.abc import Callable
from typing import Any

from learnkit.exercises import cells, progress
from learnkit.exercises.challenges.challenge import Challenge, find
from learnkit.exercises.challenges.index import CHALLENGES
from learnkit.exercises.challenges.scoreboard import Scoreboard
from learnkit.exercises.diagnosis import no_result
from learnkit.exercises.report import NOT_ATTEMPTED, Report
from learnkit.exercises.sandbox import workers
from learnkit.exercises.sandbox.parcel import CannotTravelError
from learnkit.exercises.sandbox.processes import CannotJudgeError
from learnkit.exercises.sandbox.settled import settled

OPTIONAL = "A challenge is optional and counts for nothing. These are the scores to beat, "


def challenge(answer: Any = None) -> Any:
    """The decorator over a challenge's function: scores it, and gives it back as it is.

    Never raises over what an answer does.
    """
    if answer is None:  # written with brackets: @challenge()
        return challenge
    name = getattr(answer, "__name__", type(answer).__name__)
    if name not in CHALLENGES or not callable(answer):
        known = ", ".join(CHALLENGES)
        message = f"No challenge is called {name}; there are {known}."
        cells.display(Report(name, NOT_ATTEMPTED, message))
        return answer
    cells.in_this_cell.add(name)
    cells.display(measure(name, answer))
    return answer


def measure(name: str, answer: Callable) -> Scoreboard:
    """The score of an answer, run in a process of its own, and the best so far.

    Raises ValueError where no challenge has that name.
    """
    task = find(name)
    try:
        with settled():
            return _measured(task, answer)
    except CannotJudgeError as error:
        return Scoreboard(task, None, message=f"{error}. That says nothing about your answer.")


def _measured(task: Challenge, answer: Callable) -> Scoreboard:
    try:
        ran = workers.ask(task.task, answer)
    except CannotTravelError:  # then here, under a timer
        ran = workers.run_here(task.task, answer)
    if ran.outcomes and all(outcome.kind == "stub" for outcome in ran.outcomes):
        return Scoreboard(task, None, message=f"{OPTIONAL}{task.on}.")
    for number, outcome in enumerate(ran.outcomes, 1):
        if outcome.kind != "value":
            where = f"(Number {number} of {len(task.task.cases)}.)"
            said = no_result(task.task, outcome)
            return Scoreboard(task, None, message=f"No score. {said} {where}")
    if len(ran.outcomes) < len(task.task.cases):
        return Scoreboard(task, None, message="No score: Python ended before all was tried.")
    score = task.score([outcome.arrays for outcome in ran.outcomes])
    return Scoreboard(task, score, progress.record_score(task.name, score))

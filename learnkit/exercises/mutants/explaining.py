"""What an answer that no table knows agrees with: a mutant, or two faults at once.

Three kinds are tried: the answer with one thing changed; two of the mistakes known by name, where
both are edits of the answer; one of them with one thing changed besides. An answer that gives on
every case what one of these gives has, in effect, these faults, however it is written.
"""

import ast
import itertools
import re
import time
from collections.abc import Iterator
from typing import Any

from learnkit.exercises.likeness import alike
from learnkit.exercises.mistakes import Mistake, edited
from learnkit.exercises.mutants.making import Mutant, defined, mutants_to_explain
from learnkit.exercises.sandbox.wire import Outcome
from learnkit.exercises.table import Exercise

SECONDS = 1.5  # of computing, in which suspects are tried


def explained(exercise: Exercise, outcomes: list[Outcome], failed: int) -> str:
    """The sentence, or nothing where no suspect does what the answer did; `failed` is tried first.

    What is left when the time is up is tried when the next answer comes.
    """
    if exercise.written is None or len(outcomes) != len(exercise.cases):
        return ""
    got, want = outcomes[failed], exercise.expected[failed]
    if (got.kind, got.changed) != ("value", want.changed):  # these have sentences of their own
        return ""
    if exercise.suspects is None:
        exercise.suspects = Suspects(exercise)
    order = sorted(range(len(outcomes)), key=lambda i: i != failed)
    until = time.thread_time() + SECONDS
    for suspect in exercise.suspects:
        is_new = suspect.is_new
        if all(alike(exercise, outcomes[i], suspect.outcome(i), but="Shared") for i in order):
            return suspect.sentence
        if is_new and time.thread_time() > until:
            break
    return ""


class Suspect:
    """A wrong answer, its sentence, and what it did on the cases that it was asked for."""

    def __init__(self, exercise: Exercise, answer: Any, sentence: str):
        """Runs nothing yet."""
        self.sentence = sentence
        self._exercise, self._answer = exercise, answer
        self._done: dict[int, Outcome] = {}

    @property
    def is_new(self) -> bool:
        """Whether it has not run so far."""
        return not self._done

    def outcome(self, i: int) -> Outcome:
        """What it does on case i; run when it is first asked for."""
        if i not in self._done:
            self._done[i] = self._exercise.run_on(self._answer, self._exercise.cases[i])
        return self._done[i]


class Suspects:
    """The suspects of an exercise, the plainest first; each is made when it is first asked for."""

    def __init__(self, exercise: Exercise):
        """Makes none yet."""
        self._made: list[Suspect] = []
        self._rest = _suspects(exercise)

    def __iter__(self) -> Iterator[Suspect]:
        """From the first on, every time."""
        for i in itertools.count():
            if i == len(self._made):
                suspect = next(self._rest, None)
                if suspect is None:
                    return
                self._made.append(suspect)
            yield self._made[i]


def _suspects(exercise: Exercise) -> Iterator[Suspect]:
    written: Any = exercise.written
    seen = {ast.unparse(ast.parse(mistake.text)) for mistake in exercise.mistakes if mistake.text}
    for mutant in filter(_says_what, mutants_to_explain(written.definition, written.names, seen)):
        yield Suspect(exercise, mutant.answer, f"Your result is what comes out {mutant.words}.")
    known = [m for m in exercise.mistakes if m.text and not _is_right_but(m)]
    for one, other in itertools.combinations([m for m in known if m.edits], 2):
        if (answer := _both(written, one, other)) is not None:
            yield Suspect(exercise, answer, f"Two things at once. {one.sentence} {other.sentence}")
    for mistake in known:
        for mutant in filter(_says_what, mutants_to_explain(mistake.text, written.names, seen)):
            more = f"And your result is what then comes out {mutant.words}."
            sentence = f"Two things at once. {mistake.sentence} {more}"
            yield Suspect(exercise, mutant.answer, sentence)


def _says_what(mutant: Mutant) -> bool:
    """Whether a student can tell from its words what was changed."""
    return not re.search(r"nothing is returned|\ba line\b|\ba function\b", mutant.words)


def _is_right_but(mistake: Mistake) -> bool:
    """Whether a sentence says that something is right: with a second fault it would be false."""
    return re.match(r".{0,40}\b([Rr]ight|correct)\b", mistake.sentence) is not None


def _both(written: Any, one: Mistake, other: Mistake) -> Any:
    """The answer with the edits of both mistakes, where they do not touch the same place."""
    try:
        text = edited(edited(written.definition, one.edits), other.edits)
        return defined(ast.parse(text), written.names)
    except (ValueError, SyntaxError):
        return None

"""An instructor's own exercises: a folder of the same form as learnkit's, lesson_NN/NAME.

NAME.py says how an answer is tried, NAME.mistakes holds the answer and the mistakes known by name,
NAME.md what the student reads. Nothing of it but the text and an empty definition is handed out.
"""

import importlib.util
import re
import sys
from functools import lru_cache
from pathlib import Path

import cloudpickle

from learnkit.exercises.index import EXERCISES
from learnkit.exercises.judge import judge
from learnkit.exercises.table import Exercise
from learnkit.grading.secret import hidden


@lru_cache(maxsize=32)
def exercises(folder: Path, lesson: int) -> list[Exercise]:
    """The exercises of a lesson in the folder, by name.

    Raises ValueError over a table that cannot be used: with its file, and what to do.
    """
    if not folder.is_dir():
        raise ValueError(
            f"{folder} is no folder with exercises: where it was moved, tell the new place with "
            "learnkit assign LESSON --to COURSE --bank DIR"
        )
    paths = sorted((folder / f"lesson_{lesson:02d}").glob("[!_]*.py"))
    return [_loaded(path, lesson) for path in paths]


def try_out(task: Exercise, seed: str) -> None:
    """Raises ValueError over an answer or a mistake that does not do what its table says."""
    name = task.name
    if not task.cases:
        raise ValueError(f"{name} has no cases: an answer needs at least one to be tried on")
    if odd := [outcome for outcome in task.expected if outcome.kind != "value"]:
        said = f"{odd[0].type}: {odd[0].message}".strip(": ") or odd[0].kind
        raise ValueError(f"{name}: its own answer gives no result on its cases ({said})")
    for tried in (task, hidden(task, seed)):
        report = judge(tried, tried.run(task.reference))
        if tried.cases and not report.correct:
            raise ValueError(f"{name}: its own answer is judged incorrect. {report.message}")
    for mistake in task.mistakes:
        report = judge(task, task.run(mistake.answer))
        if report.correct:
            raise ValueError(f"{name}, {mistake.name}: no case tells this mistake from the answer")
        if report.message != mistake.sentence:
            raise ValueError(
                f"{name}, {mistake.name}: a student who makes it is told another sentence: "
                f"{report.message}"
            )


def text(folder: Path, task: Exercise) -> str:
    """What the student reads above the exercise, in Markdown. Raises ValueError where it lacks."""
    path = folder / f"lesson_{task.lesson:02d}" / f"{task.name}.md"
    if not path.is_file():
        raise ValueError(f"{path} is missing: write there, in Markdown, what is asked")
    return path.read_text(encoding="utf-8").strip()


def _loaded(path: Path, lesson: int) -> Exercise:
    name = path.stem
    if name in EXERCISES:
        raise ValueError(f"{path}: {name} is an exercise of lesson {EXERCISES[name]} already")
    if not path.with_suffix(".mistakes").is_file():
        raise ValueError(f"{path.with_suffix('.mistakes')} is missing: it holds the answer")
    module_name = re.sub(r"\W", "_", f"bank_{path.parent.resolve()}") + f".{name}"
    spec = importlib.util.spec_from_file_location(module_name, path)
    if spec is None or spec.loader is None:
        raise ValueError(f"{path} cannot be loaded")
    module = importlib.util.module_from_spec(spec)
    sys.modules[module_name] = module
    try:
        spec.loader.exec_module(module)
    except Exception as error:  # an instructor's code: whatever it raises
        raise ValueError(f"{path} cannot be loaded ({type(error).__name__}: {error})") from error
    cloudpickle.register_pickle_by_value(module)  # no worker has it to import from
    task = getattr(module, name, None)
    if not isinstance(task, Exercise):
        raise ValueError(f"{path} must bind {name} to an Exercise: {name} = Exercise.beside(...)")
    if not isinstance(task.points, int | float):
        raise ValueError(f"{path}: points must be a number, and are {task.points!r}")
    task.lesson = lesson
    return task

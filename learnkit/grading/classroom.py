"""A class of submissions: one a task, handed to any executor of concurrent.futures.

A task takes the bytes of a notebook and gives its marks, so that it can run on another machine.
Only so many are on their way at a time as there are workers for: memory stays flat.
"""

import multiprocessing
import os
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import AbstractContextManager
from dataclasses import dataclass
from itertools import chain

from learnkit.exercises.report import UNJUDGED
from learnkit.grading.assignments import Assignment
from learnkit.grading.autograde import autograde, exercises
from learnkit.grading.collect import Submission
from learnkit.grading.marks import Marks, unread
from learnkit.threads import cores

TASKS = 100  # that a process grades before a fresh one takes its place

Executors = Callable[[], AbstractContextManager[Executor]]


@dataclass(frozen=True)
class Job:
    """A submission to grade, and the key that it has in the journal."""

    submission: Submission
    assignment: Assignment
    key: str


def processes(count: int | None = None) -> ProcessPoolExecutor:
    """Processes on this machine, one a core where no number is given."""
    return ProcessPoolExecutor(
        count or cores(),
        mp_context=multiprocessing.get_context("spawn"),
        initializer=_end_with,
        initargs=(os.getpid(),),
        max_tasks_per_child=TASKS,
    )


def _end_with(parent: int) -> None:
    """Ends this process soon after its parent, which may be killed without a word."""

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(0.5)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def graded(
    jobs: Iterable[Job], executors: Executors, *, ahead: int, unsafe: bool = False
) -> Iterator[tuple[Job, Marks]]:
    """The marks of each job, as they come; never fewer than there are jobs.

    `ahead` tasks are on their way at a time. What another try may judge otherwise, because the
    machine was too busy, is tried once more at the end, alone.
    """
    again: list[Job] = []
    left = iter(jobs)
    while (job := next(left, None)) is not None:
        broken: list[Job] = []
        with executors() as executor:
            rest = chain([job], left)
            for done, marks in _in_parallel(rest, executor, ahead, broken, unsafe):
                if marks.unsure:
                    again.append(done)
                else:
                    yield done, marks
        for done in broken:  # one of these ended its process: each is tried alone
            yield done, _alone(done, unsafe)
    for job in again:
        yield job, _alone(job, unsafe)


def _in_parallel(
    jobs: Iterator[Job], executor: Executor, ahead: int, broken: list[Job], unsafe: bool
) -> Iterator[tuple[Job, Marks]]:
    """The marks as they come; where the executor breaks, what was on its way lies in `broken`."""
    running: dict[Future[Marks], Job] = {}
    for job in jobs:
        try:
            running[executor.submit(task, *_task(job, unsafe))] = job
        except BrokenProcessPool:
            broken.append(job)
        if len(running) >= ahead:
            yield from _finished(running, broken)
        if broken:
            break
    while running:
        yield from _finished(running, broken)


def _finished(running: dict[Future[Marks], Job], broken: list[Job]) -> Iterator[tuple[Job, Marks]]:
    for future in wait(running, return_when=FIRST_COMPLETED).done:
        job = running.pop(future)
        try:
            marks = future.result()
        except BrokenProcessPool:
            broken.append(job)
        except Exception as error:  # a worker elsewhere was lost, say
            yield job, _failed(job, f"{type(error).__name__}: {error}")
        else:
            yield job, marks


def _alone(job: Job, unsafe: bool) -> Marks:
    """The marks of one job, in a process that does nothing else."""
    with processes(1) as executor:
        try:
            return executor.submit(task, *_task(job, unsafe)).result()
        except Exception as error:
            return _failed(job, f"{type(error).__name__}: {error}")


def _failed(job: Job, error: str) -> Marks:
    tasks = exercises(job.assignment.lesson, job.assignment.bank or None)
    reason = f"The grader's own process ended ({error})."
    return unread(tasks, job.assignment.lesson, UNJUDGED, reason[:500])


def _task(job: Job, unsafe: bool) -> tuple[bytes, int, str, str, bool]:
    one = job.assignment
    return job.submission.path.read_bytes(), one.lesson, one.seed, one.bank, unsafe


def task(data: bytes, lesson: int, seed: str, own: str, unsafe: bool) -> Marks:
    """What a worker does: the marks of one notebook."""
    return autograde(data, lesson, seed, own=own or None, unsafe=unsafe)

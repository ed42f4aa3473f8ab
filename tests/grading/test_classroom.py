"""A class as tasks for any executor: nobody's fault costs another one's marks."""

import os
from concurrent.futures import ThreadPoolExecutor

import pytest

from learnkit.grading import classroom
from learnkit.grading.assignments import Assignment
from learnkit.grading.classroom import Job, graded
from learnkit.grading.collect import Submission
from learnkit.grading.marks import Mark, Marks
from tests.grading.books import IMPORTS, RIGHT, answered, mse_loss, notebook

ONE = Assignment("01_mse_by_hand", 1, "seed", {"mse_loss": 1.0})


def jobs(folder, books):
    for student, data in books.items():
        path = folder / f"{student}.ipynb"
        path.write_bytes(data)
        yield Job(Submission(student, ONE.name, path), ONE, student)


def points(folder, books, executors, **options):
    pairs = graded(jobs(folder, books), executors, ahead=3, **options)
    return {job.key: next(mark.points for mark in marks.marks) for job, marks in pairs}


CLASS = {f"s{i}": answered(RIGHT if i % 2 else "return 0.0") for i in range(6)}


def test_processes_and_threads_give_the_same_marks(tmp_path, bubblewrap):
    want = {f"s{i}": float(i % 2) for i in range(6)}
    assert points(tmp_path, CLASS, lambda: classroom.processes(2)) == want
    assert points(tmp_path, CLASS, lambda: ThreadPoolExecutor(1)) == want


def ends_its_process(data, *rest):
    """A task that takes its process with it where the submission says so."""
    if b"bring it down" in data:
        os._exit(1)
    return original(data, *rest)


original = classroom.task


def test_a_submission_that_brings_down_a_process_costs_no_other_one(
    tmp_path, bubblewrap, monkeypatch
):
    monkeypatch.setattr(classroom, "task", ends_its_process)
    books = {"eve": notebook(IMPORTS, "# bring it down", mse_loss(RIGHT))} | CLASS
    got = points(tmp_path, books, lambda: classroom.processes(2))
    assert got.pop("eve") is None and got == {f"s{i}": float(i % 2) for i in range(6)}


def test_what_may_come_out_otherwise_is_tried_once_more_alone(tmp_path, monkeypatch):
    tries = []

    def busy_at_first(data, *_rest):
        tries.append(data)
        late = len(tries) <= 2
        mark = Mark("mse_loss", "incorrect" if late else "correct", "", float(not late), 1.0)
        return Marks(1, (Mark(**{**vars(mark), "late": late}),))

    monkeypatch.setattr(classroom, "task", busy_at_first)
    monkeypatch.setattr(classroom, "processes", lambda count=None: ThreadPoolExecutor(1))
    books = {"a": answered(RIGHT), "b": answered(RIGHT)}
    assert points(tmp_path, books, lambda: ThreadPoolExecutor(1)) == {"a": 1.0, "b": 1.0}
    assert len(tries) == 4


def test_an_executor_that_loses_a_task_is_a_status_and_no_crash(tmp_path, monkeypatch):
    def lost(*_):
        raise ConnectionError("the worker is gone")

    monkeypatch.setattr(classroom, "task", lost)
    monkeypatch.setattr(classroom, "processes", lambda count=None: ThreadPoolExecutor(1))
    [(_, marks)] = graded(
        jobs(tmp_path, {"a": answered(RIGHT)}), lambda: ThreadPoolExecutor(1), ahead=1
    )
    assert {m.status for m in marks.marks} == {"could not be judged"}
    assert "the worker is gone" in marks.marks[0].reason


def test_only_so_many_are_on_their_way(tmp_path, monkeypatch):
    opened = []
    monkeypatch.setattr(classroom, "task", lambda *_: Marks(1, ()))
    monkeypatch.setattr(classroom, "_task", lambda job, unsafe: opened.append(job) or ())
    with_names = graded(jobs(tmp_path, CLASS), lambda: ThreadPoolExecutor(1), ahead=2)
    next(with_names)
    assert len(opened) <= 3
    assert len(list(with_names)) == len(CLASS) - 1


def test_there_is_at_least_one_core():
    assert classroom.cores() >= 1


@pytest.mark.slow
def test_memory_stays_flat_over_many_submissions(tmp_path, bubblewrap):
    import psutil

    books = {f"s{i}": answered(RIGHT) for i in range(300)}
    held = []
    for _ in graded(jobs(tmp_path, books), lambda: classroom.processes(2), ahead=4):
        held.append(psutil.Process().memory_info().rss)
    assert held[-1] < held[30] + 30e6

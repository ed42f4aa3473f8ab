"""Submissions that try to forge, crash, leak, exhaust and script: none of them gets its way."""

import json
import os
import socket
import time
from pathlib import Path

import psutil
import pytest

from learnkit.exercises.index import EXERCISES
from learnkit.grading import feedback, shown
from learnkit.grading.autograde import autograde
from learnkit.grading.gradebook import Score
from learnkit.grading.marks import OPEN, STATUSES
from tests.grading.books import IMPORTS, RIGHT, mse_loss, notebook
from tests.grading.hostile import ALL

HONEST = notebook(IMPORTS, mse_loss(RIGHT), question="I measured 3.5 dB.")


@pytest.fixture(scope="module")
def around(tmp_path_factory):
    """A course, a server, and a secret in the environment, for what tries to reach them."""
    course = tmp_path_factory.mktemp("course")
    for path in ("submitted/zoe", "gradebook.db", "grading/assignments.json"):
        file = course / path
        file.parent.mkdir(exist_ok=True)
        file.write_text("secret")
    os.environ["LEARNKIT_TEST_SECRET"] = "x"
    with socket.create_server(("127.0.0.1", 0)) as server, socket.socket(socket.AF_UNIX) as local:
        port = server.getsockname()[1]
        local.bind(f"\0learnkit-test-{port}")
        local.listen()
        yield {"{course!r}": json.dumps(repr(str(course)))[1:-1], "{port}": str(port)}
    del os.environ["LEARNKIT_TEST_SECRET"]
    assert sorted(p.name for p in course.iterdir()) == ["gradebook.db", "grading", "submitted"]
    assert all(p.read_text() == "secret" for p in course.rglob("*") if p.is_file())


@pytest.mark.parametrize("one", ALL, ids=lambda one: f"{one.kind}: {one.title}")
def test_no_point_no_crash_no_leak(one, around, bubblewrap, patience):
    data = one.data
    for word, value in around.items():
        data = data.replace(word.encode(), value.encode())
    marks = autograde(data, 1, "a seed")
    assert [mark.exercise for mark in marks.marks] == [n for n, at in EXERCISES.items() if at == 1]
    for mark in marks.marks:
        assert not mark.points and mark.status in STATUSES and mark.status != "correct"
        assert (mark.points is None) == (mark.status in OPEN) and len(mark.reason) > 10
        assert "[[" not in mark.reason  # no array of a hidden case
    _nothing_is_left()
    page = feedback.page("eve", "01_mse_by_hand", marks, Score(0, 5, False))
    assert "<script" not in page and "<img" not in page and "javascript:" not in _tags(page)


def _tags(page):
    """What stands between < and > in a page."""
    return " ".join(part.partition(">")[0] for part in page.split("<")[1:])


def _nothing_is_left():
    """No process of a sandbox of this one goes on."""
    end = time.monotonic() + 30
    while time.monotonic() < end:
        ours = psutil.Process().children(recursive=True)
        if not any("bwrap" in " ".join(_command(one)) for one in ours):
            return
        time.sleep(0.05)
    pytest.fail("a sandbox goes on after its submission was graded")


def _command(process):
    try:
        return process.cmdline()
    except psutil.Error:
        return []


def test_an_honest_neighbour_gets_its_point_after_all_of_them(bubblewrap):
    marks = autograde(HONEST, 1, "a seed")
    assert marks.points == 1.0 and marks.question == "I measured 3.5 dB."


def test_there_are_sixty_of_them_and_more_of_each_kind():
    kinds = [one.kind for one in ALL]
    assert len(kinds) >= 60
    assert all(kinds.count(k) >= 8 for k in ("forge", "crash", "exhaust", "leak", "script"))


def test_what_is_shown_to_the_instructor_holds_no_markup_of_a_student(tmp_path):
    release = tmp_path / "release.ipynb"
    about = {"grade_id": "question", "grade": True, "solution": True}
    cells = [
        {"cell_type": "markdown", "metadata": {"nbgrader": about}, "source": "", "id": "a"},
    ]
    book = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    release.write_text(json.dumps(book))
    for one in (h for h in ALL if h.kind == "script"):
        marks = autograde(one.data, 1, "s", unsafe=True)
        text = json.loads(shown.shown(release, marks, Path("x")))["cells"][0]["source"]
        if marks.question:
            first, *_, last = "".join(text).splitlines()
            fence = first.removesuffix("text")
            assert set(fence) == {"`"} and last == fence and fence not in marks.question

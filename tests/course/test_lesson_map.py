"""The map says what the lessons' heads say, and the syllabus adds up."""

import re
from pathlib import Path

import pytest

from learnkit.course import lesson_map

ROOT = Path(__file__).parents[2]
LESSONS = {lesson.number: lesson for lesson in lesson_map.lessons(ROOT)}
SYLLABUS = (ROOT / "docs" / "syllabus.md").read_text(encoding="utf-8")


def rows(heading):
    """The body of the first table under a line that begins so."""
    after = SYLLABUS[SYLLABUS.index(heading) :]
    lines = after[after.index("|---") :].splitlines()[1:]
    body = lines[: next((i for i, line in enumerate(lines) if not line.startswith("|")), None)]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in body]


def numbers(cell):
    return re.findall(r"\b(\d\d)\b", cell)


def test_every_lesson_needs_only_lessons_before_it():
    assert LESSONS["00"].needs == [] and LESSONS["13"].needs == ["01", "09", "10", "11", "12"]
    for lesson in LESSONS.values():
        assert all(need < lesson.number and need in LESSONS for need in lesson.needs)
        assert 30 <= lesson.minutes <= 120 and (lesson.seconds or 0) > 0


def test_the_map_is_in_the_syllabus():
    assert lesson_map.table(ROOT) in SYLLABUS


@pytest.mark.parametrize("route", ["Twelve weeks", "Six weeks", "Five days"])
def test_the_minutes_of_a_route_are_the_sum_of_its_lessons(route):
    seen = []
    for _, lessons, minutes in rows(route):
        names = numbers(lessons)
        assert int(minutes) == sum(LESSONS[name].minutes for name in names)
        seen += names
    assert seen == sorted(set(seen))
    for name in seen:  # and nobody comes to a lesson without what it needs
        assert set(LESSONS[name].needs) <= set(seen[: seen.index(name)])


def test_twelve_weeks_go_through_all_lessons():
    assert [n for row in rows("Twelve weeks") for n in numbers(row[1])] == list(LESSONS)
    assert len(rows("Twelve weeks")) == 12 and len(rows("Six weeks")) == 6
    assert len(rows("Five days")) == 5


def test_the_outcomes_name_lessons_and_together_all_but_the_first():
    named = {n for row in rows("## What a student") for n in numbers(row[1])}
    assert named == set(LESSONS) - {"00"}


def test_the_weights_of_the_marks_make_a_hundred():
    assert sum(int(row[1]) for row in rows("## Marks")) == 100


@pytest.mark.errors
def test_a_head_without_minutes_is_named(tmp_path):
    (tmp_path / "solutions").mkdir()
    (tmp_path / "solutions" / "00_a.py").write_text("# %% [markdown]\n# # A\n")
    with pytest.raises(ValueError, match=r"00_a\.py: its first cell needs"):
        lesson_map.lessons(tmp_path)

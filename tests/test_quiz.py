"""Every lesson's quiz: five questions, and each choice says whether it is right, and why."""

import re

from tests.test_course import LESSONS, cells, every_lesson


def quiz(lesson: str) -> list[tuple[str, list[tuple[str, str]]]]:
    """The questions of a lesson's quiz, each with its choices, and what each choice says."""
    text = "\n".join(c.source for c in cells(lesson) if c.kind == "markdown")
    (under,) = re.findall(r"^## Quiz\n(.*?)(?=^## |\Z)", text, re.M | re.S)
    asked = re.split(r"^\*\*(\d)\. ((?:.|\n(?!\n))+)\*\*\n", under, flags=re.M)[1:]
    assert asked[::3] == [str(i + 1) for i in range(len(asked) // 3)]
    choice = r"<details><summary>(.+?)</summary>\n\n\*\*(Right|No)\.\*\* (.+?)\n</details>"
    found = [
        (
            question,
            [(c, f"{verdict}. {why}") for c, verdict, why in re.findall(choice, below, re.S)],
        )
        for question, below in zip(asked[1::3], asked[2::3], strict=True)
    ]
    assert under.count("<details>") == sum(len(choices) for _, choices in found)
    return found


@every_lesson
def test_the_quiz_asks_five_questions_and_each_choice_says_why(lesson):
    asked = quiz(lesson)
    assert len(asked) == 5 and all("?" in question for question, _ in asked)
    for question, choices in asked:
        assert len(choices) == 3, question
        assert sum(said.startswith("Right.") for _, said in choices) == 1, question
        assert all(len(said.split()) >= 5 for _, said in choices), question


def test_neither_the_place_nor_the_length_of_a_choice_gives_it_away():
    """Of 95 right choices a third would be the longest by chance; one in two would be a habit."""
    asked = [choices for lesson in LESSONS for _, choices in quiz(lesson)]
    right = [next(i for i, (_, said) in enumerate(c) if said.startswith("Right.")) for c in asked]
    assert all(len(asked) / 4 < right.count(place) < len(asked) / 2 for place in range(3))
    longest = [max(range(3), key=lambda i, c=c: len(c[i][0])) for c in asked]
    assert sum(a == b for a, b in zip(longest, right, strict=True)) < len(asked) / 2

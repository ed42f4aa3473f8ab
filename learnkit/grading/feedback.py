"""A page for each student: every lost point with its sentence, and no hidden case.

It is one HTML file without scripts, in which all that a student wrote is escaped.
"""

import html
import re

from learnkit.exercises.report import CORRECT, INCORRECT, NOT_ATTEMPTED
from learnkit.grading.autograde import QUESTION
from learnkit.grading.gradebook import Score
from learnkit.grading.marks import Mark, Marks

SIGNS = {CORRECT: "✓", INCORRECT: "✗", NOT_ATTEMPTED: "○"}
PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width">
<title>{title}</title>
<style>
body {{ font: 16px/1.5 system-ui, sans-serif; max-width: 48rem; margin: 2rem auto; padding: 0 1rem;
  color: #1a1a1a; background: #fff }}
section {{ border-left: 5px solid #767676; padding: .2rem 1rem; margin: 1.5rem 0 }}
section.correct {{ border-color: #0072b2 }}
section.incorrect {{ border-color: #d55e00 }}
h2 {{ font-size: 1.1rem; margin: .2rem 0 }}
pre {{ overflow-x: auto; background: #f3f3f3; padding: .5rem; white-space: pre-wrap }}
td {{ vertical-align: top; padding: .2rem .8rem .2rem 0 }}
td pre {{ margin: 0; padding: 0 .5rem }}
</style>
</head>
<body>
<main>
<h1>{title}</h1>
<p><strong>{total}</strong></p>
{sections}
</main>
</body>
</html>
"""


def page(student: str, assignment: str, marks: Marks, score: Score) -> str:
    """The feedback on one submission."""
    sections = [_section(mark) for mark in marks.marks]
    sections.append(_question(marks, score))
    total = f"{score.points:g} of {score.most:g} points"
    if score.waits:
        total += " so far: a part of it waits for a person"
    if score.late:
        total += f" ({score.late:g} points less, because it was late)"
    title = html.escape(f"{assignment}: {student}")
    return PAGE.format(title=title, total=html.escape(total), sections="\n".join(sections))


def _section(mark: Mark) -> str:
    points = "not graded yet" if mark.points is None else f"{mark.points:g} of {mark.most:g} points"
    sign = SIGNS.get(mark.status, "?")
    rows = "".join(
        f"<tr><td>{html.escape(label)}</td><td><pre>{html.escape(text)}</pre></td></tr>"
        for label, text in mark.example
    )
    kind = mark.status if mark.status in (CORRECT, INCORRECT) else "other"
    head = f"{sign} <code>{html.escape(mark.exercise)}</code>: {mark.status}, {points}"
    answer = f"<pre>{html.escape(mark.answer)}</pre>" if mark.answer else "<p>None.</p>"
    return (
        f'<section class="{kind}"><h2>{head}</h2><p>{_with_code(mark.reason)}</p>'
        f"{f'<table>{rows}</table>' if rows else ''}"
        f"<details><summary>Your answer</summary>{answer}</details></section>"
    )


def _question(marks: Marks, score: Score) -> str:
    said = "A person will grade it."
    if score.question is not None:
        said = f"{score.question:g} points. {score.comments.get(QUESTION, '')}"
    answer = f"<pre>{html.escape(marks.question)}</pre>" if marks.question else "<p>None.</p>"
    return (
        f'<section class="other"><h2>The question about a picture of your own</h2>'
        f"<p>{_with_code(said)}</p><details><summary>Your answer</summary>{answer}</details>"
        "</section>"
    )


def _with_code(sentence: str) -> str:
    text = html.escape(sentence).replace("\n", "<br>")
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", text)

"""A page for each student: every lost point with its sentence, and no hidden case.

It is one HTML file without scripts, in which all that a student wrote is escaped.
"""

import html

from learnkit.exercises.report import as_html, look
from learnkit.grading.autograde import QUESTION
from learnkit.grading.gradebook import Score
from learnkit.grading.marks import Mark, Marks

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
    sign, colour = look(mark.status)
    rows = "".join(
        f"<tr><td>{html.escape(label)}</td><td><pre>{html.escape(text)}</pre></td></tr>"
        for label, text in mark.example
    )
    head = f"{sign} <code>{html.escape(mark.exercise)}</code>: {mark.status}, {mark.earned}"
    answer = f"<pre>{html.escape(mark.answer)}</pre>" if mark.answer else "<p>None.</p>"
    return (
        f'<section class="{mark.status}" style="border-color: {colour}"><h2>{head}</h2>'
        f"<p>{as_html(mark.reason)}</p>"
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
        f"<p>{as_html(said)}</p><details><summary>Your answer</summary>{answer}</details>"
        "</section>"
    )

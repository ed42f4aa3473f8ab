"""A verdict, and how it looks: one sentence first, then the smallest failing input.

It shows as HTML in a notebook and as plain text in a terminal or a screen reader. The status is
a word and a shape, never a colour alone.
"""

import html
import re
from dataclasses import dataclass

CORRECT, INCORRECT, NOT_ATTEMPTED = "correct", "incorrect", "not attempted"
UNJUDGED = "could not be judged"  # the checker's own fault, and no word on the answer
_LOOK = {  # status -> sign, colour of the rule (blue, vermilion, grey: told apart by every eye)
    CORRECT: ("✓", "#0072b2"),
    INCORRECT: ("✗", "#d55e00"),
    NOT_ATTEMPTED: ("○", "#767676"),
}
_PRINTED = "your function printed (in all its tests, one after the other):"


def look(status: str) -> tuple[str, str]:
    """The sign and the colour of a status; one of its own for all that is not judged."""
    return _LOOK.get(status, ("?", "#767676"))


def as_html(sentence: str) -> str:
    """A sentence as HTML: what stands between two ` is code."""
    text = html.escape(sentence).replace("\n", "<br>")
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", text)


@dataclass(frozen=True)
class Report:
    """What a check found. `message` is plain text; `points` are those earned."""

    name: str
    status: str  # "correct", "incorrect", "not attempted" or "could not be judged"
    message: str
    mistake: str | None = None  # the id of the mistake that the answer agrees with
    points: int = 0
    example: tuple[tuple[str, str], ...] = ()  # ("input", "..."), ("expected", "..."), ...
    printed: str = ""  # what the answer printed, cut at 2,000 characters

    @property
    def correct(self) -> bool:
        """Whether the answer is right."""
        return self.status == CORRECT

    def __str__(self) -> str:
        """The text form, for terminals and screen readers."""
        sign, _ = look(self.status)
        return "\n".join([f"{sign} {self.name}: {self.status}. {self.message}", *self.details()])

    def details(self) -> list[str]:
        """The lines under the sentence: the smallest failing input, and what was printed."""
        lines = []
        width = max((len(k) for k, _ in self.example), default=0)
        for label, text in self.example:
            lines.append(f"    {label:>{width}}: " + text.replace("\n", "\n" + " " * (width + 6)))
        if self.printed:
            lines += [f"    {_PRINTED}", *("    | " + p for p in self._printed_lines())]
        return lines

    def _repr_html_(self) -> str:
        sign, colour = look(self.status)
        rows = "".join(
            f"<tr><td style='text-align:right;color:inherit;opacity:.75;padding:1px 8px 1px 0;"
            f"vertical-align:top'>{html.escape(label)}</td>"
            f"<td style='text-align:left;padding:1px 0'>"
            f"<code style='white-space:pre-wrap;padding:0;background:none'>"
            f"{html.escape(text)}</code></td></tr>"
            for label, text in self.example
        )
        table = f"<table style='margin:6px 0 0 0;border:0'>{rows}</table>" if rows else ""
        if self.printed:
            lines = html.escape("\n".join(self._printed_lines()))
            table += f"<div style='margin-top:6px'>{_PRINTED}<pre>{lines}</pre></div>"
        return (
            f"<div role='status' style='border-left:5px solid {colour};padding:6px 12px'>"
            f"<b>{sign} <code>{html.escape(self.name)}</code>: {self.status}.</b> "
            f"{as_html(self.message)}"
            f"{table}</div>"
        )

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        return {"text/html": self._repr_html_(), "text/plain": str(self)}

    def _printed_lines(self) -> list[str]:
        lines = self.printed.rstrip("\n").split("\n")
        return lines if len(lines) <= 12 else [*lines[:12], f"... {len(lines) - 12} lines more"]

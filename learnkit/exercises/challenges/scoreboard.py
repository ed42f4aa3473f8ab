"""A score beside those of others, and how it looks: a table, with the answer in its place."""

import html
from dataclasses import dataclass

from learnkit.exercises.challenges.challenge import Challenge, Rival


@dataclass(frozen=True)
class Scoreboard:
    """What came of a try: a score, or the reason why there is none."""

    challenge: Challenge
    score: float | None
    best: float | None = None  # of all tries so far, this one among them
    message: str = ""  # why there is no score

    @property
    def sentence(self) -> str:
        """The score in words, and who is next."""
        task = self.challenge
        if self.score is None:
            return self.message
        beaten = [r for r in task.rivals if r.score <= round(self.score, 2)]
        said = f"{self._told(self.score)} {task.on}."
        if len(beaten) == len(task.rivals):
            said += " That is above all that we measured."
        else:
            ahead = task.rivals[len(beaten)]
            said += f" Next above you: {ahead.name}, {self._told(ahead.score)}."
        if self.best is not None and self.best > self.score:
            said += f" Your best so far: {self._told(self.best)}."
        return said

    def rows(self) -> list[tuple[str, str, bool]]:
        """Name, score, and whether it is the student's: from the highest score to the lowest."""
        entries = [(rival, False) for rival in self.challenge.rivals]
        if self.score is not None:
            entries.append((Rival("yours", self.score), True))
        entries.sort(key=lambda entry: (entry[0].score, entry[1]), reverse=True)
        return [(rival.name, self._told(rival.score), own) for rival, own in entries]

    def _told(self, score: float) -> str:
        return f"{score:.2f} {self.challenge.unit}"

    def __str__(self) -> str:
        """The text form, for terminals and screen readers."""
        width = max(len(name) for name, _, _ in self.rows())
        lines = [
            f"  {'>' if own else ' '} {name:<{width}}  {score}" for name, score, own in self.rows()
        ]
        return "\n".join([f"★ {self.challenge.name}: {self.sentence}", *lines])

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr style='{'font-weight:bold' if own else ''}'>"
            f"<td style='text-align:left;padding:1px 12px 1px 0'>{'▸ ' if own else ''}"
            f"{html.escape(name)}</td>"
            f"<td style='text-align:right;padding:1px 0'>{html.escape(score)}</td></tr>"
            for name, score, own in self.rows()
        )
        return (
            "<div role='status' style='border-left:5px solid #e69f00;padding:6px 12px'>"
            f"<b>★ <code>{html.escape(self.challenge.name)}</code>:</b> "
            f"{html.escape(self.sentence)}"
            f"<table style='margin:6px 0 0 0;border:0'>{rows}</table></div>"
        )

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        return {"text/html": self._repr_html_(), "text/plain": str(self)}

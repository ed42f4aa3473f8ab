"""Lesson 17: the article's program with a switch for each fault: mend them, and see what it does.

On the left stands the program as the switches have it, on the right what came of it: the error in
Python's own words, or what four noises become.
"""

import textwrap
from collections.abc import Mapping

import ipywidgets
import numpy as np
from matplotlib.artist import Artist
from matplotlib.figure import Figure

from learnkit.article.faults import FAULTS, Outcome
from learnkit.widgets.panel import Panel, Scene
from learnkit.widgets.show import BLUE, DPI, ORANGE, draw_picture

Outcomes = Mapping[frozenset[str], Outcome]
LINES = (  # of the program: (fault, as it stands, mended); no fault: a line that stays
    ("pixel", "model = Dense 128, Dense 128, Dense 3", "model = Dense 128, Dense 128, Dense 784"),
    ("", "for each step:", ""),
    ("noise", "    noise = drawn anew", "    noise = the pictures' own"),
    ("predict", "    generated = model.predict(noise)", "    generated = model(noise)"),
    ("target", "    loss = mean((3 - generated)²)", "    loss = mean((pictures - generated)²)"),
    ("minimize", "    optimizer.minimize(loss)", "    zero_grad, loss.backward, step"),
)


def scene(outcomes: Outcomes) -> Scene:
    """Program and outcome; each parameter is a fault, True where it is mended."""

    def stage(**mended: bool) -> Figure:
        chosen = _chosen(mended)
        fig = Figure(figsize=(9.6, 3.4), dpi=DPI)
        for row, (fault, before, after) in enumerate(LINES):
            line = after if fault in chosen else before
            colour = "black" if not fault else BLUE if fault in chosen else ORANGE
            fig.text(0.01, 0.86 - 0.14 * row, line, family="monospace", color=colour, fontsize=11)
        outcome = outcomes[chosen]
        if outcome.pictures is None:
            said = "\n".join(
                part
                for line in outcome.error.splitlines()
                for part in textwrap.wrap(line, 48, subsequent_indent="    ")
            )
            fig.text(0.52, 0.86, said, family="monospace", fontsize=11, va="top")
            return fig
        for place, picture in enumerate(outcome.pictures):
            ax = fig.add_axes((0.52 + 0.12 * place, 0.3, 0.112, 0.4))
            draw_picture(ax, (np.asarray(picture, np.float64) + 1) / 2)
        fig.text(0.52, 0.86, _loss(outcome), fontsize=12)
        fig.text(0.52, 0.16, "what four noises become", fontsize=11)
        return fig

    def actors(_fig: Figure, **_mended: bool) -> list[Artist]:
        return []

    def alt(**mended: bool) -> str:
        chosen, outcome = _chosen(mended), outcomes[_chosen(mended)]
        names = ", ".join(name for name in FAULTS if name in chosen) or "nothing"
        if outcome.pictures is None:
            return f"Mended: {names}. The program ends with {' '.join(outcome.error.split())}."
        return f"Mended: {names}. {_loss(outcome)}; {_likeness(outcome.pictures)}."

    return Scene(stage, actors, alt, staged=tuple(FAULTS))


def explore(outcomes: Outcomes) -> Panel:
    """The scene under a switch for each fault."""
    switches = {
        name: ipywidgets.Checkbox(
            description=f"mend {name}: {what}", indent=False, layout={"width": "98%"}
        )
        for name, what in FAULTS.items()
    }
    return Panel(scene(outcomes), switches)


def _chosen(mended: Mapping[str, bool]) -> frozenset[str]:
    return frozenset(name for name, is_mended in mended.items() if is_mended)


def _loss(outcome: Outcome) -> str:
    first, last = outcome.losses[0], float(np.mean(outcome.losses[-20:]))
    return f"the loss goes from {first:.2f} to {last:.2f}"


def _likeness(pictures: np.ndarray) -> str:
    """In words, what the four are."""
    if pictures.min() > 0.9:
        return "all four are white"
    if np.abs(pictures - pictures[0]).mean() < 0.1:
        return "all four are nearly the same picture"
    return "the four are different pictures"

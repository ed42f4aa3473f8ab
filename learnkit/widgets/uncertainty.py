"""Lesson 16: how much several fills differ, laid over their mean: where one should not trust it.

Pixels whose uncertainty is above a limit are tinted. Whether that warns can be read off: how many
of the pixels that are wrong are among the tinted ones, and how many tinted ones are not wrong.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import ipywidgets
import numpy as np
from matplotlib.artist import Artist
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure

from learnkit.shapes import Array, Hole, check_hole
from learnkit.widgets.panel import ROW, Panel, Scene, caption, slider
from learnkit.widgets.show import BLUE, DPI, ORANGE, draw_picture

WRONG = 0.1  # a pixel is wrong where the mean is further than this from the truth
TINT = 0.6  # of the picture that the tint covers


@dataclass(frozen=True, eq=False)
class Case:
    """Grey pictures (h, w): truth, mean of the fills and their uncertainty; the hole is bool."""

    truth: Array
    mean: Array
    uncertainty: Array
    hole: Hole

    @property
    def wrong(self) -> Hole:
        """The pixels of the hole whose mean is further than WRONG from the truth."""
        return self.hole & (np.abs(self.mean - self.truth) > WRONG)


def scene(cases: Mapping[str, Case]) -> Scene:
    """Truth, mean, the mean with its wrong pixels in blue, and the mean under the tint of the map.

    Raises ValueError where there is no case, or the arrays of one do not have one shape or hold
    NaN.
    """
    _check(cases)

    def stage(case: str) -> Figure:
        shown = cases[case]
        fig = Figure(figsize=(9.6, 3.7), dpi=DPI)
        wrong = np.where(shown.wrong[..., None], to_rgb(BLUE), shown.mean[..., None])
        pictures = {
            "truth": shown.truth,
            "mean of the fills": shown.mean,
            f"off by more than {WRONG:g}": wrong,
            "uncertain": shown.mean,
        }
        for column, (head, picture) in enumerate(pictures.items()):
            ax = fig.add_axes((0.01 + 0.2475 * column, 0.02, 0.2375, 0.74))
            draw_picture(ax, picture)
            ax.set_title(head, fontsize=11, pad=3)
        return fig

    def actors(fig: Figure, case: str, limit: float) -> list[Artist]:
        shown = cases[case]
        tint = np.zeros((*shown.hole.shape, 4))
        tint[_tinted(shown, limit)] = (*to_rgb(ORANGE), TINT)
        title = caption(fig.axes[1], words(shown, limit))
        title.set(x=1.04, y=1.13)
        return [fig.axes[-1].imshow(tint, interpolation="nearest"), title]

    def alt(case: str, limit: float) -> str:
        return (
            f"{case}: the truth, the mean of the fills, the pixels in which it is off by more "
            f"than {WRONG:g}, and the mean with its uncertain pixels tinted; "
            f"{words(cases[case], limit)}."
        )

    return Scene(stage, actors, alt, staged=("case",))


def words(case: Case, limit: float) -> str:
    """How much is tinted, and how much of what is wrong is among it."""
    tinted, wrong = _tinted(case, limit), case.wrong
    return (
        f"uncertainty above {limit:.2f}: {tinted.sum()} of {case.hole.sum()} pixels, "
        f"{(tinted & wrong).sum()} of the {wrong.sum()} wrong ones"
    )


def explore(cases: Mapping[str, Case], *, limit: float = 0.05) -> Panel:
    """The scene under a choice of case and a slider for the limit."""
    drawn = scene(cases)  # raises where there is nothing to choose from
    case = ipywidgets.Dropdown(options=list(cases), description="case", **ROW)
    return Panel(drawn, {"case": case, "limit": slider("uncertainty above", 0.0, 0.3, 0.01, limit)})


def _tinted(case: Case, limit: float) -> Hole:
    return case.hole & (case.uncertainty > limit)


def _check(cases: Mapping[str, Case]) -> None:
    if not cases:
        raise ValueError("there is no case to show")
    for name, case in cases.items():
        parts = (case.truth, case.mean, case.uncertainty)
        shapes = {np.shape(part) for part in parts}
        if len(shapes) > 1 or np.ndim(case.truth) != 2:
            raise ValueError(
                f"truth, mean and uncertainty of {name!r} must be (h, w), all of one shape, got "
                f"{sorted(shapes)}"
            )
        if np.isnan(parts).any():
            raise ValueError(f"truth, mean or uncertainty of {name!r} hold NaN")
        check_hole(case.hole, case.truth)

"""Lesson 11: eight fills of one hole, and their mean.

One slider opens the hole from nothing to the whole picture, where filling becomes inventing. The
other goes from faithful, the one fill that the model expects most, to free: draws from further and
further out. Where the eight agree their mean is sharp; where they do not it is the blur that a
network of one answer paints.
"""

from collections.abc import Callable
from functools import lru_cache

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from learnkit.shapes import Grey, Images, check_image, check_shape
from learnkit.widgets.panel import Panel, Scene, caption, slider
from learnkit.widgets.show import DPI, ORANGE, draw_picture

COUNT = 8
Fills = Callable[[float, float], tuple[Images, Grey]]


def spread(fills: Images) -> float:
    """How far the fills are apart: the root mean square of their distance from their mean.

    >>> spread(np.array([[[0.0]], [[1.0]]]))
    0.5
    """
    return float(np.sqrt(((fills - fills.mean(axis=0)) ** 2).mean()))


def scene(fill: Fills) -> Scene:
    """The cut picture, eight fills and their mean, for a share of hole and a temperature.

    `fill(share, temperature)` gives the eight fills (8, h, w) and the cut picture (h, w), all in
    [0, 1]; share is 0 to 1, temperature 0 for the expected fill, 1 for an honest draw. It is called
    once for each pair of values. Raises ValueError where it gives other shapes.
    """

    @lru_cache(maxsize=256)
    def filled(share: float, temperature: float) -> tuple[Images, Grey]:
        fills, cut = fill(share, temperature)
        check_image(cut, "cut")
        check_shape(fills, (COUNT, *cut.shape), "fills")
        return fills, cut

    def stage() -> Figure:
        fig = Figure(figsize=(9.6, 4.2), dpi=DPI)
        grid = fig.subplots(2, COUNT // 2 + 1)
        blank = np.ones_like(filled(0.0, 0.0)[1])
        for ax in grid.flat:
            draw_picture(ax, blank)
        for number, ax in enumerate(grid[:, 1:].flat, start=1):
            caption(ax, f"fill {number}")
        caption(grid[0, 0], "cut")
        fig.subplots_adjust(0.01, 0.02, 0.99, 0.93, 0.05, 0.14)
        for ax in (grid[0, 0], grid[1, 0]):
            _frame(ax)
        return fig

    def actors(fig: Figure, share: float, temperature: float) -> list[Artist]:
        fills, cut = filled(share, temperature)
        grid = np.array(fig.axes).reshape(2, -1)
        pairs = [(grid[0, 0], cut), (grid[1, 0], fills.mean(axis=0))]
        pairs += zip(grid[:, 1:].flat, fills, strict=True)
        drawn = [
            ax.imshow(np.clip(picture, 0, 1), cmap="gray", vmin=0, vmax=1, interpolation="nearest")
            for ax, picture in pairs
        ]
        return [*drawn, caption(grid[1, 0], f"mean ± {spread(fills):.3f}")]

    def alt(share: float, temperature: float) -> str:
        apart = spread(filled(share, temperature)[0])
        kind = "a picture with no hole" if share == 0 else f"a hole of {100 * share:.0f} %"
        if share == 1:
            kind += ", so that nothing is known and each is invented"
        same = "all are one" if apart < 1e-6 else f"{apart:.3f} apart from their mean"
        at = f"at temperature {temperature:.1f}"
        return f"Eight fills of {kind}, {at}: {same}. Beside them their mean."

    return Scene(stage, actors, alt)


def explore(fill: Fills, *, share: float = 0.5, temperature: float = 1.0) -> Panel:
    """The scene under a slider for the hole and one from faithful (0) to free (1.5)."""
    return Panel(
        scene(fill),
        {
            "share": slider("hole, share", 0.0, 1.0, 0.05, share),
            "temperature": slider("temperature", 0.0, 1.5, 0.1, temperature, digits=1),
        },
    )


def _frame(ax: Axes) -> None:
    ax.add_patch(
        Rectangle((0, 0), 1, 1, transform=ax.transAxes, fill=False, ec=ORANGE, lw=2, clip_on=False)
    )

"""Lesson 15: the roofline of this machine, and where an operation lies under it.

Each operation was measured with several numbers of pictures. More pictures in one call move a
point to the right where the weights are most of what is read, and up where the time of starting
was most of the time.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import ipywidgets
import numpy as np
from matplotlib.artist import Artist
from matplotlib.figure import Figure

from learnkit.speed.roofline import Ceilings, Work
from learnkit.widgets.panel import ROW, Panel, Scene, caption
from learnkit.widgets.show import BLUE, DPI, GREEN, GREY, ORANGE, RED, plain_log_axis

COLOURS = (BLUE, ORANGE, GREEN, RED)


@dataclass(frozen=True)
class Point:
    """One operation with so many pictures, as it was measured."""

    pictures: int
    work: Work
    seconds: float

    @property
    def rate(self) -> float:
        """Floating-point operations a second."""
        return self.work.flops / self.seconds


Points = Mapping[str, Sequence[Point]]  # of each operation, with more and more pictures


def scene(roofs: Mapping[str, Ceilings], points: Points) -> Scene:
    """The roofs, all points in pale, and one of them marked.

    The first of `roofs` is the one that points are compared with; up to four operations.
    Raises ValueError where there is no roof, no operation, or too many.
    """
    counts = {name: len(some) for name, some in points.items()}
    if not roofs or not 1 <= len(points) <= len(COLOURS) or not all(counts.values()):
        raise ValueError(
            f"there must be a roof and one to {len(COLOURS)} operations with a point at least, got "
            f"{len(roofs)} roofs and {counts}"
        )
    roof = next(iter(roofs.values()))
    everything = [point for some in points.values() for point in some]
    intensities = [point.work.intensity for point in everything] + [r.ridge for r in roofs.values()]
    ends = (min(intensities) / 2, max(intensities) * 3)
    colours = dict(zip(points, COLOURS, strict=False))

    def stage() -> Figure:
        fig = Figure(figsize=(9.6, 4.4), dpi=DPI)
        ax = fig.add_axes((0.085, 0.13, 0.89, 0.76))
        x = np.geomspace(*ends, 200)
        for (name, ceilings), style in zip(roofs.items(), ("-", "--", ":", "-."), strict=False):
            y = [ceilings.attainable(i) / 1e9 for i in x]
            ax.loglog(x, y, style, color="black", lw=2, label=f"roof, {name}")
        for name, some in points.items():
            at = [[p.work.intensity for p in some], [p.rate / 1e9 for p in some]]
            ax.plot(*at, "o-", color=colours[name], alpha=0.55, ms=5, lw=1, label=name)
        ax.axvline(roof.ridge, color=GREY, lw=1, ls=":")
        for side, words in (("right", "memory bounds  "), ("left", "  arithmetic bounds")):
            ax.text(roof.ridge, 0.02, words, transform=ax.get_xaxis_transform(), ha=side)
        for axis in (ax.xaxis, ax.yaxis):
            plain_log_axis(axis)
        ax.set(xlim=ends, ylim=ax.get_ylim())
        ax.set(xlabel="operations a byte (logarithmic)", ylabel="GFLOP/s (logarithmic)")
        ax.legend(frameon=False, fontsize=10, loc="lower right", bbox_to_anchor=(1, 0.06))
        ax.spines[["top", "right"]].set_visible(False)
        return fig

    def chosen(operation: str, batch: int) -> Point:
        some = points[operation]
        return some[min(batch, len(some) - 1)]

    def share(point: Point) -> float:
        return 100 * point.rate / roof.attainable(point.work.intensity)

    def actors(fig: Figure, operation: str, batch: int) -> list[Artist]:
        (ax,) = fig.axes
        point = chosen(operation, batch)
        at, top = point.work.intensity, roof.attainable(point.work.intensity)
        words = (
            f"{operation}, {_pictures(point.pictures)}: {1e3 * point.seconds:.3g} ms, "
            f"{point.rate / 1e9:.3g} GFLOP/s, {share(point):.0f} % of the roof"
        )
        return [
            *ax.plot([at, at], [point.rate / 1e9, top / 1e9], "-", color=GREY, lw=1.5),
            *ax.plot(
                at, point.rate / 1e9, "o", color=colours[operation], ms=11, mec="black", mew=1.5
            ),
            caption(ax, words),
        ]

    def alt(operation: str, batch: int) -> str:
        point = chosen(operation, batch)
        bound = "memory" if point.work.intensity < roof.ridge else "arithmetic"
        return (
            f"The roofline of this machine: {roof.bandwidth / 1e9:.3g} GB/s and "
            f"{roof.peak / 1e9:.3g} GFLOP/s, which meet at {roof.ridge:.2g} operations a byte. "
            f"{operation} with {_pictures(point.pictures)} has "
            f"{point.work.intensity:.2g} operations a byte, where the {bound} bounds; it reaches "
            f"{point.rate / 1e9:.3g} GFLOP/s, {share(point):.0f} % of the roof."
        )

    return Scene(stage, actors, alt)


def explore(roofs: Mapping[str, Ceilings], points: Points) -> Panel:
    """The scene under a choice of operation and a slider for the number of pictures."""
    drawn = scene(roofs, points)  # raises where there is nothing to choose from
    most = max(points.values(), key=len)
    operation = ipywidgets.Dropdown(options=list(points), description="operation", **ROW)
    batch = ipywidgets.SelectionSlider(
        options=[(str(point.pictures), i) for i, point in enumerate(most)],
        description="pictures in a call",
        **ROW,
    )
    return Panel(drawn, {"operation": operation, "batch": batch})


def _pictures(count: int) -> str:
    return "1 picture" if count == 1 else f"{count} pictures"

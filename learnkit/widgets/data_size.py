"""Lesson 14: how good fills get with more pictures, each beside the nearest picture learned from.

A network of few pictures that fills a hole well may have copied: then its fill is that of the
nearest picture that it has seen.
"""

from dataclasses import dataclass

import numpy as np
from matplotlib.artist import Artist
from matplotlib.figure import Figure

from learnkit.shapes import Images
from learnkit.widgets.panel import Panel, Scene, caption, with_play
from learnkit.widgets.show import BLUE, DPI, GREY, ORANGE, draw_picture, plain_log_axis

SHOWN = 3  # pictures with a hole, one below the other


@dataclass(frozen=True, eq=False)
class BySize:
    """What networks of so many training pictures (`sizes`) do: decibels, and fills of a few holes.

    `fills` and `nearest` hold for each size pictures (k, h, w): what the network makes of each of
    `cut`, and the picture that it has seen whose known pixels are nearest. `truth` is (k, h, w).
    """

    sizes: list[int]
    seen: list[float]
    unseen: list[float]
    cut: Images
    truth: Images
    fills: list[Images]
    nearest: list[Images]


def scene(results: BySize) -> Scene:
    """The two curves, and at one size each cut picture, its fill, the nearest one, the truth.

    Raises ValueError where there is no size, counts differ, or pictures' shapes do.
    """
    _check(results)
    sizes, rows = results.sizes, min(SHOWN, len(results.cut))

    def stage() -> Figure:
        fig = Figure(figsize=(9.6, 3.9), dpi=DPI)
        ax = fig.add_axes((0.065, 0.14, 0.4, 0.74))
        ax.semilogx(
            sizes, results.seen, "-", color=BLUE, lw=2, label="pictures it has learned from"
        )
        ax.semilogx(sizes, results.unseen, "--", color=ORANGE, lw=2, label="pictures it has not")
        plain_log_axis(ax.xaxis, subs=(1.0, 3.0), ticks=9)
        ax.set(xlabel="training pictures (logarithmic)", ylabel="PSNR in the hole, dB")
        ax.set(xlim=ax.get_xlim(), ylim=ax.get_ylim())  # the actors must not move them
        ax.legend(frameon=False, fontsize=10)
        ax.spines[["top", "right"]].set_visible(False)
        heads = ("with a hole", "its fill", "nearest seen", "truth")
        for row in range(rows):
            for column, head in enumerate(heads):
                box = (0.5 + 0.125 * column, 0.62 - 0.305 * row, 0.115, 0.283)
                axes = fig.add_axes(box)
                pictures = (results.cut, results.fills[0], results.nearest[0], results.truth)
                draw_picture(axes, pictures[column][row])
                if row == 0:
                    caption(axes, head)
        return fig

    def actors(fig: Figure, frame: int) -> list[Artist]:
        curve, *pictures = fig.axes
        drawn: list[Artist] = [
            curve.axvline(sizes[frame], color=GREY, lw=1),
            *curve.plot(sizes[frame], results.seen[frame], "o", color=BLUE, ms=9, mec="black"),
            *curve.plot(sizes[frame], results.unseen[frame], "s", color=ORANGE, ms=9, mec="black"),
            caption(curve, f"{sizes[frame]:,} training pictures"),
        ]
        for row in range(rows):
            for column, crowd in ((1, results.fills[frame]), (2, results.nearest[frame])):
                picture = np.clip(crowd[row], 0, 1)
                axes = pictures[4 * row + column]
                drawn.append(axes.imshow(picture, cmap="gray", vmin=0, vmax=1))
        return drawn

    def alt(frame: int) -> str:
        return (
            f"A network that has learned from {sizes[frame]} pictures fills holes in them with "
            f"{results.seen[frame]:.1f} dB and in others with {results.unseen[frame]:.1f} dB. From "
            f"{sizes[0]} to {sizes[-1]} pictures the first goes from {results.seen[0]:.1f} to "
            f"{results.seen[-1]:.1f} dB, the second from {results.unseen[0]:.1f} to "
            f"{results.unseen[-1]:.1f} dB. Beside the curves, {rows} pictures with a hole, each "
            "with its fill, the nearest picture that was learned from, and the truth."
        )

    return Scene(stage, actors, alt)


def explore(results: BySize) -> Panel:
    """The scene under a slider over the sizes, with a play button."""
    return with_play(scene(results), frames=len(results.sizes))


def _check(results: BySize) -> None:
    parts = ("sizes", "seen", "unseen", "fills", "nearest")
    counts = {name: len(getattr(results, name)) for name in parts}
    if not results.sizes or len(set(counts.values())) > 1:
        raise ValueError(
            "for each size one value of seen and unseen, fills and nearest pictures, and a size at "
            f"least: got {', '.join(f'{count} {name}' for name, count in counts.items())}"
        )
    crowds = (results.cut, results.truth, *results.fills, *results.nearest)
    shapes = {np.shape(crowd) for crowd in crowds}
    if len(shapes) > 1:
        raise ValueError(f"cut, truth, fills and nearest must have one shape, got {sorted(shapes)}")

"""Lesson 01: paint one pixel grey, and watch what the MSE says to it.

Each truth is one way the pixel may really look. Alone it gives a parabola with its foot at that
truth; together they give one with its foot at their mean.
"""

from collections.abc import Sequence

import numpy as np
from matplotlib.artist import Artist
from matplotlib.figure import Figure

from learnkit.byhand.losses import mse_loss, mse_loss_grad
from learnkit.widgets.panel import Panel, Scene, caption, slider
from learnkit.widgets.show import BLUE, DPI, GREY, ORANGE, RED


def scene(truths: Sequence[float] = (0.0, 0.0, 1.0)) -> Scene:
    """The painted grey beside the truths, and its place on the loss with the tangent there."""
    targets = np.array(truths, dtype=float)

    def loss(grey: float) -> float:
        return mse_loss(np.full_like(targets, grey), targets)

    def slope(grey: float) -> float:  # one grey stands for all N pixels: their gradients add up
        return float(mse_loss_grad(np.full_like(targets, grey), targets).sum())

    def stage() -> Figure:
        fig = Figure(figsize=(8.4, 3.4), dpi=DPI)
        swatches, ax = fig.subplots(1, 2, width_ratios=(1, 1.9))
        swatches.imshow(np.vstack([targets, targets]), cmap="gray", vmin=0, vmax=1)
        swatches.set_yticks([0, 1], ["painted", "truths"])
        swatches.set_xticks([])
        greys = np.linspace(0, 1, 101)
        for truth in np.unique(targets):
            ax.plot(greys, (greys - truth) ** 2, color=GREY, lw=1, ls="--")
            at, side = (0.13, "left") if truth > 0.5 else (0.87, "right")
            ax.annotate(f"  truth {truth:g} alone  ", (at, (at - truth) ** 2), ha=side, fontsize=8)
        ax.plot(greys, [loss(g) for g in greys], color=BLUE, lw=2.5)
        ax.set(xlim=(0, 1), ylim=(-0.05, 1.05), xlabel="painted grey g", ylabel="MSE")
        fig.subplots_adjust(0.09, 0.16, 0.98, 0.9, wspace=0.25)
        return fig

    def actors(fig: Figure, grey: float) -> list[Artist]:
        swatches, ax = fig.axes
        ends = np.clip([grey - 0.25, grey + 0.25], 0, 1)
        row = np.full((1, len(targets)), grey)
        extent = (-0.5, len(targets) - 0.5, 0.5, -0.5)
        painted = swatches.imshow(row, cmap="gray", vmin=0, vmax=1, extent=extent)
        swatches.set_ylim(1.5, -0.5)
        return [
            painted,
            *ax.plot(ends, loss(grey) + slope(grey) * (ends - grey), color=RED, lw=2),
            *ax.plot(grey, loss(grey), "o", color=ORANGE, ms=11, mec="black"),
            caption(ax, f"MSE {loss(grey):.3f}, tangent's slope {slope(grey):+.2f}"),
            caption(swatches, f"painted grey {grey:.2f}"),
        ]

    def alt(grey: float) -> str:
        rise = slope(grey)
        way = "level" if abs(rise) < 0.005 else "rising" if rise > 0 else "falling"
        return (
            f"Painted grey {grey:.2f} against truths {', '.join(f'{t:g}' for t in targets)}: "
            f"MSE {loss(grey):.3f}, tangent {way} with slope {rise:+.2f}; "
            f"the loss is least at their mean, {targets.mean():.2f}."
        )

    return Scene(stage, actors, alt)


def explore(truths: Sequence[float] = (0.0, 0.0, 1.0)) -> Panel:
    """The scene under a slider for the painted grey."""
    return Panel(scene(truths), {"grey": slider("painted grey g", 0.0, 1.0, 0.01, 0.9)})

"""Lesson 02: walk down a bowl that is steep one way and shallow the other.

The learning rate decides. Up to 2/L, L the steeper curvature, the walk settles; beyond it, every
step overshoots by more than the one before.
"""

import numpy as np
from jaxtyping import Float
from matplotlib.artist import Artist
from matplotlib.figure import Figure

from learnkit.byhand.optim import gradient_descent
from learnkit.widgets.panel import Panel, Scene, caption, slider
from learnkit.widgets.show import BLUE, DPI, GREY, ORANGE, RED, plain_log_axis

CURVATURE = np.array([1.0, 10.0])  # shallow along x, steep along y
LIMIT = 2 / CURVATURE.max()
START = np.array([-2.0, 1.0])
STEPS = 30

Points = Float[np.ndarray, "n *more 2"]  # of the plane
Heights = Float[np.ndarray, "n *more"]  # above each of them


def scene() -> Scene:
    """The walk on the bowl's contours, and the height after each step on a log scale."""
    return Scene(_stage, _actors, _alt)


def explore() -> Panel:
    """The scene under a slider for the learning rate."""
    return Panel(scene(), {"lr": slider("learning rate", 0.005, 0.22, 0.005, 0.02, digits=3)})


def walk(lr: float) -> Float[np.ndarray, "_ 2"]:
    """The points of the walk, (STEPS + 1, 2)."""
    return np.array(gradient_descent(lambda p: CURVATURE * p, START, lr, STEPS))


def height(points: Points) -> Heights:
    """How high on the bowl each of the points lies: Σ curvature x² / 2."""
    return 0.5 * points**2 @ CURVATURE


def _stage() -> Figure:
    fig = Figure(figsize=(9.2, 3.6), dpi=DPI)
    ax, curve = fig.subplots(1, 2, width_ratios=(1.5, 1))
    x, y = np.meshgrid(np.linspace(-2.4, 2.4, 121), np.linspace(-1.6, 1.6, 81))
    bowl = height(np.stack([x, y], axis=-1))
    ax.contour(x, y, bowl, levels=np.geomspace(0.05, 14, 10), colors=GREY, linewidths=0.7)
    ax.plot(*START, "s", color=ORANGE, ms=9, mec="black", label="start")
    ax.plot(0, 0, "*", color="black", ms=12, label="bottom")
    ax.set(xlim=(-2.4, 2.4), ylim=(-1.6, 1.6), xlabel="x, shallow", ylabel="y, steep")
    ax.legend(fontsize=8, loc="upper right")
    curve.set_yscale("log")
    curve.set(xlim=(0, STEPS), ylim=(1e-9, 1e9), xlabel="step", ylabel="height")
    plain_log_axis(curve.yaxis)
    fig.subplots_adjust(0.07, 0.15, 0.98, 0.9, wspace=0.27)
    return fig


def _actors(fig: Figure, lr: float) -> list[Artist]:
    ax, curve = fig.axes
    path = walk(lr)
    heights = height(path)
    colour, verdict = (BLUE, "< 2/L: settles") if lr < LIMIT else (RED, "≥ 2/L: does not settle")
    return [
        *ax.plot(*path.T, "-o", color=colour, ms=4, lw=1.2),
        *curve.plot(np.maximum(heights, 1e-12), color=colour, lw=2),
        caption(ax, f"learning rate {lr:.3f} {verdict}"),
        caption(curve, f"height {heights[-1]:.2g} after {STEPS} steps"),
    ]


def _alt(lr: float) -> str:
    path = walk(lr)
    crossings = int((np.diff(np.sign(path[:, 1])) != 0).sum())
    verb = "settles towards the bottom, at" if lr < LIMIT else "does not settle: it is at"
    return (
        f"Gradient descent with learning rate {lr:.3f} on a bowl with 2/L = {LIMIT:.2f}: it "
        f"crosses the ravine {crossings} times and {verb} height {height(path)[-1]:.2g} "
        f"after {STEPS} steps."
    )

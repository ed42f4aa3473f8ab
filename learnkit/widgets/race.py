"""Lesson 04: four optimizers side by side, down a chosen valley and in a real hole.

Each runs at the learning rate that is best for it in that valley (found by `tuned`, and written
down in VALLEYS), times a factor that you choose for all of them.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import ipywidgets
import numpy as np
from jaxtyping import Float
from matplotlib.artist import Artist
from matplotlib.figure import Figure

from learnkit.byhand import optim
from learnkit.shapes import Grey, Hole
from learnkit.widgets.panel import ROW, Panel, Scene, caption, with_play
from learnkit.widgets.show import (
    BLUE,
    DPI,
    GREEN,
    GREY,
    ORANGE,
    RED,
    draw_picture,
    plain_log_axis,
)

Points = Float[np.ndarray, "*n 2"]  # of the plane
Heights = Float[np.ndarray, "n *more"]  # above each of several points
Path = Float[np.ndarray, "{steps}+1 2"]

STEPS = 100
FAR = 1e6  # from there a walk goes no further
LOW, HIGH = 1e-9, 1e6  # what the curve of heights shows
# of each optimizer: its step as (x, grad, t, lr, *memory) -> (x, *memory), and how many memories
RUNNERS: dict[str, tuple[Callable[..., Sequence], int]] = {
    "gradient descent": (lambda x, g, t, lr: (optim.sgd_step(x, g, lr),), 0),
    "momentum": (lambda x, g, t, lr, v: optim.momentum_step(x, g, v, lr), 1),
    "RMSprop": (lambda x, g, t, lr, s: optim.rmsprop_step(x, g, s, lr), 1),
    "Adam": (lambda x, g, t, lr, m, v: optim.adam_step(x, g, m, v, t, lr), 2),
}
STYLES = {
    "gradient descent": (BLUE, "-", "o"),
    "momentum": (ORANGE, "--", "s"),
    "RMSprop": (GREEN, ":", "^"),
    "Adam": (RED, "-.", "D"),
}


@dataclass(frozen=True, eq=False)
class Valley:
    """A landscape over the plane, its gradient, a start, and each optimizer's best rate."""

    height: Callable[[Points], Heights]
    grad: Callable[[Points], Points]
    start: tuple[float, float]
    view: tuple[float, float, float, float]  # x from, x to, y from, y to
    rates: Mapping[str, float]


def _rates(*quarters: int) -> dict[str, float]:
    """A rate of 2^(k/4) for each optimizer, from its k."""
    return {name: 2.0 ** (k / 4) for name, k in zip(RUNNERS, quarters, strict=True)}


def _ravine(kappa: float, angle: float, rates: Mapping[str, float]) -> Valley:
    """A bowl with curvatures 1 and κ, turned by `angle`; the start lies high on its side."""
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    hessian = turn @ np.diag([1.0, kappa]) @ turn.T
    start = turn @ np.array([-2.0, 1.0])
    return Valley(
        height=lambda p: 0.5 * np.einsum("...i,ij,...j->...", p, hessian, p),
        grad=lambda p: p @ hessian,
        start=(float(start[0]), float(start[1])),
        view=(-2.6, 2.6, -1.8, 1.8),
        rates=rates,
    )


def _banana_height(p: Points) -> Heights:
    x, y = p[..., 0], p[..., 1]
    return (1 - x) ** 2 + 10 * (y - x**2) ** 2


def _banana_grad(p: Points) -> Points:
    x, y = p[..., 0], p[..., 1]
    slope = y - x**2
    return np.stack([-2 * (1 - x) - 40 * x * slope, 20 * slope], axis=-1)


VALLEYS = {
    "ravine, κ = 10": _ravine(10.0, 0.0, _rates(-10, -29, -13, -9)),
    "ravine, κ = 100": _ravine(100.0, 0.0, _rates(-23, -33, -13, -13)),
    "the same, turned by 45°": _ravine(100.0, np.pi / 4, _rates(-23, -33, -12, -3)),
    "banana": Valley(
        _banana_height,
        _banana_grad,
        start=(-1.2, 1.0),
        view=(-1.8, 1.8, -0.8, 2.0),
        rates=_rates(-24, -30, -20, -10),
    ),
}


def walk(valley: str, optimizer: str, rate: float = 1.0, steps: int = STEPS) -> Path:
    """The path (steps + 1, 2) at `rate` times the best learning rate; it may fly to infinity.

    Raises ValueError where the valley or the optimizer is unknown.
    """
    for name, known in ((valley, VALLEYS), (optimizer, RUNNERS)):
        if name not in known:
            raise ValueError(f"unknown {name!r}; there are {', '.join(known)}")
    return descend(VALLEYS[valley], optimizer, rate * VALLEYS[valley].rates[optimizer], steps)


def descend(valley: Valley, optimizer: str, lr: float, steps: int = STEPS) -> Path:
    """The path (steps + 1, 2) of an optimizer down a valley at the learning rate `lr`.

    One that flies apart stops at the border of what a float holds.
    """
    step, memories = RUNNERS[optimizer]
    x = np.array(valley.start)
    memory, path = [np.zeros(2)] * memories, [x]
    for t in range(1, steps + 1):
        if np.abs(x).max() < FAR:
            x, *memory = step(x, valley.grad(x), t, lr, *memory)
        path.append(x)
    return np.array(path)


def tuned(valley: Valley, optimizer: str) -> float:
    """The best learning rate among the 2^(k/4): no walk of 100 steps may climb above its start.

    Best is whose highest point of the last ten steps is lowest: it has arrived, and stays.
    """

    def worst_of_the_end(lr: float) -> float:
        heights = valley.height(descend(valley, optimizer, lr))
        return float(heights[-10:].max()) if (heights <= heights[0] * (1 + 1e-9)).all() else np.inf

    return min((2.0 ** (k / 4) for k in range(-48, 9)), key=worst_of_the_end)


# ---- down a valley -----------------------------------------------------------------------------


def scene() -> Scene:
    """The four paths over the valley's contours, and their heights, step by step."""
    return Scene(_stage, _actors, _alt, staged=("valley",))


def explore() -> Panel:
    """The scene under a choice of valley, a slider for the step, and one for all the rates."""
    factors = [2.0**k for k in (-2, -1, 0, 1, 2)]
    return Panel(
        scene(),
        {
            "valley": ipywidgets.Dropdown(
                options=list(VALLEYS), value="ravine, κ = 100", description="valley", **ROW
            ),
            "step": ipywidgets.IntSlider(value=STEPS, max=STEPS, description="step", **ROW),
            "rate": ipywidgets.SelectionSlider(
                options=[(f"{f:g} x best", f) for f in factors],
                value=1.0,
                description="all learning rates",
                **ROW,
            ),
        },
    )


def _stage(valley: str) -> Figure:
    land = VALLEYS[valley]
    fig = Figure(figsize=(9.6, 3.9), dpi=DPI)
    ax, curve = fig.subplots(1, 2, width_ratios=(1.25, 1))
    left, right, bottom, top = land.view
    x, y = np.meshgrid(np.linspace(left, right, 141), np.linspace(bottom, top, 101))
    heights = land.height(np.stack([x, y], axis=-1))
    ax.contour(x, y, heights, levels=np.geomspace(0.02, 200, 13), colors=GREY, linewidths=0.6)
    ax.plot(*land.start, "P", color="black", ms=9)
    ax.set(xlim=(left, right), ylim=(bottom, top), xlabel="x", ylabel="y")
    curve.set_yscale("log")
    curve.set(xlim=(0, STEPS), ylim=(LOW, HIGH), xlabel="step", ylabel="height")
    plain_log_axis(curve.yaxis)
    for name, (colour, line, marker) in STYLES.items():
        curve.plot([], [], line, color=colour, marker=marker, label=name)
    curve.legend(fontsize=8, loc="upper right", ncols=2)
    fig.subplots_adjust(0.075, 0.13, 0.98, 0.91, wspace=0.24)
    return fig


def _heights(valley: str, rate: float) -> dict[str, Heights]:
    return {name: VALLEYS[valley].height(walk(valley, name, rate)) for name in RUNNERS}


def _actors(fig: Figure, valley: str, step: int, rate: float) -> list[Artist]:
    ax, curve = fig.axes
    artists = []
    for name, (colour, line, marker) in STYLES.items():
        path = np.clip(walk(valley, name, rate)[: step + 1], -1e3, 1e3)
        heights = VALLEYS[valley].height(path)
        artists += ax.plot(*path.T, line, color=colour, lw=1.3)
        artists += ax.plot(*path[-1], marker, color=colour, ms=8, mec="black")
        artists += curve.plot(np.clip(heights, LOW, HIGH), line, color=colour, lw=1.8)
        artists += curve.plot(step, np.clip(heights[-1], LOW, HIGH), marker, color=colour, ms=7)
    return [
        *artists,
        caption(ax, f"{valley}, step {step}"),
        caption(curve, f"rates {rate:g} x best"),
    ]


def _alt(valley: str, step: int, rate: float) -> str:
    heights = {name: h[step] for name, h in _heights(valley, rate).items()}
    order = sorted(heights.items(), key=lambda item: item[1])
    listed = ", ".join(f"{name} {height:.2g}" for name, height in order)
    return (
        f"Four optimizers in the valley '{valley}' after {step} steps, at {rate:g} times their "
        f"best learning rates. Heights, lowest first: {listed}."
    )


# ---- in a hole ---------------------------------------------------------------------------------


def hole_scene(
    fills: Mapping[str, Sequence[Grey]], steps: Sequence[int], truth: Grey, hole: Hole
) -> Scene:
    """Each optimizer's fill at one moment, and how far it is from `truth` in the hole.

    `fills` has one frame (h, w) for each entry of `steps`, for every optimizer. Shown is the hole
    with a margin of 8 pixels. Raises ValueError where frames and steps do not pair up, or there
    are no fills, or more than five.
    """
    if not 1 <= len(fills) <= 5:
        raise ValueError(f"fills must hold one to five optimizers, got {len(fills)}")
    for name, frames in fills.items():
        if len(frames) != len(steps):
            raise ValueError(
                f"one step number a frame: {name} has {len(frames)} frames for {len(steps)} steps"
            )
    rows, columns = (np.flatnonzero(hole.any(axis=axis)) for axis in (1, 0))
    crop = tuple(slice(max(at[0] - 8, 0), at[-1] + 9) for at in (rows, columns))
    gaps = {
        name: [float(np.sqrt(np.mean((frame - truth)[hole] ** 2))) for frame in frames]
        for name, frames in fills.items()
    }
    styles = dict(zip(fills, STYLES.values(), strict=False))
    places = np.array(steps) + 1  # so that step 0 has a place on a log axis

    def stage() -> Figure:
        fig = Figure(figsize=(9.6, 5.0), dpi=DPI)
        for i, name in enumerate([*fills, "truth"]):
            ax = fig.add_axes((0.01 + i / (len(fills) + 1), 0.56, 0.94 / (len(fills) + 1), 0.36))
            draw_picture(ax, truth[crop])
            ax.set_title("", fontsize=10)
            caption(ax, "exact" if name == "truth" else name).set_fontsize(10)
        curve = fig.add_axes((0.09, 0.11, 0.89, 0.39))
        for name, (colour, line, _) in styles.items():
            curve.loglog(places, np.maximum(gaps[name], 1e-6), line, color=colour, lw=2, label=name)
        curve.set(xlabel="step + 1, so that step 0 fits on a log axis", ylabel="distance")
        plain_log_axis(curve.xaxis)
        plain_log_axis(curve.yaxis)
        curve.legend(fontsize=8, loc="lower left")
        curve.set(xlim=curve.get_xlim(), ylim=curve.get_ylim())  # the actors must not move them
        return fig

    def actors(fig: Figure, frame: int) -> list[Artist]:
        *pictures, _, curve = fig.axes
        artists: list[Artist] = [
            ax.imshow(np.clip(fills[name][frame][crop], 0, 1), cmap="gray", vmin=0, vmax=1)
            for ax, name in zip(pictures, fills, strict=True)
        ]
        for name, (colour, _, marker) in styles.items():
            gap = max(gaps[name][frame], 1e-6)
            artists += curve.plot(places[frame], gap, marker, color=colour, ms=9, mec="black")
        return [*artists, caption(curve, f"step {steps[frame]}")]

    def alt(frame: int) -> str:
        listed = ", ".join(f"{name} {gaps[name][frame]:.2g}" for name in fills)
        return f"The hole at step {steps[frame]}. Distance to the exact fill: {listed}."

    return Scene(stage, actors, alt)


def explore_hole(
    fills: Mapping[str, Sequence[Grey]], steps: Sequence[int], truth: Grey, hole: Hole
) -> Panel:
    """The hole's scene under a slider over the frames, with a play button."""
    return with_play(hole_scene(fills, steps, truth, hole), frames=len(steps))

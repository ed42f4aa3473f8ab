"""Lesson 18: points on their way from noise to the ring, along curved paths and straight ones.

Choose a flow and in how many steps its paths are walked, and move the time t from noise (0) to the
ring (1). A step is a straight line, so few steps cut the corners of a curved path and miss.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from jaxtyping import Float
from matplotlib.artist import Artist
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure

from learnkit.images.ring import Points, share_on_ring
from learnkit.widgets.panel import Panel, Scene, caption, choice, with_play
from learnkit.widgets.show import BLUE, DPI, GREY, ORANGE

FRAMES = 21  # moments from t = 0 to 1
LINES = 80  # points whose way is drawn
BEYOND = 3.4  # half the side of the plane that is shown

States = Float[np.ndarray, "moments n 2"]  # one row of n points after each step, noise first


@dataclass(frozen=True, eq=False)
class Walks:
    """Walks of the same points: for each flow's name and number of steps, all its states.

    `states[name][steps]` is (steps + 1, n, 2); `real` are points of the ring (m, 2).
    """

    states: Mapping[str, Mapping[int, States]]
    real: Points

    @cached_property
    def shares(self) -> dict[str, list[float]]:
        """The share of points that end in a blob, for each flow and each number of steps."""
        return {
            name: [share_on_ring(walk[-1].astype(np.float64)) for walk in walks.values()]
            for name, walks in self.states.items()
        }


def scene(walks: Walks) -> Scene:
    """The plane at one moment, and the share that arrives by steps.

    Raises ValueError where no flow is there, flows were walked in different numbers of steps, or
    states are not (steps + 1, n, 2).
    """
    _check(walks)
    names = list(walks.states)
    counts = list(walks.states[names[0]])
    styles = dict(zip(names, ((BLUE, "o-"), (ORANGE, "s--")), strict=False))

    def stage() -> Figure:
        fig = Figure(figsize=(9.6, 4.6), dpi=DPI)
        plane, ax = fig.subplots(1, 2)
        plane.plot(*walks.real.T, ".", color="#b0b0b0", ms=4, zorder=1)
        plane.set(xlim=(-BEYOND, BEYOND), ylim=(-BEYOND, BEYOND), aspect="equal")
        plane.set(xlabel="x", ylabel="y")
        for name, (colour, style) in styles.items():
            ax.plot(counts, 100 * np.array(walks.shares[name]), style, color=colour, label=name)
        ax.set(xlabel="steps (logarithmic)", ylabel="points that end in a blob, %")
        ax.set(xscale="log", ylim=(-4, 104))
        ax.set_xticks(counts, [str(count) for count in counts])
        ax.minorticks_off()
        ax.set(xlim=ax.get_xlim())  # the actors must not move it
        ax.legend(frameon=False, loc="lower right")
        plane.set_position((0.06, 0.12, 0.4, 0.8))
        ax.set_position((0.57, 0.12, 0.4, 0.8))
        return fig

    def actors(fig: Figure, flow: str, steps: int, frame: int) -> list[Artist]:
        plane, ax = fig.axes
        states, t = walks.states[flow][steps], frame / (FRAMES - 1)
        now, done = at(states, t), int(t * steps)
        trails = np.concatenate([states[: done + 1, :LINES], now[None, :LINES]])
        trail = LineCollection(list(trails.transpose(1, 0, 2)), colors=GREY, lw=0.8, alpha=0.7)
        plane.add_collection(trail, autolim=False)
        colour, share = styles[flow][0], walks.shares[flow][counts.index(steps)]
        return [
            trail,
            *plane.plot(*np.clip(now, -BEYOND, BEYOND).T, ".", color=colour, ms=3.5, zorder=3),
            *ax.plot(steps, 100 * share, "o", color=colour, ms=11, mec="black"),
            caption(plane, f"t = {t:.2f}"),
            caption(ax, f"{flow}, {_steps(steps)}: {100 * share:.0f} % arrive"),
        ]

    def alt(flow: str, steps: int, frame: int) -> str:
        t, here = frame / (FRAMES - 1), counts.index(steps)
        others = "; ".join(
            f"{name} {100 * share[here]:.0f} %" for name, share in walks.shares.items()
        )
        return (
            f"{walks.states[flow][steps].shape[1]} points at the time {t:.2f} of their way from "
            f'noise to a ring of eight blobs, by the flow "{flow}" in {_steps(steps)}, with the '
            f"way of {LINES} of them so far. Beside them the share of points that end in a blob, "
            f"by the number of steps; in {_steps(steps)}: {others}."
        )

    return Scene(stage, actors, alt)


def at(states: States, t: float) -> Points:
    """Where the points are at the time t: on the straight line between two states.

    >>> at(np.array([[[0.0, 0.0]], [[1.0, 4.0]]]), 0.25).tolist()
    [[0.25, 1.0]]
    """
    steps = len(states) - 1
    i = min(int(t * steps), steps - 1)
    part = t * steps - i
    return (1 - part) * states[i] + part * states[i + 1]


def explore(walks: Walks) -> Panel:
    """The scene under menus for the flow and its steps, a slider over t and a play button."""
    stage = scene(walks)
    names = list(walks.states)
    counts = list(walks.states[names[0]])
    return with_play(
        stage,
        frames=FRAMES,
        flow=choice("flow", names, names[0]),
        steps=choice("steps", counts, counts[-1]),
    )


def _steps(count: int) -> str:
    return "1 step" if count == 1 else f"{count} steps"


def _check(walks: Walks) -> None:
    counts = {name: list(each) for name, each in walks.states.items()}
    first = next(iter(counts.values()), [])
    if not first or any(each != first for each in counts.values()):
        raise ValueError(f"every flow must be walked in the same numbers of steps, got {counts}")
    for name, each in walks.states.items():
        for steps, states in each.items():
            if states.ndim != 3 or len(states) != steps + 1 or states.shape[2] != 2:
                raise ValueError(
                    f"the states of {name} in {_steps(steps)} must be ({steps + 1}, n, 2), noise "
                    f"first, got {states.shape}"
                )

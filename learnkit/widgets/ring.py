"""Lesson 09: the film of a GAN that learns the ring, with the count of blobs that it has found."""

from dataclasses import dataclass

import numpy as np
from matplotlib.artist import Artist
from matplotlib.collections import PatchCollection
from matplotlib.figure import Figure
from matplotlib.patches import Circle

from learnkit.images.ring import NEAR, SIGMA, Points, centres, found, share_on_ring
from learnkit.widgets.panel import Panel, Scene, caption, with_play
from learnkit.widgets.show import BLUE, DPI, GREEN, RED

MARK = 0.24  # radius of a blob's circle: large enough to be seen, 4 σ is 0.2
BEYOND = 4.0  # half the side of the plane that is shown


@dataclass(frozen=True, eq=False)
class Film:
    """The generator's points (n, 2) after each of `steps`, and real points to compare with."""

    steps: list[int]
    samples: list[Points]
    real: Points

    @property
    def found(self) -> list[list[bool]]:
        """Which of the eight blobs each frame has found."""
        return [found(points).tolist() for points in self.samples]

    @property
    def modes(self) -> list[int]:
        """How many blobs each frame has found."""
        return [sum(each) for each in self.found]


def scene(film: Film) -> Scene:
    """The plane at one step, and where that step stands on the curve of blobs found.

    A blob that is found is a filled disc; one that is missed is a broken ring, with a cross.
    Raises ValueError where samples and steps do not pair up.
    """
    if len(film.samples) != len(film.steps):
        raise ValueError(
            f"one step number a frame: got {len(film.samples)} frames, {len(film.steps)} steps"
        )
    held, modes, middles = film.found, film.modes, centres()
    share = [share_on_ring(points) for points in film.samples]

    def stage() -> Figure:
        fig = Figure(figsize=(9.6, 4.6), dpi=DPI)
        plane, ax = fig.subplots(1, 2)
        plane.plot(*film.real.T, ".", color="#b0b0b0", ms=4, zorder=1)
        for number, (x, y) in enumerate(1.27 * middles, 1):
            plane.text(x, y, str(number), ha="center", va="center", fontsize=11)
        plane.set(xlim=(-BEYOND, BEYOND), ylim=(-BEYOND, BEYOND), aspect="equal")
        plane.set(xlabel="x", ylabel="y")
        ax.plot(film.steps, modes, color=BLUE, lw=2, drawstyle="steps-post")
        ax.axhline(len(middles), color="#b0b0b0", lw=1, ls="--")
        ax.set(xlabel="step", ylabel="blobs found, of 8", ylim=(-0.4, 8.6))
        ax.set(xlim=ax.get_xlim())  # the actors must not move it
        plane.set_position((0.06, 0.12, 0.4, 0.8))
        ax.set_position((0.56, 0.12, 0.42, 0.8))
        return fig

    def actors(fig: Figure, frame: int) -> list[Artist]:
        plane, ax = fig.axes
        there = np.array(held[frame])
        discs = [Circle(m, MARK) for m in middles[there]]
        rings = [Circle(m, MARK) for m in middles[~there]]
        circles = [
            PatchCollection(discs, lw=2, ec=GREEN, fc=GREEN, alpha=0.4),
            PatchCollection(rings, lw=2, ec=RED, fc="none", linestyle="--"),
        ]
        for collection in circles:
            plane.add_collection(collection, autolim=False)
        shown = np.clip(film.samples[frame], -BEYOND, BEYOND)  # what flew off lies on the border
        return [
            *plane.plot(*shown.T, ".", color=BLUE, ms=3.5, zorder=3),
            *ax.plot(film.steps[frame], modes[frame], "o", color=BLUE, ms=10, mec="black"),
            caption(plane, f"step {film.steps[frame]}: {modes[frame]} of 8 blobs"),
            caption(ax, f"{100 * share[frame]:.0f} % of the points lie in a blob"),
            *plane.plot(*(0.74 * middles[~there]).T, "x", color=RED, ms=8, mew=2),
            *circles,
        ]

    def alt(frame: int) -> str:
        missed = [str(i) for i, there in enumerate(held[frame], 1) if not there]
        which = f" (missed: {', '.join(missed)})" if 0 < len(missed) < 8 else ""
        return (
            f"A generator's points after step {film.steps[frame]}, over a ring of eight blobs: "
            f"{modes[frame]} of 8 blobs are found{which}, {100 * share[frame]:.0f} % of the points "
            f"lie within {NEAR:g} standard deviations ({NEAR * SIGMA:g}) of a blob's middle. Over "
            f"the whole film the count goes from {modes[0]} to {modes[-1]}, at most {max(modes)}."
        )

    return Scene(stage, actors, alt)


def explore(film: Film) -> Panel:
    """The scene under a slider over the frames, with a play button."""
    return with_play(scene(film), frames=len(film.samples))

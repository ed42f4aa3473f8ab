"""Lesson 12: the film of a sample, from noise to picture: what is there, and what is believed in.

On the left xt as it is, on the right the picture x0 that the network believes in at that moment;
below, how much noise is left. RePaint's film goes back into the noise many times: its curve is a
saw. Torch is not needed here: a film holds arrays.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from learnkit.shapes import Hole, Image, Vector
from learnkit.widgets.panel import Panel, Scene, caption, with_play
from learnkit.widgets.show import BLUE, DPI, ORANGE, draw_picture


@dataclass(frozen=True, eq=False)
class Film:
    """xt and x0 at each of `steps` t (-1 is clean), as pictures; beyond [0, 1] they are clipped.

    `alpha_bar` (T,) gives each step its level of noise; `hole`, if there is one, is outlined.
    """

    steps: list[int]
    noisy: list[Image]
    believed: list[Image]
    alpha_bar: Vector
    hole: Hole | None = None

    @property
    def noise(self) -> list[float]:
        """The weight of noise in each frame, √(1 - ᾱ_t): from 1, noise alone, to 0, clean."""
        return [0.0 if t < 0 else float(np.sqrt(1 - self.alpha_bar[t])) for t in self.steps]

    @property
    def away(self) -> list[float]:
        """How far each belief is from the last frame, as the mean size of the difference."""
        last = np.clip(self.believed[-1], 0, 1)
        return [float(np.abs(np.clip(x0, 0, 1) - last).mean()) for x0 in self.believed]


def record(
    states: Iterable[tuple],
    alpha_bar: ArrayLike,
    *,
    which: int = 0,
    inside: bool = True,
    hole: Hole | None = None,
) -> Film:
    """The film of picture `which` of a sampler's states (t, xt, x0), each (n, c, h, w).

    `inside` says that they lie in [-1, 1], as those of `ddim`; `guided` and `repaint` give [0, 1].
    """

    def picture(x: Any) -> Image:  # an array, or a tensor on the CPU
        chw = np.asarray(x[which], dtype=float)
        chw = (chw + 1) / 2 if inside else chw
        return chw[0] if len(chw) == 1 else chw.transpose(1, 2, 0)

    steps, noisy, believed = [], [], []
    for t, xt, x0 in states:
        steps.append(int(t))
        noisy.append(picture(xt))
        believed.append(picture(x0))
    return Film(steps, noisy, believed, np.asarray(alpha_bar, dtype=float), hole)


def scene(film: Film) -> Scene:
    """xt and x0 at one moment, and where it stands on the curve of noise.

    Raises ValueError where steps and frames do not pair up, or the hole is not of their size.
    """
    counts = len(film.steps), len(film.noisy), len(film.believed)
    if len(set(counts)) > 1 or not film.steps:
        raise ValueError(
            "a film needs one step, one xt and one x0 a frame: "
            f"got {counts[0]} steps, {counts[1]} xt, {counts[2]} x0"
        )
    if film.hole is not None and film.hole.shape != film.noisy[0].shape[:2]:
        raise ValueError(
            f"the hole must have the pictures' size {film.noisy[0].shape[:2]}, "
            f"got {film.hole.shape}"
        )
    noise, away, last = film.noise, film.away, len(film.steps) - 1
    edges = [] if film.hole is None else outline(film.hole)

    def stage() -> Figure:
        fig = Figure(figsize=(9.6, 5.6), dpi=DPI)
        now, belief, ax = fig.add_subplot(221), fig.add_subplot(222), fig.add_subplot(212)
        draw_picture(now, film.noisy[0])
        draw_picture(belief, film.believed[0])
        ax.plot(range(last + 1), noise, color=BLUE, lw=2)
        ax.set(xlabel="steps taken so far", ylabel="noise in xt", ylim=(-0.06, 1.06))
        ax.set(xlim=(-0.02 * last - 0.05, 1.02 * last + 0.05))
        now.set_position((0.05, 0.37, 0.42, 0.57))
        belief.set_position((0.53, 0.37, 0.42, 0.57))
        ax.set_position((0.08, 0.1, 0.89, 0.17))
        return fig

    def actors(fig: Figure, frame: int) -> list[Artist]:
        now, belief, ax = fig.axes
        pairs = ((now, film.noisy[frame]), (belief, film.believed[frame]))
        shown = [
            axes.imshow(
                np.clip(picture, 0, 1), cmap="gray", vmin=0, vmax=1, interpolation="nearest"
            )
            for axes, picture in pairs
        ]
        rims = [LineCollection(edges, colors=ORANGE, linewidths=2) for _ in pairs if edges]
        for (axes, _), rim in zip(pairs, rims, strict=False):
            axes.add_collection(rim, autolim=False)
        t = film.steps[frame]
        where = "the sample" if t < 0 else f"t = {t}"
        return [
            *shown,
            *ax.plot(frame, noise[frame], "o", color=BLUE, ms=10, mec="black"),
            caption(now, f"xt, {where}"),
            caption(belief, "x0, as believed in"),
            caption(ax, f"noise {noise[frame]:.2f}; x0 is {away[frame]:.3f} away from the end"),
            *rims,
        ]

    def alt(frame: int) -> str:
        t, share = film.steps[frame], noise[frame]
        where = "the finished sample" if t < 0 else f"t = {t}"
        hole = "" if film.hole is None else f" The hole of {film.hole.sum()} pixels is outlined."
        return (
            f"A sample after {frame} of {last} steps, at {where}: on the left xt, "
            f"in which noise has the weight {share:.2f} and the picture "
            f"{np.sqrt(1 - share**2):.2f}; on the right the picture that the network believes in, "
            f"on average {away[frame]:.3f} (of 1) away from the one it ends with.{hole}"
        )

    return Scene(stage, actors, alt)


def outline(hole: Hole) -> list[tuple[tuple[float, float], tuple[float, float]]]:
    """The edges between hole and known, or picture's border, as ((x, y), (x, y)), in pixels."""
    padded = np.pad(hole, 1)
    down = np.argwhere(padded[1:, 1:-1] != padded[:-1, 1:-1]) - 0.5
    right = np.argwhere(padded[1:-1, 1:] != padded[1:-1, :-1]) - 0.5
    level = [((x, y), (x + 1, y)) for y, x in down.tolist()]
    return level + [((x, y), (x, y + 1)) for y, x in right.tolist()]


def explore(film: Film) -> Panel:
    """The scene under a slider over the states, with a play button."""
    return with_play(scene(film), frames=len(film.steps))

"""Lesson 18: garments of a kind that you choose, by the scale of guidance.

The noises stay the same while you move the slider: so what changes in a picture is what guidance
changes. Beside the pictures stand two numbers of this kind at every scale: the share that a
classifier recognises, and how much the pictures differ from each other.
"""

from dataclasses import dataclass

import ipywidgets
import numpy as np
from jaxtyping import Float
from matplotlib.artist import Artist
from matplotlib.figure import Figure

from learnkit.widgets.panel import ROW, Panel, Scene, caption, choice
from learnkit.widgets.show import BLUE, DPI, ORANGE, draw_picture

COLUMNS = 4

Crowd = Float[np.ndarray, "scales kinds n h w"]
Table = Float[np.ndarray, "scales kinds"]


@dataclass(frozen=True, eq=False)
class Guided:
    """Pictures of each kind at each scale, from the same n noises, in [0, 1].

    `recognised` is the share of each that a classifier takes for its kind.
    """

    scales: list[float]
    names: list[str]
    pictures: Crowd
    recognised: Table

    @property
    def spread(self) -> Table:
        """How much the pictures of a kind differ: the mean over pixels of their std."""
        return self.pictures.std(axis=2).mean(axis=(2, 3))


def scene(guided: Guided) -> Scene:
    """The pictures of one kind at one scale, and both curves of this kind.

    Raises ValueError where the shapes do not go together.
    """
    want = (len(guided.scales), len(guided.names))
    if guided.pictures.shape[:2] != want or guided.recognised.shape != want:
        raise ValueError(
            f"{want[0]} scales and {want[1]} kinds: pictures must be {(*want, 'n', 'h', 'w')} and "
            f"recognised {want}, got {guided.pictures.shape} and {guided.recognised.shape}"
        )
    spread, count = guided.spread, guided.pictures.shape[2]
    rows = -(-count // COLUMNS)

    def stage(kind: int) -> Figure:
        fig = Figure(figsize=(9.6, 3.9), dpi=DPI)
        for i in range(count):
            row, column = divmod(i, COLUMNS)
            box = (0.01 + 0.135 * column, 0.9 - 0.9 / rows * (row + 1), 0.128, 0.88 / rows)
            draw_picture(fig.add_axes(box), np.ones(guided.pictures.shape[3:]))
        for low, values, colour, label in (
            (0.58, guided.recognised[:, kind], BLUE, "recognised, share"),
            (0.14, spread[:, kind], ORANGE, "spread"),
        ):
            ax = fig.add_axes((0.67, low, 0.31, 0.33))
            ax.plot(guided.scales, values, "o-", color=colour)
            ax.set(ylabel=label, ylim=(0, 1.08 if low > 0.5 else 1.15 * spread.max()))
            ax.set(xlim=ax.get_xlim())  # the actors must not move it
            ax.spines[["top", "right"]].set_visible(False)
        ax.set(xlabel="scale of guidance")
        return fig

    def actors(fig: Figure, kind: int, scale: int) -> list[Artist]:
        *pictures, above, below = fig.axes
        drawn: list[Artist] = [
            ax.imshow(np.clip(x, 0, 1), cmap="gray", vmin=0, vmax=1, interpolation="nearest")
            for ax, x in zip(pictures, guided.pictures[scale, kind], strict=True)
        ]
        at = guided.scales[scale]
        words = f"{guided.names[kind]}, scale {at:g}"
        title = fig.text(0.28, 0.93, words, ha="center", fontsize=12)
        return [
            *drawn,
            title,
            *above.plot(at, guided.recognised[scale, kind], "o", color=BLUE, ms=11, mec="black"),
            *below.plot(at, spread[scale, kind], "o", color=ORANGE, ms=11, mec="black"),
            caption(above, f"{100 * guided.recognised[scale, kind]:.0f} % recognised"),
            caption(below, f"spread {spread[scale, kind]:.3f}"),
        ]

    def alt(kind: int, scale: int) -> str:
        own, apart = guided.recognised[:, kind], spread[:, kind]
        return (
            f"{count} garments of the kind {guided.names[kind]} by guidance of the scale "
            f"{guided.scales[scale]:g}: {100 * own[scale]:.0f} % are recognised, and their pixels "
            f"have a spread of {apart[scale]:.3f}. From scale {guided.scales[0]:g} to "
            f"{guided.scales[-1]:g} the first goes from {100 * own[0]:.0f} to "
            f"{100 * own[-1]:.0f} %, the second from {apart[0]:.3f} to {apart[-1]:.3f}."
        )

    return Scene(stage, actors, alt, staged=("kind",))


def explore(guided: Guided, *, kind: int = 0, scale: int = 0) -> Panel:
    """The scene under a menu of kinds and a slider over the scales."""
    pairs = [(name, i) for i, name in enumerate(guided.names)]
    steps = [(f"{value:g}", i) for i, value in enumerate(guided.scales)]
    slider = ipywidgets.SelectionSlider(
        options=steps, value=scale, description="scale of guidance", **ROW
    )
    panel = Panel(scene(guided), {"kind": choice("kind", pairs, kind), "scale": slider})
    panel.to_do = "choose a kind"
    return panel

"""Lesson 02: a hole that fills, frame by frame, beside the curves of roughness and PSNR."""

from dataclasses import dataclass

import numpy as np
from matplotlib.artist import Artist
from matplotlib.figure import Figure

from learnkit.byhand.losses import psnr, roughness
from learnkit.shapes import Grey, Hole
from learnkit.widgets.panel import Panel, Scene, caption, with_play
from learnkit.widgets.show import BLUE, DPI, ORANGE, draw_picture, plain_log_axis


@dataclass(frozen=True, eq=False)
class Film:
    """The frames of a fill, one for each entry of `steps`, with the truth to score them by."""

    frames: list[Grey]
    steps: list[int]
    truth: Grey
    hole: Hole

    @property
    def roughness(self) -> list[float]:
        """The roughness of each frame."""
        return [roughness(frame) for frame in self.frames]

    @property
    def psnr(self) -> list[float]:
        """The PSNR of each frame inside the hole, in dB."""
        return [psnr(frame[self.hole], self.truth[self.hole]) for frame in self.frames]


def scene(film: Film) -> Scene:
    """The picture at one frame, the truth beside it, and where the frame stands on the curves.

    Raises ValueError where frames and steps do not pair up.
    """
    if len(film.frames) != len(film.steps):
        raise ValueError(
            f"one step number a frame: got {len(film.frames)} frames, {len(film.steps)} steps"
        )
    rough, score = film.roughness, film.psnr
    steps = np.array(film.steps) + 1  # so that step 0 has a place on a log axis

    def stage() -> Figure:
        fig = Figure(figsize=(9.6, 3.3), dpi=DPI)
        now, truth, ax = fig.subplots(1, 3)
        draw_picture(now, film.frames[0])
        draw_picture(truth, film.truth)
        caption(truth, "truth")
        ax.semilogx(steps, rough, color=BLUE, lw=2)
        ax.set_xlabel("step + 1, so that step 0 fits on a log axis")
        ax.set_ylabel("roughness", color=BLUE)
        plain_log_axis(ax.xaxis)
        other = ax.twinx()
        other.semilogx(steps, score, color=ORANGE, lw=2, ls="--")
        other.set_ylabel("PSNR in the hole (dB), dashed", color="#8a5f00")
        plain_log_axis(other.xaxis)
        for axes in (ax, other):
            axes.set(xlim=axes.get_xlim(), ylim=axes.get_ylim())  # the actors must not move them
        places = ([0.01, 0.1, 0.22, 0.78], [0.25, 0.1, 0.22, 0.78], [0.57, 0.16, 0.35, 0.74])
        for axes, place in zip((now, truth, ax), places, strict=True):
            axes.set_position(place)
        other.set_position(places[2])
        return fig

    def actors(fig: Figure, frame: int) -> list[Artist]:
        now, _, ax, other = fig.axes
        return [
            now.imshow(film.frames[frame], cmap="gray", vmin=0, vmax=1),
            *ax.plot(steps[frame], rough[frame], "o", color=BLUE, ms=9, mec="black"),
            *other.plot(steps[frame], score[frame], "s", color=ORANGE, ms=9, mec="black"),
            caption(now, f"step {film.steps[frame]}"),
            caption(ax, f"PSNR in the hole {score[frame]:.1f} dB"),
        ]

    def alt(frame: int) -> str:
        return (
            f"The hole after step {film.steps[frame]} of gradient descent: roughness "
            f"{rough[frame]:.2f} (it began at {rough[0]:.2f} and ends at {rough[-1]:.2f}), "
            f"PSNR in the hole {score[frame]:.1f} dB."
        )

    return Scene(stage, actors, alt)


def explore(film: Film) -> Panel:
    """The scene under a slider over the frames, with a play button."""
    return with_play(scene(film), frames=len(film.frames))

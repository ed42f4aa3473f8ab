"""Lesson 07: scrub through training, with the two loss curves and the picture at each step."""

from dataclasses import dataclass

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from learnkit.byhand.losses import psnr
from learnkit.shapes import Image
from learnkit.widgets.panel import Panel, Scene, caption, with_play
from learnkit.widgets.show import BLUE, DPI, GREEN, GREY, ORANGE, draw_picture, plain_log_axis

TALL = 0.68  # how much of the axes the curves take


@dataclass(frozen=True, eq=False)
class Film:
    """A training run looked at after each of `steps`: two losses, and one picture mended.

    `pictures` are what the network makes of `before` at those steps; `truth` is what it should.
    """

    steps: list[int]
    train: list[float]
    validation: list[float]
    pictures: list[Image]
    before: Image
    truth: Image

    @property
    def best(self) -> int:
        """The frame of the lowest validation loss; the first of them where several tie."""
        return int(np.argmin(self.validation))

    @property
    def psnr(self) -> list[float]:
        """The PSNR of each picture, in dB."""
        return [psnr(picture, self.truth) for picture in self.pictures]


def scene(film: Film) -> Scene:
    """What went in, what the network makes of it at one step, the truth; and the two curves.

    The losses stand on a log axis where all are positive.
    Raises ValueError where the film is empty, its counts differ, or its pictures' shapes do.
    """
    _check(film)
    steps, best, score = film.steps, film.best, film.psnr
    damage = psnr(film.before, film.truth)

    def stage() -> Figure:
        fig = Figure(figsize=(9.6, 3.1), dpi=DPI)
        before, now, truth, ax = fig.subplots(1, 4)
        for axes, picture in ((before, film.before), (now, film.pictures[0]), (truth, film.truth)):
            draw_picture(axes, picture)
        caption(before, "what went in")
        caption(truth, "truth")
        few = "." if len(steps) < 30 else ""  # a point for each frame, where there is room
        ax.plot(steps, film.train, few + "-", color=BLUE, lw=2, label="train")
        ax.plot(steps, film.validation, few + "--", color=ORANGE, lw=2, label="validation")
        at_best = f"best validation: step {steps[best]}"
        ax.axvline(steps[best], 0, TALL, color=GREEN, lw=2, ls=":", zorder=1, label=at_best)
        ax.set_xlabel("step")
        ax.set_ylabel("loss")
        if min(film.train + film.validation) > 0:
            _log_axis(ax)
        (low, high), room = ax.get_ylim(), 1 / TALL - 1  # the legend stands above the curves
        top = (
            high * (high / low) ** room if ax.get_yscale() == "log" else high + room * (high - low)
        )
        ax.set(xlim=ax.get_xlim(), ylim=(low, top))  # the actors must not move them
        ax.legend(loc="upper right", fontsize=9, frameon=False, handlelength=2.6)
        for side in ("top", "right"):
            ax.spines[side].set_visible(False)
        for left, axes in zip((0.005, 0.21, 0.415), (before, now, truth), strict=True):
            axes.set_position([left, 0.08, 0.2, 0.78])
        ax.set_position([0.69, 0.165, 0.3, 0.695])
        return fig

    def actors(fig: Figure, frame: int) -> list[Artist]:
        _, now, _, ax = fig.axes
        step, picture = steps[frame], np.clip(film.pictures[frame], 0, 1)
        return [
            now.imshow(picture, cmap="gray", vmin=0, vmax=1, interpolation="nearest"),
            ax.axvline(step, 0, TALL, color=GREY, lw=1),
            *ax.plot(step, film.train[frame], "o", color=BLUE, ms=9, mec="black"),
            *ax.plot(step, film.validation[frame], "s", color=ORANGE, ms=9, mec="black"),
            caption(now, f"network, step {step}"),
            caption(ax, f"step {step}: PSNR {score[frame]:.1f} dB"),
        ]

    def alt(frame: int) -> str:
        where = "before" if frame < best else "past"
        place = "This is the best step" if frame == best else f"This is {where} the best step"
        return (
            f"A network that mends a picture, after step {steps[frame]} of {steps[-1]}: its "
            f"picture has a PSNR of {score[frame]:.1f} dB, what went in has {damage:.1f} dB. The "
            f"train loss is {film.train[frame]:.3g} (it began at {film.train[0]:.3g} and ends at "
            f"{film.train[-1]:.3g}), the validation loss {film.validation[frame]:.3g} (it began at "
            f"{film.validation[0]:.3g} and ends at {film.validation[-1]:.3g}). {place}: validation "
            f"is lowest, {film.validation[best]:.3g}, at step {steps[best]}."
        )

    return Scene(stage, actors, alt)


def explore(film: Film) -> Panel:
    """The scene under a slider over the steps, with a play button."""
    return with_play(scene(film), frames=len(film.steps))


def _check(film: Film) -> None:
    counts = [len(part) for part in (film.steps, film.train, film.validation, film.pictures)]
    if not counts[0] or len(set(counts)) > 1:
        raise ValueError(
            "one train loss, validation loss and picture a step, and a step at least: got "
            "{} steps, {} train losses, {} validation losses, {} pictures".format(*counts)
        )
    shapes = {np.shape(picture) for picture in (film.before, *film.pictures, film.truth)}
    if len(shapes) > 1:
        raise ValueError(f"before, pictures and truth must have one shape, got {sorted(shapes)}")


def _log_axis(ax: Axes) -> None:
    """A log axis for losses: ticks at 1, 2 and 5 where few decades are shown, plain numbers."""
    ax.set_yscale("log")
    low, high = ax.get_ylim()
    subs = (1.0, 2.0, 5.0) if high < 100 * low else (1.0,)
    plain_log_axis(ax.yaxis, subs=subs, ticks=9)

"""Lesson 13: which of two pictures is real? A two-alternative test, with its interval.

The student sees a real picture and a made one, side by side in random order, and chooses. Below the
pair stands the share of right answers so far, in Wilson's interval: as long as it holds one half,
nobody can say that the made ones were seen through.
"""

from collections.abc import Iterator
from typing import Any

import ipywidgets
import numpy as np
from jaxtyping import Float
from matplotlib.figure import Figure

from learnkit.images.preference import preference_interval
from learnkit.shapes import Image, Images, check_float, check_range
from learnkit.widgets.asleep import Sleeper
from learnkit.widgets.keys import PANEL, Keys
from learnkit.widgets.show import BLUE, DPI, GREY, draw_picture, image_html, render, with_still

SIDES = ("left", "right")
Others = Float[np.ndarray, "m h w *c"]  # as Images, and another number of them


def pairs(real: Images, made: Others, seed: int = 0) -> Iterator[tuple[Image, Image, str]]:
    """(left, right, the side of the real one), each picture of the smaller crowd once.

    Raises TypeError or ValueError where a crowd holds no pictures (n, h, w) or (n, h, w, 3) in
    [0, 1], or the two are not of one size.
    """
    for name, crowd in (("real", real), ("made", made)):
        check_float(crowd, name)
        check_range(crowd, name)
        if crowd.ndim not in (3, 4) or len(crowd) == 0:
            raise ValueError(
                f"{name} must be pictures (n, h, w) or (n, h, w, 3), got {crowd.shape}"
            )
    if real.shape[1:] != made.shape[1:]:
        raise ValueError(
            f"real and made must be of one size, got {real.shape[1:]} and {made.shape[1:]}: the "
            "size alone would tell them apart"
        )
    rng, count = np.random.default_rng(seed), min(len(real), len(made))
    ours, theirs = rng.permutation(len(real))[:count], rng.permutation(len(made))[:count]
    sides = rng.integers(0, 2, count)

    def walk() -> Iterator[tuple[Image, Image, str]]:
        for i, j, side in zip(ours, theirs, sides, strict=True):
            pair = (real[i], made[j]) if side == 0 else (made[j], real[i])
            yield *pair, SIDES[side]

    return walk()


def figure(left: Image, right: Image, wins: int, trials: int) -> Figure:
    """The pair, and under it the share of right answers in its 95 % interval."""
    fig = Figure(figsize=(7, 4.6), dpi=DPI)
    for x, picture, name in ((0.06, left, "left"), (0.54, right, "right")):
        ax = fig.add_axes((x, 0.3, 0.4, 0.62))
        draw_picture(ax, picture)
        ax.set_title(name)
    ax = fig.add_axes((0.06, 0.14, 0.88, 0.08))
    low, high = preference_interval(wins, trials)
    ax.axvline(0.5, color=GREY, ls="--", lw=1.5)
    ax.plot([low, high], [0, 0], color=BLUE, lw=8, solid_capstyle="butt", alpha=0.5)
    if trials:
        ax.plot(wins / trials, 0, "o", color=BLUE, ms=10, mec="black")
    ax.set(
        xlim=(-0.02, 1.02), ylim=(-1, 1), yticks=[], xlabel="share of right answers, 95 % interval"
    )
    return fig


def words(wins: int, trials: int) -> str:
    """The result so far in a sentence."""
    if trials == 0:
        return "Nothing is known yet: the share of right answers may be anything from 0 to 100 %."
    low, high = preference_interval(wins, trials)
    if low > 0.5:
        means = "more than half: you can tell them apart"
    elif high < 0.5:
        means = "less than half: you see a difference, and take the made ones for real"
    else:
        means = "one half lies in it, so guessing would explain your answers"
    return (
        f"{wins} of {trials} right. The 95 % interval is {100 * low:.0f} % to {100 * high:.0f} %: "
        f"{means}."
    )


class WhichIsReal(Sleeper, ipywidgets.VBox):
    """The test: two buttons, the pair, and what is known so far."""

    to_do = "take the test"

    def __init__(self, real: Images, made: Others, seed: int = 0) -> None:
        """Crowds of pictures in [0, 1], (n, h, w) or (n, h, w, 3), of one size."""
        self.pairs, self.wins, self.trials = pairs(real, made, seed), 0, 0
        self.pair = next(self.pairs)
        self.buttons = {
            side: ipywidgets.Button(description=f"the {side} one is real") for side in SIDES
        }
        for side, button in self.buttons.items():
            button.on_click(lambda _, side=side: self.choose(side))
        self.said, self.picture = ipywidgets.HTML(), ipywidgets.HTML()
        self._draw("")
        row = ipywidgets.HBox([*self.buttons.values()], layout={"flex_flow": "row wrap"})
        super().__init__([row, self.said, self.picture, Keys()])
        self.add_class(PANEL)

    def choose(self, side: str) -> None:
        """The answer that this side is the real one; the next pair follows."""
        right = side == self.pair[2]
        self.wins, self.trials = self.wins + right, self.trials + 1
        said = "Right. " if right else f"No, the {self.pair[2]} one was real. "
        following = next(self.pairs, None)
        if following is None:  # the last pair stays on the page
            said += "That was the last pair. "
            for button in self.buttons.values():
                button.disabled = True
        else:
            self.pair = following
        self._draw(said)

    def _draw(self, said: str) -> None:
        self.said.value = f'<p role="status">{said}{words(self.wins, self.trials)}</p>'
        left, right, _ = self.pair
        self.still = render(figure(left, right, self.wins, self.trials))
        self.picture.value = image_html(self.still, self._alt())

    def _alt(self) -> str:
        return f"Two pictures, one of them real, side by side. {words(self.wins, self.trials)}"

    def _repr_mimebundle_(self, **options: Any) -> tuple[dict[str, object], dict]:
        """The test where there is a kernel, the pair where there is none."""
        return with_still(super()._repr_mimebundle_(**options), self.still, self._alt())


def explore(real: Images, made: Others, seed: int = 0) -> WhichIsReal:
    """The test over real and made pictures in [0, 1], in the order that `seed` gives.

    Raises TypeError or ValueError where they are no pictures, or not of one size.
    """
    return WhichIsReal(real, made, seed)

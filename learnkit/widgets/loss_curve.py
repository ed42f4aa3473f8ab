"""A curve of losses that grows under the cell while a network learns.

Axes and words cost fifty milliseconds to draw, the line half a millisecond. So the axes are drawn
once and kept as a picture, and the line is drawn over it; only where a loss leaves the axes are
they drawn anew. The horizontal axis is as long as the training will be.
"""

import math
import sys
from collections.abc import Iterator, Mapping
from typing import Any

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from learnkit.widgets.show import DPI, Shown, plain_log_axis, png, render

STYLES = ("-", "--", ":", "-.")


class Curve:
    """The losses by step, one line a loss; `live` where what is shown can be replaced."""

    def __init__(self, title: str, total: int, *, live: bool) -> None:
        """An empty one, for a training of `total` steps."""
        self.title, self.total, self.live = title, total, live
        self.kept: dict[str, tuple[list[int], list]] = {}
        self.fig: Figure | None = None
        self.handle: Any = None

    def keep(self, number: int, losses: Mapping[str, Any]) -> None:
        """Keeps the losses of one step; tensors stay on their device until the curve is drawn."""
        for name, value in losses.items():
            numbers, values = self.kept.setdefault(name, ([], []))
            if numbers[-1:] != [number]:
                numbers.append(number)
                values.append(value)

    def draw(self) -> None:
        """Shows what is kept, in place of what was shown before."""
        if self.kept and self.live:
            self._put(Shown(self._frame(), self.alt()))

    def finish(self) -> None:
        """Shows the whole curve, with axes that fit it."""
        if not self.kept:
            return
        self._fetch()
        if self.live:
            self._put(Shown(render(self._figure(last=True)), self.alt()))
        else:
            print(f"[figure: {self.alt()}]")

    def alt(self) -> str:
        """The curve in words: its first value and its last."""
        parts = [f"{n} from {v[0]:.4g} to {v[-1]:.4g}" for n, (_, v) in self.kept.items()]
        number = max(numbers[-1] for numbers, _ in self.kept.values())
        return f"Curve of {self.title} over {number} steps: {', '.join(parts)}."

    def _put(self, shown: Shown) -> None:
        if self.handle is None:
            from IPython.display import display

            self.handle = display(shown, display_id=True)
        else:
            self.handle.update(shown)

    def _frame(self) -> bytes:
        self._fetch()
        fig = self.fig
        if fig is None or not self._fits(fig.axes[0]):
            fig = self.fig = self._figure(last=False)
            self.canvas = FigureCanvasAgg(fig)
            for line in fig.axes[0].lines:
                line.set_animated(True)  # left out when the axes are drawn
            self.canvas.draw()
            self.background = self.canvas.copy_from_bbox(fig.bbox)
        self.canvas.restore_region(self.background)
        for line, (numbers, values) in zip(fig.axes[0].lines, self.kept.values(), strict=True):
            line.set_data(numbers, values)
            fig.draw_artist(line)
        return png(self.canvas)

    def _scale(self) -> str:
        low, high = self._range()
        return "log" if 0 < 10 * low < high else "linear"

    def _figure(self, *, last: bool) -> Figure:
        fig = Figure(figsize=(7, 2.6), dpi=DPI)
        ax = fig.subplots()
        for i, (name, (numbers, values)) in enumerate(self.kept.items()):
            ax.plot(numbers, values, STYLES[i % len(STYLES)], lw=1.5, label=name)
        low, high = self._range()
        room = 0.1 * (high - low) or abs(low) or 1.0
        if self._scale() == "log":
            ax.set_yscale("log")
            plain_log_axis(ax.yaxis, subs=(1.0, 2.0, 5.0))
            ax.set_ylim(low / (1.2 if last else 10), high * 1.2)
        else:  # while it falls, a loss above zero has room to do so
            below = low - room if last else 0 if low >= 0 else low - 5 * room
            ax.set_ylim(below, high + room)
        ax.set(xlabel="step", ylabel="loss", title=f"{self.title}: loss", xlim=(0, self.total))
        if len(self.kept) > 1:
            ax.legend(loc="upper right")
        fig.subplots_adjust(left=0.11, right=0.97, bottom=0.2, top=0.88)
        return fig

    def _fits(self, ax: Axes) -> bool:
        bottom, top = ax.get_ylim()
        low, high = self._range()
        fits = bottom <= low and high <= top and ax.get_yscale() == self._scale()
        return bool(fits) and len(ax.lines) == len(self.kept)

    def _range(self) -> tuple[float, float]:
        finite = [v for _, values in self.kept.values() for v in values if math.isfinite(v)]
        return (min(finite), max(finite)) if finite else (0.0, 1.0)

    def _fetch(self) -> None:
        """Turns the tensors that came since the last drawing into numbers."""
        for _, values in self.kept.values():
            start = next((i for i, v in enumerate(values) if type(v) is not float), len(values))
            values[start:] = _numbers(values[start:])


def _numbers(values: list) -> Iterator[float]:
    """Losses as floats; all tensors at once, so that a GPU is waited for once."""
    if values and all(hasattr(value, "detach") for value in values):
        values = sys.modules["torch"].stack(values).tolist()
    return map(float, values)

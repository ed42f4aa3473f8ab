"""No training is silent: a bar with the steps, the loss and the time left, and a curve that grows.

    for step in watched(train(model, objective, pictures, steps=400, ...), 400, title="copying"):
        ...

`watched` hands every step through and changes nothing. Under a cell it shows one line of HTML, not
a widget, so that the line is still there when the notebook is saved and opened again, or exported;
in a terminal it is tqdm's bar. It draws as seldom as SHARE asks, and only then looks at the loss,
because on a GPU each look waits for the step to end.
"""

import html
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sized
from typing import Any

from tqdm import tqdm
from tqdm.std import EMA

from learnkit.widgets.loss_curve import Curve

SHARE = 0.01  # of the time may go to the bar, as much to the curve, and to the looks at a loss
PAUSE, LONGEST_PAUSE = 0.25, 2.0  # seconds between two drawings
Loss = Callable[[Any], float | Mapping[str, Any]]


def watched(
    steps: Iterable,
    total: int | None = None,
    *,
    title: str = "training",
    loss: Loss | None = None,
    curve: bool = False,
) -> Iterator:
    """Yields the steps one by one, and shows how far they are.

    `total` is their number; what has a length needs none. The steps that `train` yields bring
    their loss; for other loops `loss(step)` gives it, one number or several by name. It is asked
    when the loop's body is done, four times a second at most; for a curve as often as is cheap.
    `curve=True` draws the losses below.
    A loop that is left early says at which step. Raises ValueError where `total` is missing.

    >>> sum(watched([1, 2, 3], title="adding"))
    6
    """
    if total is None:
        if not isinstance(steps, Sized):
            raise ValueError("the number of steps cannot be known beforehand: give it as `total`")
        total = len(steps)
    return _watched(steps, total, title, loss, curve)


def _watched(
    steps: Iterable, total: int, title: str, loss: Loss | None, with_curve: bool
) -> Iterator:
    kernel, watch = _kernel(), Watch(total, title)
    bar = _CellBar(watch) if kernel else _TerminalBar(watch)
    curve = Curve(title, total, live=bool(kernel)) if with_curve else None
    bar_pause, curve_pause, loss_pause = _Pause(), _Pause(), _Pause(least=0.0)

    def end(_cell: object = None) -> None:
        if not watch.is_over:
            watch.is_over = True
            bar.draw()
            if curve is not None:
                curve.finish()

    def look() -> None:
        watch.look(_losses(step, loss))
        if curve is not None and loss is not None:
            curve.keep(watch.number, watch.losses)

    if kernel:  # an error in the loop's body keeps the loop in its traceback: it never ends
        kernel.events.register("post_run_cell", end)
        bar.draw()
    try:
        for step in steps:
            watch.number += 1
            yield step
            if curve is not None and loss is None:
                curve.keep(watch.number, getattr(step, "losses", {}))
            elif curve is not None and loss_pause.is_over():
                with loss_pause:
                    curve.keep(watch.number, _losses(step, loss))
            if bar_pause.is_over():
                with bar_pause:
                    look()
                    bar.draw()
            if curve is not None and curve_pause.is_over():
                with curve_pause:
                    curve.draw()
        if watch.number:
            look()
    except GeneratorExit:  # the loop was left by a break or a return
        look()
        raise
    finally:  # an error or Ctrl-C comes here without a further look: it might fail again
        end()
        if kernel:
            kernel.events.unregister("post_run_cell", end)


def _losses(step: object, loss: Loss | None) -> dict[str, float]:
    """The losses after a step as numbers by name; {} where nobody tells them."""
    found = getattr(step, "losses", {}) if loss is None else loss(step)
    found = found if isinstance(found, Mapping) else {"loss": found}
    return {name: float(value) for name, value in found.items()}


class Watch:
    """How far a training is: the step, its losses, and the time that it took and still needs."""

    def __init__(self, total: int, title: str) -> None:
        """Begins to count the time."""
        self.total, self.title = total, title
        self.number, self.is_over = 0, False
        self.losses: Mapping[str, float] = {}
        self.began = self.looked = time.perf_counter()
        self.number_looked, self.pace = 0, EMA(0.3)  # seconds a step; the latest count most

    def look(self, losses: Mapping[str, float]) -> None:
        """Notes the time, and the losses of the step that was taken last."""
        now = time.perf_counter()
        if self.number > self.number_looked:
            self.pace((now - self.looked) / (self.number - self.number_looked))
        self.number_looked, self.looked = self.number, now
        self.losses, self.is_over = losses, False

    @property
    def left(self) -> str:
        """Minutes and seconds still to go, at the pace of late."""
        return tqdm.format_interval(self.pace() * max(0, self.total - self.number))

    def __str__(self) -> str:
        """The line: "copying: 180 of 400 steps, loss 0.0231, 00:15 left"."""
        took = f"{time.perf_counter() - self.began:.1f} s"
        if not self.is_over:
            first = f"{self.number} of {self.total} steps"
            last = [f"{self.left} left"] if self.number_looked else []
        elif self.number < self.total:
            first, last = f"stopped at step {self.number} of {self.total}, after {took}", []
        else:
            first, last = f"{self.number} steps in {took}", []
        losses = [f"{name} {value:.4g}" for name, value in self.losses.items()]
        return f"{self.title}: " + ", ".join([first, *losses, *last])

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        line = str(self)
        bar = f'<progress max="{max(1, self.total)}" value="{self.number}"></progress>'
        return {"text/html": f"<label>{bar} {html.escape(line)}</label>", "text/plain": line}


class _Pause:
    """The time between two drawings or looks: the longer, the more one of them costs."""

    def __init__(self, least: float = PAUSE) -> None:
        self.least, self.end = least, time.perf_counter() + least

    def is_over(self) -> bool:
        return time.perf_counter() >= self.end

    def __enter__(self) -> None:
        self.began = time.perf_counter()

    def __exit__(self, *_error: object) -> None:
        now = time.perf_counter()
        self.end = now + min(max(self.least, (now - self.began) / SHARE), LONGEST_PAUSE)


# ---- where the bar is shown --------------------------------------------------------------------


def _kernel() -> Any:
    """The shell of a notebook's kernel, which can replace what it has shown; else None."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    return shell if hasattr(shell, "kernel") else None


class _CellBar:
    """A line of HTML under the cell, replaced by the next."""

    def __init__(self, watch: Watch) -> None:
        self.watch = watch
        self.handle: Any = None

    def draw(self) -> None:
        from IPython.display import display

        if self.handle is None:
            self.handle = display(self.watch, display_id=True)
        else:
            self.handle.update(self.watch)


class _TerminalBar:
    """tqdm's own bar; nothing where stderr is a file or a pipe."""

    def __init__(self, watch: Watch) -> None:
        self.watch = watch
        self.bar = tqdm(total=watch.total, desc=watch.title, unit="step", disable=None)

    def draw(self) -> None:
        if self.bar.disable:
            return
        self.bar.n = self.watch.number
        self.bar.set_postfix({name: f"{loss:.4g}" for name, loss in self.watch.losses.items()})
        if self.watch.is_over:
            self.bar.close()

"""The bar over a training: what it says, when it draws, and that it changes nothing."""

import re
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from learnkit.training.loop import Step
from learnkit.widgets import loss_curve
from learnkit.widgets import progress_bar as module
from learnkit.widgets.progress_bar import watched


class Clock:
    """A clock that goes only where a test moves it."""

    def __init__(self):
        self.now = 0.0

    def perf_counter(self):
        return self.now


class Kernel:
    """A notebook's kernel, as far as the bar knows it; what it shows is kept, line by line."""

    def __init__(self, clock, cost):
        self.kernel, self.events, self.clock, self.cost = True, self, clock, cost
        self.lines, self.pictures, self.listeners = [], [], []

    def register(self, _event, listener):
        self.listeners.append(listener)

    def unregister(self, _event, listener):
        self.listeners.remove(listener)

    def display(self, shown, display_id):
        assert display_id is True  # or it could not be replaced
        self.update(shown)
        return SimpleNamespace(update=self.update)

    def update(self, shown):
        self.clock.now += self.cost
        forms = shown._repr_mimebundle_()
        forms = forms[0] if isinstance(forms, tuple) else forms  # and metadata
        is_picture = "<img" in forms["text/html"]
        (self.pictures if is_picture else self.lines).append(forms)


@pytest.fixture
def clock(monkeypatch):
    clock = Clock()
    monkeypatch.setattr(module, "time", clock)
    return clock


@pytest.fixture
def kernel(monkeypatch, clock):
    kernel = Kernel(clock, cost=0.004)
    monkeypatch.setattr(module, "_kernel", lambda: kernel)
    monkeypatch.setattr("IPython.display.display", kernel.display)
    return kernel


def falling(clock, count, seconds):
    """Steps as `train` yields them, each of which takes so many seconds."""
    for number in range(1, count + 1):
        clock.now += seconds
        yield Step(number, {"loss": torch.tensor(8 / number, dtype=torch.float64)})


def test_every_step_is_handed_through_unchanged(clock, kernel):
    steps = list(falling(clock, 40, 0.1))
    assert list(watched(steps)) == steps


def test_while_it_runs_it_says_steps_loss_and_time_left(clock, kernel):
    kernel.cost = 0.0
    for _ in watched(falling(clock, 100, 0.5), 100, title="copying"):
        pass
    middle = next(line["text/plain"] for line in kernel.lines if " 50 of" in line["text/plain"])
    assert re.fullmatch(r"copying: 50 of 100 steps, loss 0\.16, 00:25 left", middle)


def test_at_the_end_it_says_how_long_it_took_and_the_last_loss(clock, kernel):
    for _ in watched(falling(clock, 100, 0.1), 100, title="copying"):
        pass
    assert kernel.lines[-1]["text/plain"].startswith("copying: 100 steps in 10.")
    assert kernel.lines[-1]["text/plain"].endswith("s, loss 0.08")
    assert '<progress max="100" value="100">' in kernel.lines[-1]["text/html"]


def test_a_loop_left_by_break_says_where_and_with_which_loss(clock, kernel):
    for step in watched(falling(clock, 100, 0.01), 100):
        if step.number == 17:
            break
    assert re.match(r"training: stopped at step 17 of 100, .* loss 0.47", text(kernel))


@pytest.mark.parametrize("error", [KeyboardInterrupt, ArithmeticError])
def test_a_step_that_fails_is_not_counted_and_its_error_comes_through(clock, kernel, error):
    def broken():
        yield from falling(clock, 5, 1.0)
        raise error

    with pytest.raises(error):
        list(watched(broken(), 9))
    assert text(kernel).startswith("training: stopped at step 5 of 9, ")


def test_an_error_in_the_body_of_the_loop_ends_the_bar_with_its_cell(clock, kernel):
    loop = watched(falling(clock, 9, 1.0), 9, curve=True)
    next(loop)  # what a traceback keeps: a loop in its first step
    for listener in list(kernel.listeners):
        listener("result of the cell")
    assert text(kernel).startswith("training: stopped at step 1 of 9, ")


def test_a_loop_that_goes_on_in_the_next_cell_counts_on(clock, kernel):
    loop = watched(falling(clock, 9, 1.0), 9)
    next(loop)
    kernel.listeners[0]("result of the cell")
    list(loop)
    assert text(kernel).startswith("training: 9 steps in ")
    assert not kernel.listeners


def test_the_bar_and_the_curve_take_two_percent_of_the_time(clock, kernel, monkeypatch):
    kernel.cost = 0.018
    monkeypatch.setattr(loss_curve.Curve, "_frame", lambda curve: b"")
    for _ in watched(falling(clock, 2000, 0.05), 2000, curve=True):
        pass
    drawn = len(kernel.lines) + len(kernel.pictures)
    assert drawn > 80  # in a hundred seconds
    assert drawn * kernel.cost <= 0.021 * 100


def test_a_loss_is_looked_at_four_times_a_second_at_most(clock, kernel):
    looks = []
    for t in watched(range(1000), loss=lambda t: looks.append(t) or 1.0):
        clock.now += 0.01
        assert t not in looks  # the loop's body comes first
    assert len(looks) <= 41


@pytest.mark.parametrize(("cost", "fewest", "most"), [(0.0, 100, 160), (0.1, 6, 16)])
def test_a_curve_asks_for_every_loss_that_is_cheap_and_for_few_of_a_dear_one(
    clock, kernel, cost, fewest, most
):
    asked = []

    def loss(step):
        clock.now += cost
        asked.append(step)
        return 1 / step

    for _ in watched(range(1, 101), loss=loss, curve=True):
        clock.now += 0.1
    assert fewest <= len(asked) <= most
    assert asked[-1] == 100


def test_losses_by_name_are_all_told(clock, kernel):
    for _ in watched(range(3), loss=lambda t: {"forger": 0.5, "judge": t}):
        pass
    assert text(kernel).endswith(", forger 0.5, judge 2")


def test_what_has_no_loss_still_has_a_bar(clock, kernel):
    for _ in watched(["a", "b"], title="<i>"):
        pass
    assert text(kernel) == "<i>: 2 steps in 0.0 s"
    assert "<i>" not in kernel.lines[-1]["text/html"]


def test_the_curve_grows_and_ends_with_every_steps_loss(clock, kernel, monkeypatch):
    figures = []
    monkeypatch.setattr(loss_curve, "render", lambda fig: figures.append(fig) or b"whole")
    for _ in watched(falling(clock, 100, 0.1), 100, title="copying", curve=True):
        pass
    assert len({picture["text/html"] for picture in kernel.pictures}) > 5
    (line,) = figures[-1].axes[0].lines
    np.testing.assert_allclose(line.get_ydata(), 8 / np.arange(1, 101))
    assert figures[-1].axes[0].get_yscale() == "log"
    alt = "Curve of copying over 100 steps: loss from 8 to 0.08."
    assert kernel.pictures[-1]["text/plain"] == f"[figure: {alt}]"


def test_a_growing_curve_draws_its_axes_anew_only_where_a_loss_leaves_them(kernel, clock):
    curve, axes = loss_curve.Curve("x", 100, live=True), set()
    for number in range(1, 21):
        curve.keep(number, {"loss": 2.0 + number % 2})
        curve.draw()
        axes.add(id(curve.fig))
    assert len(axes) <= 2
    curve.keep(21, {"loss": 50.0})
    curve.draw()
    assert curve.fig.axes[0].get_ylim()[1] > 50


def test_tensors_become_numbers_in_one_look_and_what_is_no_number_is_left_out(kernel, clock):
    torch = pytest.importorskip("torch")
    curve = loss_curve.Curve("x", 3, live=True)
    for number, value in enumerate((4.0, float("nan"), 1.0), 1):
        curve.keep(number, {"loss": torch.tensor(value)})
    curve.finish()
    assert curve.kept["loss"][1][::2] == [4.0, 1.0]


def test_in_a_terminal_tqdm_draws_and_in_a_pipe_nobody(capsys, monkeypatch):
    assert list(watched(range(5), title="counting")) == [0, 1, 2, 3, 4]
    assert capsys.readouterr() == ("", "")
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    list(watched(range(5), title="counting", loss=lambda t: t))
    assert "counting: 100%" in (told := capsys.readouterr().err) and "loss=4" in told


def test_outside_a_notebook_the_curve_is_told_in_words(capsys):
    list(watched(range(5), title="counting", loss=lambda t: 5.0 - t, curve=True))
    assert "[figure: Curve of counting over 5 steps: loss from 5 to 1.]" in capsys.readouterr().out


@pytest.mark.errors
def test_a_generator_without_its_number_of_steps_is_refused():
    with pytest.raises(ValueError, match="give it as `total`"):
        watched(i for i in range(3))


def text(kernel):
    return kernel.lines[-1]["text/plain"]

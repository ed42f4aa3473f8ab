import re

import numpy as np
import pytest

from learnkit.widgets import parabola

TRUTHS = [(0.0, 0.0, 1.0), (0.2, 0.8), (0.5,), (0.1, 0.4, 0.4, 0.7)]


def valley(fig) -> tuple[np.ndarray, np.ndarray]:
    """The thick curve: greys, and their loss."""
    line = max(fig.axes[1].lines, key=lambda line: line.get_linewidth())
    return np.asarray(line.get_xdata()), np.asarray(line.get_ydata())


@pytest.mark.parametrize("truths", TRUTHS)
def test_the_foot_of_the_parabola_lies_at_the_mean_of_the_truths(truths):
    greys, losses = valley(parabola.scene(truths).stage())
    assert abs(greys[losses.argmin()] - np.mean(truths)) <= 0.005 + 1e-9  # half a step of the curve
    assert losses.min() == pytest.approx(np.var(truths), abs=1e-4)
    np.testing.assert_allclose(losses, [np.mean((g - np.array(truths)) ** 2) for g in greys])


@pytest.mark.parametrize("truths", TRUTHS)
@pytest.mark.parametrize("grey", [0.1, 0.47, 0.93])
def test_the_point_lies_on_the_curve_and_the_tangent_touches_it(truths, grey):
    scene = parabola.scene(truths)
    _, tangent, point, *_ = scene.actors(scene.stage(), grey=grey)
    loss = float(np.mean((grey - np.array(truths)) ** 2))
    assert (point.get_xdata()[0], point.get_ydata()[0]) == pytest.approx((grey, loss))
    (x0, x1), (y0, y1) = tangent.get_data()
    slope = (y1 - y0) / (x1 - x0)
    assert slope == pytest.approx(2 * (grey - np.mean(truths)))
    assert y0 + slope * (grey - x0) == pytest.approx(loss)


@pytest.mark.parametrize(("grey", "way"), [(0.1, "falling"), (0.5, "level"), (0.9, "rising")])
def test_the_words_say_grey_loss_slope_and_where_the_foot_is(grey, way):
    words = parabola.scene((0.25, 0.75)).alt(grey=grey)
    assert f"Painted grey {grey:.2f} against truths 0.25, 0.75" in words
    assert f"tangent {way}" in words and words.endswith("at their mean, 0.50.")
    assert float(re.search(r"MSE (\d\.\d+)", words)[1]) == pytest.approx(
        (grey - 0.5) ** 2 + 0.0625, abs=6e-4
    )
    assert float(re.search(r"slope ([+-]\d\.\d+)", words)[1]) == pytest.approx(2 * (grey - 0.5))


def test_the_swatch_is_painted_in_the_grey_of_the_slider():
    scene = parabola.scene((0.0, 1.0))
    painted, *_ = scene.actors(scene.stage(), grey=0.3)
    assert np.asarray(painted.get_array()).tolist() == [[0.3, 0.3]]
    assert painted.get_clim() == (0, 1)


def test_the_slider_reaches_every_grey_and_starts_away_from_the_foot():
    panel = parabola.explore()
    control = panel.controls["grey"]
    assert (control.min, control.max) == (0, 1)
    assert abs(control.value - 1 / 3) > 0.2

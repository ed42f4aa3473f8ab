import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.colors import to_hex

from learnkit.widgets import ravine
from learnkit.widgets.show import BLUE, RED

RATES = [0.005, 0.02, 0.1, 2 / 11, 0.195, 0.199, 0.2, 0.201, 0.21, 0.22]


def test_the_limit_is_two_over_the_largest_eigenvalue_of_the_hessian():
    def slope(point):  # by central differences, which are exact on a bowl
        nudges = 1e-3 * np.eye(2)
        return (ravine.height(point + nudges) - ravine.height(point - nudges)) / 2e-3

    hessian = np.array([slope(e) for e in np.eye(2)])
    assert ravine.LIMIT == pytest.approx(2 / np.linalg.eigvalsh(hessian)[-1])


@given(lr=st.floats(0.005, 0.22))
def test_the_walk_settles_exactly_where_the_rate_is_below_the_limit(lr):
    path = ravine.walk(lr)
    nearer = np.abs(path[1:]) < np.abs(path[:-1])
    assert nearer[:, 0].all()  # the shallow way settles for every rate here
    assert (nearer[:, 1] | (path[1:, 1] == 0)).all() == (lr < 0.2)


@given(lr=st.floats(0.005, 0.22))
def test_each_step_multiplies_by_one_minus_rate_times_curvature(lr):
    factors = (1 - lr * np.array([1.0, 10.0])) ** np.arange(31)[:, None]
    np.testing.assert_allclose(ravine.walk(lr), ravine.START * factors, atol=1e-12)


@pytest.mark.parametrize("lr", RATES)
def test_what_the_figure_says_of_settling_is_what_the_walk_does(lr):
    scene = ravine.scene()
    path, curve, verdict, _ = scene.actors(scene.stage(), lr=lr)
    settles = abs(ravine.walk(lr)[-1, 1]) < abs(ravine.START[1])
    assert to_hex(path.get_color()) == to_hex(curve.get_color()) == (BLUE if settles else RED)
    assert ("does not settle" in verdict.get_text()) == (not settles)
    assert ("does not settle" in scene.alt(lr=lr)) == (not settles)


@pytest.mark.parametrize("lr", RATES)
def test_the_figure_draws_the_walk_and_the_height_of_its_every_step(lr):
    scene = ravine.scene()
    path, curve, *_ = scene.actors(scene.stage(), lr=lr)
    points = ravine.walk(lr)
    np.testing.assert_array_equal(path.get_xydata(), points)
    heights = 0.5 * points[:, 0] ** 2 + 5 * points[:, 1] ** 2
    np.testing.assert_allclose(curve.get_ydata(), np.maximum(heights, 1e-12), rtol=1e-12)


def test_the_words_count_the_crossings_of_the_ravine_and_name_the_height():
    words = ravine.scene().alt(lr=0.15)  # 1 - 0.15 x 10 < 0: it crosses at every step
    assert "learning rate 0.150" in words and "2/L = 0.20" in words
    assert "crosses the ravine 30 times" in words
    assert "crosses the ravine 0 times" in ravine.scene().alt(lr=0.05)
    height = float(re.search(r"height (\S+) after 30 steps", words)[1])
    assert height == pytest.approx(ravine.height(ravine.walk(0.15))[-1], rel=0.05)


def test_the_slider_reaches_both_sides_of_the_limit():
    control = ravine.explore().controls["lr"]
    assert control.min < control.value < ravine.LIMIT < control.max

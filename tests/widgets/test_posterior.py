import time

import numpy as np
import pytest

from learnkit.widgets import posterior as widget


def fill(share, temperature):
    """Grey noise in the lower part of a ramp: each of eight fills by its own."""
    rng = np.random.default_rng(0)
    picture = np.linspace(0, 1, 28 * 28).reshape(28, 28)
    hole = np.zeros((28, 28), bool)
    hole[28 - round(28 * share) :] = True
    made = 0.5 + 0.1 * temperature * rng.standard_normal((8, 28, 28))
    return np.where(hole, made, picture), np.where(hole, 0, picture)


def test_the_figure_shows_the_cut_picture_the_eight_fills_and_their_mean():
    scene = widget.scene(fill)
    fig = scene.figure(share=0.5, temperature=1.0)
    made, cut = fill(0.5, 1.0)
    shown = [np.asarray(ax.images[-1].get_array()) for ax in fig.axes]
    np.testing.assert_array_equal(shown[0], cut)
    np.testing.assert_allclose(shown[5], made.mean(axis=0))
    np.testing.assert_allclose([*shown[1:5], *shown[6:]], made)


def test_how_far_they_are_apart_is_the_root_mean_variance():
    made, _ = fill(0.7, 1.0)
    assert widget.spread(made) == pytest.approx(np.sqrt(made.var(axis=0).mean()))
    assert widget.spread(fill(0.7, 0.0)[0]) < 1e-12


@pytest.mark.parametrize(
    ("share", "temperature", "said"),
    [
        (0.0, 1.0, "no hole, at temperature 1.0: all are one"),
        (0.5, 0.0, "hole of 50 %, at temperature 0.0: all are one"),
        (1.0, 1.5, "each is invented, at temperature 1.5: 0.1"),
    ],
)
def test_the_words_say_the_hole_the_temperature_and_how_far_apart(share, temperature, said):
    assert said in widget.scene(fill).alt(share=share, temperature=temperature)


def test_each_pair_of_values_is_filled_once_and_answered_at_once():
    calls = []

    def counted(share, temperature):
        calls.append((share, temperature))
        return fill(share, temperature)

    panel = widget.explore(counted)
    before = panel.picture.value
    began = time.process_time()
    panel.controls["share"].value = 1.0
    answer = time.process_time() - began
    widget.scene(fill).png(share=1.0, temperature=1.0)
    anew = time.process_time() - began - answer
    assert answer < 2 * anew  # measured: a quarter of it
    assert panel.picture.value != before
    panel.controls["share"].value = 0.5
    assert panel.picture.value == before
    assert len(calls) == len(set(calls))


def test_the_sliders_reach_nothing_everything_and_beyond_honest():
    controls = widget.explore(fill).controls
    assert (controls["share"].min, controls["share"].max) == (0, 1)
    assert (controls["temperature"].min, controls["temperature"].max) == (0, 1.5)
    assert controls["temperature"].value == 1


@pytest.mark.errors
def test_seven_fills_are_not_eight():
    with pytest.raises(ValueError, match="fills must"):
        widget.scene(
            lambda share, temperature: (fill(share, temperature)[0][:7], np.zeros((28, 28)))
        ).alt(share=0.5, temperature=1.0)

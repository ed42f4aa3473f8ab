import io
import statistics
import time
from itertools import pairwise

import numpy as np
import pytest
from PIL import Image
from skimage.metrics import peak_signal_noise_ratio

from learnkit.images.damaged import damaged
from learnkit.widgets import curves
from learnkit.widgets.show import render

STEPS = [0, 50, 100, 200, 400]
TRAIN = [0.3, 0.1, 0.04, 0.02, 0.01]
VALIDATION = [0.32, 0.12, 0.05, 0.06, 0.08]


def film_of(truth, **changes):
    noise = 0.2 * np.random.default_rng(7).normal(size=truth.shape)
    before = np.clip(truth + noise, 0, 1)
    pictures = [before + part * (truth - before) for part in (0.0, 0.3, 0.6, 0.8, 0.9)]
    parts = {"steps": STEPS, "train": TRAIN, "validation": VALIDATION, "pictures": pictures}
    return curves.Film(**{**parts, "before": before, "truth": truth, **changes})


@pytest.fixture(scope="module")
def film():
    return film_of(damaged("garment").image)


def pixels(png):
    return np.asarray(Image.open(io.BytesIO(png))).astype(int)


def test_the_psnr_of_each_picture_is_scikit_images(film):
    theirs = [peak_signal_noise_ratio(film.truth, p, data_range=1) for p in film.pictures]
    np.testing.assert_allclose(film.psnr, theirs)
    assert len(set(film.psnr)) == len(STEPS)


def test_the_best_step_is_the_first_with_the_lowest_validation_loss(film):
    assert film.validation[film.best] == min(film.validation) and film.best == 2
    tie = film_of(film.truth, validation=[0.3, 0.1, 0.2, 0.1, 0.4])
    assert tie.best == 1


def test_the_figure_shows_what_went_in_the_picture_and_the_truth(film):
    scene = curves.scene(film)
    for i, step in enumerate(STEPS):
        fig = scene.stage()
        now, *_, title, score = scene.actors(fig, frame=i)
        np.testing.assert_array_equal(now.get_array(), np.clip(film.pictures[i], 0, 1))
        assert now.axes is fig.axes[1] and now.get_clim() == (0, 1)
        assert title.get_text() == f"network, step {step}" and title.axes is fig.axes[1]
        assert score.get_text() == f"step {step}: PSNR {film.psnr[i]:.1f} dB"
    np.testing.assert_array_equal(fig.axes[0].images[0].get_array(), film.before)
    np.testing.assert_array_equal(fig.axes[2].images[0].get_array(), film.truth)
    titles = [ax.texts[0].get_text() for ax in (fig.axes[0], fig.axes[2])]
    assert titles == ["what went in", "truth"]


def test_markers_stand_on_both_curves_at_the_frame(film):
    scene = curves.scene(film)
    for i, step in enumerate(STEPS):
        fig = scene.stage()
        _, line, on_train, on_validation, *_ = scene.actors(fig, frame=i)
        assert set(line.get_xdata()) == {step}
        assert on_train.get_xydata().tolist() == [[step, TRAIN[i]]]
        assert on_validation.get_xydata().tolist() == [[step, VALIDATION[i]]]


def test_the_curves_run_through_every_step_and_the_best_one_is_marked(film):
    ax = curves.scene(film).stage().axes[3]
    train, validation, best = ax.lines
    np.testing.assert_array_equal(train.get_xydata(), np.c_[STEPS, TRAIN])
    np.testing.assert_array_equal(validation.get_xydata(), np.c_[STEPS, VALIDATION])
    assert set(best.get_xdata()) == {100} and best.get_linestyle() != "-"
    words = [text.get_text() for text in ax.get_legend().get_texts()]
    assert words == ["train", "validation", "best validation: step 100"]
    assert ax.get_xlabel() == "step" and ax.get_ylabel() == "loss"


@pytest.mark.parametrize("lowest", [0.01, 0.0, -1.0])
def test_the_axis_is_logarithmic_where_all_losses_are_positive(film, lowest):
    ax = curves.scene(film_of(film.truth, train=[*TRAIN[:-1], lowest])).stage().axes[3]
    assert ax.get_yscale() == ("log" if lowest > 0 else "linear")


@pytest.mark.parametrize("lowest", [0.01, -1.0])
def test_the_legend_stands_above_the_curves(film, lowest):
    fig = curves.scene(film_of(film.truth, train=[*TRAIN[:-1], lowest])).stage()
    render(fig)
    ax = fig.axes[3]
    tops = [ax.transData.transform(line.get_xydata())[:, 1].max() for line in ax.lines[:2]]
    legend = ax.get_legend().get_window_extent()
    assert max(tops) < legend.y0 and legend.y1 <= ax.bbox.y1


@pytest.mark.parametrize("truth", [np.full((6, 8, 3), 0.5), np.full((9, 6), 0.5)])
def test_nothing_is_cut_off_and_no_words_overlap(truth):
    scene = curves.scene(film_of(truth, steps=[0, 5000, 10000, 20000, 40000]))
    fig = scene.figure(frame=4)
    picture = pixels(render(fig))
    titles = [ax.texts[-1].get_window_extent() for ax in fig.axes]
    assert all(a.x1 < b.x0 for a, b in pairwise(titles))
    border = [picture[0], picture[-1], picture[:, 0], picture[:, -1]]
    assert all((side == 255).all() for side in border)


def test_the_words_say_step_losses_and_psnr(film):
    words = curves.scene(film).alt(frame=1)
    assert words.startswith("A network that mends a picture, after step 50 of 400")
    assert f"PSNR of {film.psnr[1]:.1f} dB, what went in has {film.psnr[0]:.1f} dB" in words
    assert "train loss is 0.1 (it began at 0.3 and ends at 0.01)" in words
    assert "validation loss 0.12 (it began at 0.32 and ends at 0.08)" in words
    assert words.endswith("before the best step: validation is lowest, 0.05, at step 100.")
    assert "This is the best step" in curves.scene(film).alt(frame=2)
    assert "past the best step" in curves.scene(film).alt(frame=3)


def test_a_figure_is_made_of_its_frame_alone_and_the_quick_one_looks_like_it(film):
    scene, fresh = curves.scene(film), {i: curves.scene(film).png(frame=i) for i in range(5)}
    assert len(set(fresh.values())) == 5
    for i in (0, 4, 2, 1, 3, 0):
        assert scene.png(frame=i) == fresh[i]
        whole = pixels(render(scene.figure(frame=i)))
        assert (np.abs(pixels(fresh[i]) - whole).max(axis=2) > 32).mean() < 0.002


def test_actors_leave_the_axes_as_they_were(film):
    scene = curves.scene(film)
    fig = scene.stage()
    limits = [(ax.get_xlim(), ax.get_ylim()) for ax in fig.axes]
    scene.actors(fig, frame=4)
    assert [(ax.get_xlim(), ax.get_ylim()) for ax in fig.axes] == limits


def test_a_frame_takes_less_than_a_tenth_of_a_second(tenth_of_a_second):
    scene = curves.scene(film_of(damaged("emoji").image))
    took = []
    for i in (0, 1, 2, 3, 4, 0, 1, 2):
        began = time.process_time()
        scene.png(frame=i)
        took.append(time.process_time() - began)
    assert statistics.median(took) < tenth_of_a_second


def test_the_slider_runs_over_all_steps_and_so_does_the_play_button(film):
    panel = curves.explore(film)
    frame = panel.controls["frame"]
    play, beside = panel.children[0].children
    assert beside is frame and panel.children[1] is panel.picture
    assert (frame.min, frame.max, frame.step) == (play.min, play.max, play.step) == (0, 4, 1)


def test_one_step_is_a_film_too(film):
    one = {"steps": [0], "train": [0.3], "validation": [0.4], "pictures": film.pictures[:1]}
    assert "step 0 of 0" in curves.scene(film_of(film.truth, **one)).alt(frame=0)
    assert curves.scene(film_of(film.truth, **one)).png(frame=0)


@pytest.mark.errors
@pytest.mark.parametrize("name", ["steps", "train", "validation", "pictures"])
def test_counts_that_do_not_pair_up_are_said(film, name):
    odd = film_of(film.truth, **{name: getattr(film, name)[:-1]})
    with pytest.raises(ValueError, match=f"got .*4 {name if name != 'train' else 'train losses'}"):
        curves.scene(odd)


@pytest.mark.errors
def test_an_empty_film_and_pictures_of_two_shapes_are_refused(film):
    empty = {"steps": [], "train": [], "validation": [], "pictures": []}
    with pytest.raises(ValueError, match="a step at least: got 0 steps"):
        curves.scene(film_of(film.truth, **empty))
    odd = film_of(film.truth, pictures=[*film.pictures[:-1], film.truth[1:]])
    with pytest.raises(ValueError, match="must have one shape"):
        curves.scene(odd)

import time

import numpy as np
import pytest
from matplotlib.collections import LineCollection
from skimage.segmentation import find_boundaries

from learnkit.widgets import denoising as room

ALPHA_BAR = np.linspace(0.99, 0.02, 50)
STEPS = [49, 30, 12, 3, -1]


def made(*, colour=False, hole=None, seed=0):
    """A film whose x0 comes nearer to a picture, with its noise as it must be."""
    rng = np.random.default_rng(seed)
    shape = (14, 10, 3) if colour else (14, 10)
    end, first = rng.random(shape), rng.random(shape)
    believed = [end + share * (first - end) for share in (1, 0.6, 0.3, 0.1, 0)]
    levels = [1.0 if t < 0 else ALPHA_BAR[t] for t in STEPS]
    noisy = [
        (np.sqrt(a) * (2 * x0 - 1) + np.sqrt(1 - a) * rng.normal(size=shape) + 1) / 2
        for a, x0 in zip(levels, believed, strict=True)
    ]
    return room.Film(STEPS, noisy, believed, ALPHA_BAR, hole)


def test_noise_falls_to_0_and_its_square_and_that_of_the_picture_add_up_to_1():
    noise = made().noise
    assert noise[-1] == 0 and (np.diff(noise) < 0).all()
    np.testing.assert_allclose(np.square(noise[:-1]) + ALPHA_BAR[STEPS[:-1]], 1)


def test_the_beliefs_come_nearer_to_the_last():
    film = made()
    away = film.away
    assert away[-1] == 0
    np.testing.assert_allclose(away[1:4], np.array([0.6, 0.3, 0.1]) * away[0])
    assert away[0] == pytest.approx(np.abs(film.believed[0] - film.believed[-1]).mean())


@pytest.mark.parametrize("colour", [False, True])
def test_the_figure_shows_both_pictures_clipped_and_the_place_on_the_curve(colour):
    film = made(colour=colour)
    scene = room.scene(film)
    for i, t in enumerate(STEPS):
        fig = scene.stage()
        now, belief, here, title, _, words = scene.actors(fig, frame=i)
        np.testing.assert_array_equal(now.get_array(), np.clip(film.noisy[i], 0, 1))
        np.testing.assert_array_equal(belief.get_array(), np.clip(film.believed[i], 0, 1))
        assert (now.axes, belief.axes) == tuple(fig.axes[:2]) and now.get_clim() == (0, 1)
        assert here.get_xydata().tolist() == [[i, film.noise[i]]]
        assert title.get_text() == ("xt, the sample" if t < 0 else f"xt, t = {t}")
        assert f"noise {film.noise[i]:.2f}" in words.get_text()
    curve = fig.axes[2].lines[0].get_xydata()
    np.testing.assert_allclose(curve, np.c_[range(5), film.noise])


def test_a_hole_is_outlined_on_both_pictures_and_closed_at_the_border():
    hole = np.zeros((14, 10), bool)
    hole[3:7, 4:] = True
    scene = room.scene(made(hole=hole))
    *_, left, right = scene.actors(scene.stage(), frame=1)
    assert isinstance(left, LineCollection) and left.axes is not right.axes
    assert len(left.get_segments()) == 2 * (4 + 6)  # the way round a box
    assert "hole of 24 pixels" in scene.alt(frame=1)


def test_the_outline_runs_where_hole_and_known_meet():
    hole = np.random.default_rng(3).random((9, 7)) < 0.4
    hole[[0, -1]] = hole[:, [0, -1]] = False
    touched = np.zeros((9, 7), bool)
    for (x0, y0), (x1, y1) in room.outline(hole):
        x, y = (x0 + x1) / 2, (y0 + y1) / 2
        for i, j in ((y - 0.5, x), (y + 0.5, x)) if y0 == y1 else ((y, x - 0.5), (y, x + 0.5)):
            touched[int(i), int(j)] = True
    np.testing.assert_array_equal(touched, find_boundaries(hole, connectivity=1))
    assert room.outline(np.zeros((3, 3), bool)) == []


@pytest.mark.parametrize("channels", [1, 3])
def test_a_film_is_recorded_from_the_moments_of_a_sampler(channels):
    rng = np.random.default_rng(1)
    moments = [(t, *rng.normal(size=(2, 4, channels, 6, 5))) for t in STEPS]
    film = room.record(iter(moments), ALPHA_BAR, which=2)
    shape = (6, 5) if channels == 1 else (6, 5, 3)
    assert film.steps == STEPS and film.noisy[0].shape == film.believed[0].shape == shape
    for (_, xt, x0), noisy, believed in zip(moments, film.noisy, film.believed, strict=True):
        np.testing.assert_allclose(2 * noisy.reshape(6, 5, -1)[..., 0] - 1, xt[2, 0])
        np.testing.assert_allclose(2 * believed.reshape(6, 5, -1)[..., -1] - 1, x0[2, -1])
    as_it_is = room.record(moments, ALPHA_BAR, inside=False).noisy[0]
    np.testing.assert_array_equal(as_it_is.reshape(6, 5, -1)[..., 0], moments[0][1][0, 0])


def test_a_film_is_recorded_from_tensors_too():
    import torch

    from learnkit.models import diffusion, noise_schedule

    alpha_bar = noise_schedule.linear_schedule(40)
    xT = torch.randn(2, 1, 6, 5, generator=torch.Generator().manual_seed(0))
    film = room.record(diffusion.ddim(lambda x, t: 0.9 * x, xT, alpha_bar, 5), alpha_bar)
    assert film.steps[-1] == -1 and len(film.steps) == 6
    np.testing.assert_allclose(film.noisy[0], (xT[0, 0].numpy() + 1) / 2, rtol=1e-6)
    assert room.explore(film).controls["frame"].max == 5


def test_a_frame_is_drawn_in_less_than_a_tenth_of_a_second(tenth_of_a_second):
    scene = room.scene(made(colour=True, hole=np.ones((14, 10), bool)))
    scene.png(frame=0)
    took = []
    for frame in (1, 2, 3, 4):
        begin = time.process_time()
        scene.png(frame=frame)
        took.append(time.process_time() - begin)
    assert min(took) < tenth_of_a_second


def test_the_words_say_steps_t_noise_and_distance():
    film = made()
    alt = room.scene(film).alt
    assert alt(frame=1).startswith("A sample after 1 of 4 steps, at t = 30")
    assert f"weight {film.noise[1]:.2f} and the picture" in alt(frame=1)
    assert f"{film.away[1]:.3f} (of 1) away" in alt(frame=1)
    assert "the finished sample" in alt(frame=4) and "hole" not in alt(frame=4)


def test_the_slider_runs_over_all_frames_and_so_does_the_play_button():
    panel = room.explore(made())
    frame = panel.controls["frame"]
    play, beside = panel.children[0].children
    assert beside is frame and panel.children[1] is panel.picture
    assert (frame.min, frame.max, frame.step) == (play.min, play.max, play.step) == (0, 4, 1)


@pytest.mark.errors
def test_frames_that_do_not_pair_up_and_holes_of_another_size_are_named():
    film = made()
    odd = room.Film(STEPS[:-1], film.noisy, film.believed, ALPHA_BAR)
    with pytest.raises(ValueError, match="got 4 steps, 5 xt, 5 x0"):
        room.scene(odd)
    with pytest.raises(ValueError, match=r"size \(14, 10\), got \(10, 14\)"):
        room.scene(made(hole=np.zeros((10, 14), bool)))

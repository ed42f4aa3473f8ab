import numpy as np
import pytest
from matplotlib.collections import PatchCollection

from learnkit.images.ring import centres, modes_found
from learnkit.widgets import ring

STEPS = [0, 200, 400, 600]
HELD = [[], [1], [1, 4, 6], list(range(8))]


def crowd(blobs, seed, n=240):
    """Points in the middle of these blobs, and as many at the origin where there are none."""
    rng = np.random.default_rng(seed)
    middles = centres()[np.resize(blobs, n)] if blobs else np.zeros((n, 2))
    return middles + 0.02 * rng.normal(size=(n, 2))


@pytest.fixture(scope="module")
def film():
    samples = [crowd(blobs, seed) for seed, blobs in enumerate(HELD)]
    return ring.Film(STEPS, samples, crowd(range(8), 9))


def test_each_frame_has_found_the_blobs_that_its_points_were_put_into(film):
    assert [[i for i, there in enumerate(each) if there] for each in film.found] == HELD
    assert film.modes == [0, 1, 3, 8] == [modes_found(points) for points in film.samples]


def test_the_figure_shows_points_blobs_and_the_place_on_the_curve(film):
    scene = ring.scene(film)
    for i, blobs in enumerate(HELD):
        fig = scene.stage()
        points, here, title, share, crosses, discs, rings = scene.actors(fig, frame=i)
        np.testing.assert_array_equal(points.get_xydata(), film.samples[i])
        assert here.get_xydata().tolist() == [[STEPS[i], len(blobs)]]
        assert title.get_text() == f"step {STEPS[i]}: {len(blobs)} of 8 blobs"
        assert share.get_text().startswith("100 %" if blobs else "0 %")
        assert isinstance(discs, PatchCollection) and isinstance(rings, PatchCollection)
        assert len(discs.get_paths()) == len(blobs) == 8 - len(rings.get_paths())
        assert len(crosses.get_xydata()) == 8 - len(blobs)  # not by colour alone
        assert len(discs.get_facecolor()) and not len(rings.get_facecolor())


def test_the_blobs_are_numbered_beside_their_middles_and_the_real_points_stand_still(film):
    plane, curve = ring.scene(film).stage().axes
    for number, middle in enumerate(centres(), 1):
        (label,) = (t for t in plane.texts if t.get_text() == str(number))
        x, y = label.get_position()
        assert np.hypot(*(middle - (x, y))) < 0.6 and np.hypot(x, y) > 2.4
    np.testing.assert_array_equal(plane.lines[0].get_xydata(), film.real)
    assert curve.lines[0].get_xydata().tolist() == [
        [s, len(b)] for s, b in zip(STEPS, HELD, strict=True)
    ]


def test_points_that_flew_off_lie_on_the_border():
    film = ring.Film([0], [np.array([[50.0, 0.0], [0.0, -9.0]])], crowd([], 0))
    scene = ring.scene(film)
    points = scene.actors(scene.stage(), frame=0)[0].get_xydata()
    assert points.tolist() == [[ring.BEYOND, 0.0], [0.0, -ring.BEYOND]]


def test_the_words_say_step_count_and_which_blobs_are_missed(film):
    alt = ring.scene(film).alt
    assert "after step 400" in alt(frame=2) and "3 of 8 blobs are found" in alt(frame=2)
    assert "(missed: 1, 3, 4, 6, 8)" in alt(frame=2)
    assert "missed" not in alt(frame=0) and "missed" not in alt(frame=3)
    assert alt(frame=1).endswith("the count goes from 0 to 8, at most 8.")


def test_the_slider_runs_over_all_frames_and_so_does_the_play_button(film):
    panel = ring.explore(film)
    frame = panel.controls["frame"]
    play, beside = panel.children[0].children
    assert beside is frame and panel.children[1] is panel.picture
    assert (frame.min, frame.max, frame.step) == (play.min, play.max, play.step) == (0, 3, 1)


@pytest.mark.errors
def test_samples_and_steps_that_do_not_pair_up_are_counted(film):
    odd = ring.Film(STEPS[:-1], film.samples, film.real)
    with pytest.raises(ValueError, match="one step number a frame: got 4 frames, 3 steps"):
        ring.scene(odd)

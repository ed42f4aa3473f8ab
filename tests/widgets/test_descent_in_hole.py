import numpy as np
import pytest
from skimage.metrics import peak_signal_noise_ratio

from learnkit.byhand.losses import roughness_grad
from learnkit.images.damaged import damaged
from learnkit.widgets import descent_in_hole

STEPS = [0, 1, 4, 12, 40]


@pytest.fixture(scope="module")
def film():
    boot = damaged("garment")
    frame, frames = boot.cut, []
    for step in range(max(STEPS) + 1):
        if step in STEPS:
            frames.append(frame.copy())
        frame[boot.hole] -= 0.12 * roughness_grad(frame)[boot.hole]
    return descent_in_hole.Film(frames, STEPS, boot.image, boot.hole)


def test_the_psnr_of_each_frame_is_scikit_images_over_the_hole(film):
    known = film.hole
    theirs = [
        peak_signal_noise_ratio(film.truth[known], f[known], data_range=1) for f in film.frames
    ]
    np.testing.assert_allclose(film.psnr, theirs)
    assert len(set(film.psnr)) == len(STEPS)


def test_the_roughness_of_each_frame_is_its_definition_and_falls(film):
    for frame, rough in zip(film.frames, film.roughness, strict=True):
        down, right = np.diff(frame, axis=0), np.diff(frame, axis=1)
        assert rough == pytest.approx((down**2).sum() + (right**2).sum())
    assert (np.diff(film.roughness) < 0).all()


def test_the_figure_shows_the_frame_the_truth_and_the_place_on_both_curves(film):
    scene = descent_in_hole.scene(film)
    for i in range(len(STEPS)):
        fig = scene.stage()
        now, on_roughness, on_psnr, title, score = scene.actors(fig, frame=i)
        np.testing.assert_array_equal(now.get_array(), film.frames[i])
        assert now.axes is fig.axes[0] and now.get_clim() == (0, 1)
        assert on_roughness.get_xydata().tolist() == [[STEPS[i] + 1, film.roughness[i]]]
        assert on_psnr.get_xydata().tolist() == [[STEPS[i] + 1, film.psnr[i]]]
        assert title.get_text() == f"step {STEPS[i]}"
        assert f"{film.psnr[i]:.1f} dB" in score.get_text()
    np.testing.assert_array_equal(fig.axes[1].images[0].get_array(), film.truth)


def test_the_curves_run_through_every_frame(film):
    fig = descent_in_hole.scene(film).stage()
    rough, score = (ax.lines[0].get_xydata() for ax in fig.axes[2:])
    np.testing.assert_allclose(rough, np.c_[np.array(STEPS) + 1, film.roughness])
    np.testing.assert_allclose(score, np.c_[np.array(STEPS) + 1, film.psnr])


def test_the_words_say_step_roughness_and_psnr(film):
    words = descent_in_hole.scene(film).alt(frame=3)
    assert words.startswith("The hole after step 12 of gradient descent")
    assert f"roughness {film.roughness[3]:.2f}" in words
    assert f"ends at {film.roughness[-1]:.2f}" in words
    assert words.endswith(f"PSNR in the hole {film.psnr[3]:.1f} dB.")


def test_the_slider_runs_over_all_frames_and_so_does_the_play_button(film):
    panel = descent_in_hole.explore(film)
    frame = panel.controls["frame"]
    play, beside = panel.children[0].children
    assert beside is frame and panel.children[1] is panel.picture
    assert (frame.min, frame.max, frame.step) == (play.min, play.max, play.step) == (0, 4, 1)


@pytest.mark.errors
def test_frames_and_steps_that_do_not_pair_up_are_counted(film):
    odd = descent_in_hole.Film(film.frames, STEPS[:-1], film.truth, film.hole)
    with pytest.raises(ValueError, match="one step number a frame: got 5 frames, 4 steps"):
        descent_in_hole.scene(odd)

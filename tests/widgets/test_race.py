import re

import numpy as np
import pytest
import torch

from learnkit.byhand.losses import roughness_grad
from learnkit.fills.harmonic import harmonic
from learnkit.holes import draw
from learnkit.widgets import race

CALLS = [(valley, name) for valley in race.VALLEYS for name in race.RUNNERS]
TORCH = {
    "gradient descent": lambda p, lr: torch.optim.SGD([p], lr),
    "momentum": lambda p, lr: torch.optim.SGD([p], lr, momentum=0.9),
    "RMSprop": lambda p, lr: torch.optim.RMSprop([p], lr),
    "Adam": lambda p, lr: torch.optim.Adam([p], lr),
}


@pytest.mark.parametrize("valley", race.VALLEYS)
def test_a_valleys_gradient_is_that_of_its_height(valley):
    land = race.VALLEYS[valley]
    for point in np.random.default_rng(0).normal(0, 1, (5, 2)):
        nudges = 1e-6 * np.eye(2)
        slope = (land.height(point + nudges) - land.height(point - nudges)) / 2e-6
        np.testing.assert_allclose(land.grad(point), slope, rtol=1e-5, atol=1e-6)
    assert not isinstance(land.height(np.zeros((3, 2))), float)


@pytest.mark.parametrize(("valley", "name"), CALLS)
def test_a_walk_is_the_one_that_torch_takes(valley, name):
    land = race.VALLEYS[valley]
    x = torch.tensor(land.start, dtype=torch.float64, requires_grad=True)
    optimizer, path = TORCH[name](x, land.rates[name]), [land.start]
    for _ in range(30):
        x.grad = torch.from_numpy(land.grad(x.detach().numpy().copy()))
        optimizer.step()
        path.append(x.detach().numpy().copy())
    np.testing.assert_allclose(race.walk(valley, name, steps=30), path, rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize(("valley", "name"), CALLS)
def test_each_rate_written_down_is_the_one_that_tuning_finds(valley, name):
    land = race.VALLEYS[valley]
    assert land.rates[name] == pytest.approx(race.tuned(land, name))


def test_a_walk_that_flies_apart_is_drawn_and_told_all_the_same():
    values = {"valley": "banana", "step": 100, "rate": 4.0}
    assert not np.isnan(race.walk("banana", "gradient descent", 4.0)).any()
    assert len(race.scene().png(**values)) > 1000
    assert not re.search(r"\b(nan|inf)\b", race.scene().alt(**values))


def test_the_words_list_the_heights_lowest_first():
    words = race.scene().alt(valley="ravine, κ = 100", step=50, rate=1.0)
    heights = [
        float(h) for h in re.findall(r"(?:descent|momentum|RMSprop|Adam) ([\d.e+-]+\d)", words)
    ]
    assert len(heights) == 4 and heights == sorted(heights)
    mine = race.VALLEYS["ravine, κ = 100"].height(race.walk("ravine, κ = 100", "Adam"))[50]
    assert any(h == pytest.approx(mine, rel=0.05) for h in heights)


def test_the_paths_drawn_end_at_the_step():
    scene = race.scene()
    values = {"valley": "banana", "step": 7, "rate": 1.0}
    artists = scene.actors(scene.stage(valley="banana"), **values)
    paths = [artists[i].get_xydata() for i in range(0, 16, 4)]
    for path, name in zip(paths, race.RUNNERS, strict=True):
        np.testing.assert_allclose(path, race.walk("banana", name)[:8])


@pytest.mark.errors
@pytest.mark.parametrize(("valley", "name"), [("canyon", "Adam"), ("banana", "Adagrad")])
def test_an_unknown_valley_or_optimizer_is_an_error_that_lists_those_there_are(valley, name):
    with pytest.raises(ValueError, match=r"unknown .(canyon|Adagrad).; there are"):
        race.walk(valley, name)


# ---- in a hole ---------------------------------------------------------------------------------


@pytest.fixture
def film():
    image = np.random.default_rng(0).random((20, 24))
    hole = draw.box(image.shape, height=4, width=6)
    x, frames = np.where(hole, 0.0, image), []
    for _ in range(4):
        frames.append(x)
        x = x - 0.1 * np.where(hole, roughness_grad(x), 0)
    return {"slow": frames[:1] * 4, "fast": frames}, [0, 1, 2, 3], harmonic(image, hole), hole


def test_the_words_tell_each_ones_distance_to_the_exact_fill(film):
    fills, _, truth, hole = film
    words = race.hole_scene(*film).alt(frame=3)
    for name in fills:
        gap = np.sqrt(np.mean((fills[name][3] - truth)[hole] ** 2))
        assert f"{name} {gap:.2g}" in words
    assert "step 3" in words


def test_each_picture_shows_the_hole_with_its_margin(film):
    fills, _, _, _ = film
    scene = race.hole_scene(*film)
    images = scene.actors(scene.stage(), frame=2)[:2]
    for image, name in zip(images, fills, strict=True):
        np.testing.assert_array_equal(image.get_array(), np.clip(fills[name][2][0:20, 1:23], 0, 1))


def test_the_hole_has_a_slider_and_a_play_button(film):
    panel = race.explore_hole(*film)
    play, frame = panel.children[0].children
    assert play.max == frame.max == 3 and frame is panel.controls["frame"]


@pytest.mark.errors
def test_frames_that_do_not_pair_up_are_an_error_that_names_the_optimizer(film):
    fills, steps, truth, hole = film
    with pytest.raises(ValueError, match="slow has 4 frames for 3 steps"):
        race.hole_scene(fills, steps[:3], truth, hole)
    with pytest.raises(ValueError, match="one to five optimizers, got 0"):
        race.hole_scene({}, steps, truth, hole)

"""The article's program: each of its faults does what lesson 17 says that it does."""

import numpy as np
import pytest
import torch

from learnkit.article.faults import FAULTS
from learnkit.article.program import generator, predict, run
from learnkit.images.data import fashion_mnist

IMAGES = torch.from_numpy(fashion_mnist("train")[0][:32, None] / np.float32(255))
RUNS = {"predict", "minimize"}


def test_as_it_stands_it_ends_at_minimize_and_then_at_predict():
    assert "'Adam' object has no attribute 'minimize'" in run([], IMAGES, steps=2).error
    assert "has no attribute 'minimize'" in run(["predict"], IMAGES, steps=2).error
    error = run(["minimize"], IMAGES, steps=2).error
    assert "does not require grad" in error
    assert error.endswith("at  loss.backward()")


def test_mended_in_syntax_alone_its_best_answer_is_white_with_a_loss_of_4():
    """tanh ends below 1, and (3 - 1)² is 4: the least that this loss can be."""
    for mended in (RUNS, RUNS | {"pixel"}):
        outcome = run(mended, IMAGES, steps=300)
        assert outcome.losses[0] > 8 and outcome.losses[-1] == pytest.approx(4, abs=0.01)
        assert outcome.pictures.min() > 0.98 and min(outcome.losses) >= 4


def test_one_pixel_does_not_fit_a_picture():
    assert "must match the size of tensor b" in run(RUNS | {"target"}, IMAGES, steps=2).error


def test_with_fresh_noise_it_learns_the_mean_picture_and_no_loss_below_the_variance():
    outcome = run(RUNS | {"target", "pixel"}, IMAGES, steps=600)
    x = 2 * IMAGES[:, 0].numpy() - 1
    mean, variance = x.mean(axis=0), x.var(axis=0).mean()
    assert np.mean(outcome.losses[-100:]) == pytest.approx(variance, rel=0.05)
    assert np.mean((outcome.pictures - mean) ** 2) < 0.05 * variance


def test_with_a_noise_of_its_own_each_picture_comes_back():
    outcome = run(FAULTS, IMAGES, steps=600)
    x = 2 * IMAGES[:4, 0].numpy() - 1
    assert np.mean((outcome.pictures - x) ** 2) < 0.1 * x.var(axis=0).mean() + 0.02
    assert outcome.losses[-1] < 0.1 * outcome.losses[0]


def test_a_run_repeats_itself_and_leaves_torchs_dice_alone():
    before = torch.get_rng_state()
    first, again = (run(RUNS, IMAGES, steps=5).losses for _ in range(2))
    assert first == again and torch.equal(before, torch.get_rng_state())
    assert run(RUNS, IMAGES, steps=5, seed=1).losses != first


def test_predict_gives_an_array_without_a_way_back():
    made = predict(generator(3), torch.zeros(2, 100))
    assert isinstance(made, np.ndarray) and made.shape == (2, 3)


def test_the_generator_is_128_128_3_with_tanh_on_100_numbers():
    sizes = [tuple(p.shape) for p in generator(3).parameters() if p.ndim == 2]
    assert sizes == [(128, 100), (128, 128), (3, 128)]


@pytest.mark.errors
def test_an_unknown_fault_or_no_step_is_refused():
    with pytest.raises(ValueError, match="no fault is called 'typo'; there are predict, minimize"):
        run(["typo"], IMAGES)
    with pytest.raises(ValueError, match="steps"):
        run([], IMAGES, steps=0)
    for images in (IMAGES[:3], IMAGES[:, 0], IMAGES.expand(-1, 3, -1, -1)):
        with pytest.raises(ValueError, match="4 or more grey pictures"):
            run([], images)

import math

import numpy as np
import pytest
from skimage.metrics import peak_signal_noise_ratio

from learnkit.byhand.gradcheck import check_grad
from learnkit.byhand.losses import (
    l1_loss,
    l1_loss_grad,
    mse_loss,
    mse_loss_grad,
    psnr,
    roughness,
    roughness_grad,
)


def test_psnr_equals_that_of_scikit_image(rng):
    for data_range in (1.0, 255.0):
        target = data_range * rng.random((9, 7, 3))
        pred = np.clip(target + 0.1 * data_range * rng.standard_normal(target.shape), 0, data_range)
        theirs = peak_signal_noise_ratio(target, pred, data_range=data_range)
        assert psnr(pred, target, data_range) == pytest.approx(theirs, rel=1e-12)


def test_psnr_of_equal_pictures_is_infinite_without_a_warning():
    assert psnr(np.ones((2, 2)), np.ones((2, 2))) == math.inf


def test_roughness_counts_each_pair_of_neighbours_once(rng):
    image = rng.random((4, 5))
    pairs = [((i, j), (i, j + 1)) for i in range(4) for j in range(4)]
    pairs += [((i, j), (i + 1, j)) for i in range(3) for j in range(5)]
    assert roughness(image) == pytest.approx(sum((image[a] - image[b]) ** 2 for a, b in pairs))


@pytest.mark.parametrize("shape", [(1, 1), (1, 5), (5, 1), (4, 6)])
def test_gradients_agree_with_central_differences(rng, shape):
    image, target = rng.random(shape), rng.random(shape) + 2  # l1 has no kink within ε
    check_grad(roughness, roughness_grad, image)
    check_grad(lambda p: mse_loss(p, target), lambda p: mse_loss_grad(p, target), image)
    check_grad(lambda p: l1_loss(p, target), lambda p: l1_loss_grad(p, target), image)


def test_l1_leaves_a_right_pixel_alone():
    assert np.array_equal(l1_loss_grad(np.array([0.5, 1.0]), np.array([0.5, 0.0])), [0.0, 0.5])


@pytest.mark.errors
@pytest.mark.parametrize("loss", [mse_loss, mse_loss_grad, l1_loss, l1_loss_grad, psnr])
def test_shapes_that_would_broadcast_are_refused(loss):
    with pytest.raises(ValueError, match=r"one shape, got \(3, 1\) and \(3,\)"):
        loss(np.zeros((3, 1)), np.zeros(3))


@pytest.mark.errors
def test_a_data_range_that_is_not_positive_is_refused():
    with pytest.raises(ValueError, match="data_range must be positive, got 0"):
        psnr(np.zeros(2), np.ones(2), data_range=0)

import math

import numpy as np
import pytest
from skimage.metrics import peak_signal_noise_ratio

from learnkit.byhand import losses
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


def test_cross_entropy_of_a_grey_pixel_is_least_at_its_own_grey_and_above_zero_there():
    target = np.array([0.3])
    greys = np.linspace(0.01, 0.99, 99)
    costs = [losses.binary_cross_entropy(np.array([g]), target) for g in greys]
    assert greys[np.argmin(costs)] == pytest.approx(0.3)
    assert min(costs) == pytest.approx(-0.3 * np.log(0.3) - 0.7 * np.log(0.7))


def test_to_be_sure_and_wrong_costs_a_hundred_nats_as_in_torch():
    assert losses.binary_cross_entropy(np.array([0.0]), np.array([1.0])) == 100.0


def test_kl_is_never_negative_and_zero_at_the_prior(rng):
    mean, log_var = rng.standard_normal((50, 3)), rng.standard_normal((50, 3))
    assert (losses.kl_divergence(mean, log_var) > 0).all()
    assert not losses.kl_divergence(np.zeros((2, 3)), np.zeros((2, 3))).any()


@pytest.mark.errors
def test_what_is_no_probability_and_no_class_is_named():
    one = np.ones(1)
    with pytest.raises(ValueError, match=r"pred must lie in \[0, 1\], got \[2, 2\].*with_logits"):
        losses.binary_cross_entropy(2 * one, one)
    with pytest.raises(ValueError, match="pred holds NaN at 1 of 1 places"):
        losses.binary_cross_entropy(np.nan * one, one)
    with pytest.raises(ValueError, match="labels must lie in 0 to 2, got 3 to 3"):
        losses.cross_entropy(np.zeros((1, 3)), np.array([3]))
    with pytest.raises(ValueError, match=r"labels must have shape \(2,\)"):
        losses.cross_entropy(np.zeros((2, 3)), np.array([0]))


@pytest.mark.errors
@pytest.mark.parametrize("loss", [mse_loss, mse_loss_grad, l1_loss, l1_loss_grad, psnr])
def test_byte_pictures_are_refused_since_their_differences_wrap_round(loss):
    byte, right = np.array([[200]], np.uint8), np.array([[0.5]])
    with pytest.raises(TypeError, match="pred must be float, got uint8; divide it by 255"):
        loss(byte, right)
    with pytest.raises(TypeError, match="target must be float, got uint8; divide it by 255"):
        loss(right, byte)
    with pytest.raises(TypeError, match=r"got int64; write pred.astype\(float\)"):
        loss(byte.astype(np.int64), right)


@pytest.mark.errors
@pytest.mark.parametrize("energy", [roughness, roughness_grad])
def test_the_roughness_of_bytes_is_refused(energy):
    with pytest.raises(TypeError, match="image must be float, got uint8; divide it by 255"):
        energy(np.zeros((3, 3), np.uint8))


@pytest.mark.errors
@pytest.mark.parametrize(
    ("labels", "said"),
    [
        (
            np.array([0.0, 1.0]),
            r"labels must be whole numbers, got float64 of shape \(2,\); write labels\.astype",
        ),
        (np.eye(2, 3), r"whole numbers, got float64 of shape \(2, 3\); write labels\.argmax"),
        (np.array([0, 3]), "labels must lie in 0 to 2, got 0 to 3; logits have 3 columns"),
        (np.array([-1, 0]), "labels must lie in 0 to 2, got -1 to 0"),
        (np.array([[0], [1]]), r"labels must have shape \(2,\), one a row of logits, got \(2, 1\)"),
    ],
)
def test_labels_that_are_no_classes_are_told_what_is_wrong(labels, said):
    kind = TypeError if "whole" in said else ValueError
    for loss in (losses.cross_entropy, losses.cross_entropy_grad):
        with pytest.raises(kind, match=said):
            loss(np.zeros((2, 3)), labels)


@pytest.mark.errors
@pytest.mark.parametrize("loss", [mse_loss, mse_loss_grad, l1_loss, l1_loss_grad, psnr])
def test_what_is_not_a_number_is_named_with_its_place(loss):
    one, nan = np.full((2, 2), 0.5), np.array([[0.5, 0.5], [np.nan, 0.5]])
    said = r"holds NaN at 1 of 4 places, first at \(1, 0\); look for 0/0"
    with pytest.raises(ValueError, match=f"pred {said}"):
        loss(nan, one)
    with pytest.raises(ValueError, match=f"target {said}"):
        loss(one, nan)


@pytest.mark.errors
@pytest.mark.parametrize(
    "loss", [losses.binary_cross_entropy_with_logits, losses.binary_cross_entropy_with_logits_grad]
)
def test_what_is_no_bet_is_named(loss):
    one = np.ones((1, 2))
    with pytest.raises(ValueError, match=r"logits holds NaN at 2 of 2 places"):
        loss(one * np.nan, one)
    with pytest.raises(
        ValueError, match=r"target must lie in \[0, 1\], got \[255, 255\]; .* by 255"
    ):
        loss(one, 255 * one)
    with pytest.raises(TypeError, match="logits must be float, got int64"):
        loss(np.ones((1, 2), np.int64), one)
    with pytest.raises(ValueError, match=r"logits, target must have one shape, got \(1, 2\) and"):
        loss(one, one[0])


@pytest.mark.errors
def test_what_has_no_rows_or_too_many_axes_is_named():
    with pytest.raises(ValueError, match=r"pred is empty, shape \(0,\)"):
        mse_loss(np.ones(0), np.ones(0))
    with pytest.raises(ValueError, match=r"logits must have shape \(n, k\), .* got \(3,\)"):
        losses.cross_entropy(np.zeros(3), np.array([0]))
    with pytest.raises(TypeError, match="labels must be a NumPy array, got list"):
        losses.cross_entropy(np.zeros((1, 3)), [0])
    with pytest.raises(ValueError, match=r"mean must have shape \(n, d\), .* got \(3,\)"):
        losses.kl_divergence(np.zeros(3), np.zeros(3))
    with pytest.raises(ValueError, match=r"image must have shape \(h, w\), .* got \(2, 2, 3\)"):
        roughness(np.zeros((2, 2, 3)))

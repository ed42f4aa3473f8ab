import subprocess
import sys
import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from skimage.metrics import mean_squared_error, peak_signal_noise_ratio

from learnkit.images import metrics
from learnkit.images.metrics import (
    mean_psnr,
    mse,
    mse_of_each,
    pooled_psnr,
    psnr,
    psnr_of_each,
    ssim,
    ssim_of_each,
)

seeds = st.integers(0, 2**32 - 1)
dtypes = st.sampled_from([np.float32, np.float64])
channels = st.sampled_from([(), (3,)])


def pair(shape, seed, dtype=np.float64):
    rng = np.random.default_rng(seed)
    return tuple(rng.random((2, *shape)).astype(dtype))


@given(h=st.integers(8, 40), w=st.integers(8, 40), c=channels, seed=seeds, dtype=dtypes)
def test_mse_and_psnr_are_scikit_images(h, w, c, seed, dtype):
    pred, target = pair((h, w, *c), seed, dtype)
    truth = mean_squared_error(target, pred)
    assert mse(pred, target) == pytest.approx(truth, rel=1e-7)
    truth = peak_signal_noise_ratio(target, pred, data_range=1)
    assert psnr(pred, target) == pytest.approx(truth, rel=1e-7)


@given(n=st.integers(1, 9), c=channels, seed=seeds, dtype=dtypes)
def test_a_batch_is_scored_as_scikit_image_scores_each(n, c, seed, dtype):
    pred, target = pair((n, 16, 12, *c), seed, dtype)
    truth = [mean_squared_error(t, p) for p, t in zip(pred, target, strict=True)]
    np.testing.assert_allclose(mse_of_each(pred, target), truth, rtol=1e-7)
    truth = [
        peak_signal_noise_ratio(t, p, data_range=2.0) for p, t in zip(pred, target, strict=True)
    ]
    np.testing.assert_allclose(psnr_of_each(pred, target, data_range=2.0), truth, rtol=1e-7)


@given(n=st.integers(1, 9), c=channels, seed=seeds, dtype=dtypes)
def test_over_holes_pixels_and_channels_are_counted(n, c, seed, dtype):
    pred, target = pair((n, 7, 9, *c), seed, dtype)
    holes = np.random.default_rng(seed).random((n, 7, 9)) < 0.4
    holes[:, 3, 3] = True
    truth = [mean_squared_error(target[i][holes[i]], pred[i][holes[i]]) for i in range(n)]
    np.testing.assert_allclose(mse_of_each(pred, target, holes=holes), truth, rtol=3e-7)
    one = [mse(pred[i], target[i], hole=holes[i]) for i in range(n)]
    np.testing.assert_allclose(one, truth, rtol=3e-7)
    pooled = peak_signal_noise_ratio(target[holes], pred[holes], data_range=1)
    assert pooled_psnr(pred, target, holes=holes) == pytest.approx(pooled, rel=1e-7, abs=1e-6)
    decibels = psnr_of_each(pred, target, holes=holes)
    assert mean_psnr(pred, target, holes=holes) == pytest.approx(decibels.mean(), rel=1e-12)
    assert psnr(pred[0], target[0], hole=holes[0]) == pytest.approx(decibels[0], rel=1e-12)


def test_a_channel_slip_of_a_factor_three_is_not_made():
    pred, target = np.zeros((4, 4, 3)), np.full((4, 4, 3), 0.1)
    hole = np.eye(4, dtype=bool)
    assert psnr(pred, target, hole=hole) == pytest.approx(20)


def test_what_lies_outside_the_hole_does_not_count_not_even_nan():
    pred, target = np.full((2, 3, 3), np.nan), np.zeros((2, 3, 3))
    holes = np.zeros((2, 3, 3), bool)
    holes[:, 1, 1] = True
    pred[:, 1, 1] = 0.5
    np.testing.assert_array_equal(mse_of_each(pred, target, holes=holes), 0.25)
    assert np.isnan(mse(pred[0], target[0]))


def test_the_chunks_leave_no_seam(monkeypatch):
    pred, target = pair((23, 5, 4), 0)
    holes = np.random.default_rng(1).random((23, 5, 4)) < 0.7
    whole, in_holes = mse_of_each(pred, target), mse_of_each(pred, target, holes=holes)
    for chunk in (1, 60, 20 * 22, 20 * 23):
        monkeypatch.setattr(metrics, "CHUNK", chunk)
        np.testing.assert_array_equal(mse_of_each(pred, target), whole)
        np.testing.assert_array_equal(mse_of_each(pred, target, holes=holes), in_holes)


def test_views_that_are_not_contiguous_score_the_same():
    pred, target = pair((6, 8, 10, 3), 2)
    flipped = mse_of_each(pred[:, ::-1, :, ::-1], target[:, ::-1, :, ::-1])
    np.testing.assert_allclose(flipped, mse_of_each(pred, target), rtol=1e-13)
    turned = mse_of_each(pred.swapaxes(1, 2), target.swapaxes(1, 2))
    np.testing.assert_allclose(turned, mse_of_each(pred, target), rtol=1e-13)


def test_float32_is_summed_in_float64():
    target = np.zeros((2048, 2048), np.float32)
    pred = np.full_like(target, 0.1)
    assert mse(pred, target) == pytest.approx(float(np.float32(0.1)) ** 2, rel=1e-12)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_equal_pictures_score_infinity_without_a_warning(dtype):
    images = np.random.default_rng(0).random((3, 5, 5)).astype(dtype)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert psnr(images[0], images[0]) == np.inf
        assert (psnr_of_each(images, images) == np.inf).all()
        assert mean_psnr(images, images) == pooled_psnr(images, images) == np.inf


def test_the_two_averages_of_a_batch_differ_by_decibels():
    target = np.zeros((2, 4, 4))
    pred = np.stack([np.full((4, 4), 0.1), np.full((4, 4), 0.001)])  # 20 dB and 60 dB
    assert mean_psnr(pred, target) == pytest.approx(40)
    assert pooled_psnr(pred, target) == pytest.approx(20 + 10 * np.log10(2), abs=1e-3)


@given(n=st.integers(1, 20), seed=seeds)
def test_the_mean_of_decibels_is_never_below_the_pooled(n, seed):
    pred, target = pair((n, 4, 4), seed)
    assert mean_psnr(pred, target) >= pooled_psnr(pred, target) - 1e-9


@given(seed=seeds, data_range=st.floats(1, 255))
def test_the_range_moves_every_score_by_the_same_decibels(seed, data_range):
    pred, target = pair((6, 6), seed)
    shift = 20 * np.log10(data_range)
    assert psnr(pred, target, data_range=data_range) == pytest.approx(psnr(pred, target) + shift)


def test_importing_the_metrics_loads_neither_scipy_nor_scikit_image_nor_torch():
    program = (
        "import sys, learnkit.images.metrics\n"
        "print([m for m in ('scipy', 'skimage', 'torch', 'PIL', 'matplotlib') if m in sys.modules])"
    )
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert result.stdout.strip() == "[]", result.stderr


@pytest.mark.errors
@pytest.mark.parametrize("dtype", [np.uint8, np.int64, bool, np.float16])
def test_bytes_are_refused_since_they_wrap_around(dtype):
    image, batch = np.zeros((4, 4), dtype), np.zeros((2, 4, 4), dtype)
    with pytest.raises(TypeError, match=r"pred must be a float32 or float64 array, got .*to_float"):
        mse(image, np.zeros((4, 4)))
    with pytest.raises(TypeError, match="target must be a float32 or float64 array"):
        psnr_of_each(np.zeros((2, 4, 4)), batch)


@pytest.mark.errors
def test_shapes_that_would_broadcast_are_refused():
    with pytest.raises(ValueError, match="must have one shape"):
        mse(np.zeros((4, 4)), np.zeros((1, 4)))
    with pytest.raises(ValueError, match="must have one shape"):
        pooled_psnr(np.zeros((2, 4, 4)), np.zeros((4, 4)))


@pytest.mark.errors
def test_a_batch_is_no_picture_and_a_picture_no_batch():
    batch = np.zeros((2, 8, 8))
    with pytest.raises(ValueError, match="choose the averaging: mse_of_each, mean_psnr"):
        psnr(batch, batch)
    with pytest.raises(ValueError, match=r"a batch is \(n, h, w\)"):
        mean_psnr(batch[0], batch[0])


@pytest.mark.errors
def test_an_empty_hole_is_refused_and_named():
    image, hole = np.zeros((4, 4)), np.zeros((4, 4), bool)
    with pytest.raises(ValueError, match="the hole is empty"):
        mse(image, image, hole=hole)
    batch, holes = np.zeros((3, 4, 4)), np.ones((3, 4, 4), bool)
    holes[1] = False
    for score in (mse_of_each, psnr_of_each, mean_psnr, pooled_psnr):
        with pytest.raises(ValueError, match="hole 1 of the batch is empty"):
            score(batch, batch, holes=holes)


@pytest.mark.errors
def test_holes_of_another_shape_or_type_are_refused():
    batch = np.zeros((3, 4, 4))
    with pytest.raises(ValueError, match=r"shape \(3, 4, 4\).*one hole for all"):
        mse_of_each(batch, batch, holes=np.ones((4, 4), bool))
    with pytest.raises(TypeError, match="must be a bool array"):
        mse_of_each(batch, batch, holes=np.ones((3, 4, 4)))
    with pytest.raises(TypeError, match="must be a bool array"):
        mse(batch[0], batch[0], hole=np.ones((4, 4)))


@pytest.mark.errors
@pytest.mark.parametrize("data_range", [0, -1.0, float("nan")])
def test_a_range_that_is_not_positive_is_refused(data_range):
    with pytest.raises(ValueError, match="data_range must be positive"):
        psnr(np.zeros((4, 4)), np.ones((4, 4)), data_range=data_range)


RANGED = {
    "psnr": lambda pred, target, **range_: psnr(pred[0], target[0], **range_),
    "ssim": lambda pred, target, **range_: ssim(pred[0], target[0], **range_),
    "psnr_of_each": psnr_of_each,
    "ssim_of_each": ssim_of_each,
    "mean_psnr": mean_psnr,
    "pooled_psnr": pooled_psnr,
}


@pytest.mark.errors
@pytest.mark.parametrize("name", RANGED)
def test_a_target_beyond_the_range_is_refused_with_both_cures(name, rng):
    target = rng.integers(0, 256, (1, 16, 16)).astype(float)
    target[0, 0, :2] = 0, 255
    said = r"from 0 to 255, further than data_range=1: divide both by 255, or pass data_range=255"
    with pytest.raises(ValueError, match=said):
        RANGED[name](target, target)
    assert RANGED[name](target / 2, target, data_range=255) == pytest.approx(
        RANGED[name](target / 510, target / 255)
    )
    with pytest.raises(ValueError, match="reaches from -1 to 1, further than data_range=1"):
        RANGED[name](target, target / 127.5 - 1)
    RANGED[name](target, target / 127.5 - 1, data_range=2)
    target[0, 3, 4] = np.nan
    with pytest.raises(ValueError, match="target holds NaN at 1 of its values"):
        RANGED[name](np.zeros_like(target), target, data_range=255)


def test_what_stands_outside_the_hole_is_not_measured():
    target, hole = np.full((4, 4), 0.5), np.eye(4, dtype=bool)
    target[~hole] = 200.0
    assert psnr(np.full((4, 4), 0.4), target, hole=hole) == pytest.approx(20)
    batch = target[None], hole[None]
    assert mean_psnr(np.full((1, 4, 4), 0.4), batch[0], holes=batch[1]) == pytest.approx(20)


def test_a_white_that_float32_rounds_up_is_still_white():
    almost = np.full((16, 16), np.nextafter(np.float32(1), np.float32(2)))
    assert ssim(almost, almost) == pytest.approx(1)


@pytest.mark.errors
def test_no_pixels_at_all_are_refused():
    with pytest.raises(ValueError, match=r"empty: shape \(0, 4, 4\)"):
        mse_of_each(np.zeros((0, 4, 4)), np.zeros((0, 4, 4)))

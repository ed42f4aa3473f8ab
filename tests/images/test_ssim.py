import numpy as np
import pytest
from skimage.metrics import structural_similarity

from learnkit.images.data import fashion_mnist, photograph, to_float
from learnkit.images.metrics import ssim, ssim_of_each

GAUSSIAN = {"gaussian_weights": True, "sigma": 1.5, "use_sample_covariance": False}


def noisy(image, seed=0):
    return np.clip(image + 0.1 * np.random.default_rng(seed).normal(size=image.shape), 0, 1)


@pytest.mark.parametrize(("window", "theirs"), [("gaussian", GAUSSIAN), ("uniform", {})])
@pytest.mark.parametrize("height", [11, 28, 61])
def test_it_equals_scikit_image_in_grey_and_colour(window, theirs, height):
    image = photograph("astronaut", height=height)
    for target in (image, image[:, :, 0].copy()):
        pred = noisy(target)
        axis = 2 if target.ndim == 3 else None
        expected = structural_similarity(target, pred, data_range=1, channel_axis=axis, **theirs)
        assert ssim(pred, target, window=window) == pytest.approx(expected, rel=1e-7)


def test_a_batch_gets_the_numbers_of_its_pictures_and_the_range_counts():
    target = to_float(fashion_mnist("test")[0][:200])
    pred = noisy(target)
    each = ssim_of_each(pred, target)
    assert each.shape == (200,)
    assert each[[0, 77, 199]] == pytest.approx([ssim(pred[i], target[i]) for i in (0, 77, 199)])
    bytes_of_each = ssim_of_each(255 * pred, 255 * target, data_range=255.0)
    np.testing.assert_allclose(bytes_of_each, each, rtol=1e-9)
    single = ssim_of_each(pred.astype(np.float32), target.astype(np.float32))
    np.testing.assert_allclose(single, each, atol=1e-5)


def test_a_picture_is_like_itself_and_the_windows_differ():
    image = photograph("camera", height=64)
    assert ssim(image, image) == pytest.approx(1)
    blurred = noisy(image)
    assert abs(ssim(blurred, image) - ssim(blurred, image, window="uniform")) > 0.01


@pytest.mark.errors
def test_what_cannot_be_compared_is_named():
    with pytest.raises(ValueError, match="window must be one of gaussian, uniform, got 'flat'"):
        ssim(np.zeros((20, 20)), np.zeros((20, 20)), window="flat")
    with pytest.raises(ValueError, match="pictures of 10 x 20 are smaller than a window of 11"):
        ssim(np.zeros((10, 20)), np.zeros((10, 20)))
    with pytest.raises(ValueError, match="data_range must be positive, got 0"):
        ssim(np.zeros((20, 20)), np.zeros((20, 20)), data_range=0)
    with pytest.raises(TypeError, match="pred must be a float32 or float64 array"):
        ssim(np.zeros((20, 20), np.uint8), np.zeros((20, 20)))

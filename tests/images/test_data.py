import numpy as np
import pytest
import skimage
import skimage.data
import torch
from PIL import Image as PillowImage

from learnkit import assets
from learnkit.images import data
from learnkit.images.data import GARMENTS, PHOTOGRAPHS, emoji, fashion_mnist, photograph, to_float

# photographs


@pytest.mark.parametrize("name", PHOTOGRAPHS)
def test_every_photograph_is_a_picture_in_the_unit_range(name):
    image = photograph(name)
    assert image.dtype == np.float64
    assert image.ndim == 2 or image.shape[2:] == (3,)
    assert image.min() >= 0
    assert 0.5 < image.max() <= 1


@pytest.mark.parametrize("name", ["astronaut", "chelsea", "coffee", "page", "coins", "retina"])
def test_a_photograph_is_scikit_images_own(name):
    truth = skimage.img_as_float(getattr(skimage.data, name)())
    np.testing.assert_allclose(photograph(name), truth, rtol=3e-16)


def test_the_phantom_is_grey_although_its_file_has_three_channels():
    np.testing.assert_allclose(
        photograph("phantom"), skimage.data.shepp_logan_phantom(), atol=1e-12
    )


@pytest.mark.parametrize(
    "name, shape", [("chelsea", (100, 150, 3)), ("page", (100, 201)), ("moon", (100, 100))]
)
def test_a_height_keeps_the_aspect(name, shape):
    image = photograph(name, height=100)
    assert image.shape == shape
    assert 0 <= image.min() < image.max() <= 1


def test_making_a_photograph_smaller_does_not_alias():
    image = photograph("astronaut")
    blocks = image.reshape(128, 4, 128, 4, 3).mean(axis=(1, 3))
    rough = np.abs(image[::4, ::4] - blocks).mean()
    assert np.abs(photograph("astronaut", height=128) - blocks).mean() < rough / 2


def test_a_photograph_is_the_callers_own():
    photograph("camera")[:] = 0
    assert photograph("camera").max() > 0.5


@pytest.mark.errors
def test_an_unknown_photograph_is_answered_with_the_nearest_name():
    with pytest.raises(ValueError, match=r"'astronuat', did you mean 'astronaut'\?.*chelsea"):
        photograph("astronuat")


@pytest.mark.errors
def test_a_height_of_zero_is_refused():
    with pytest.raises(ValueError, match="at least 1 pixel, got 0"):
        photograph("page", height=0)


# Fashion-MNIST


@pytest.mark.parametrize("split", ["train", "test"])
def test_fashion_mnist_comes_embedded_as_ten_thousand_bytes_pictures(split):
    images, labels = fashion_mnist(split)
    assert images.shape == (10_000, 28, 28)
    assert images.dtype == labels.dtype == np.uint8
    assert images.min() == 0
    assert images.max() == 255
    assert set(labels) == set(range(len(GARMENTS)))


def test_the_embedded_test_set_is_zalandos():
    images, labels = fashion_mnist("test")
    head = bytes([0, 0, 8, 3, 0, 0, 0x27, 0x10, 0, 0, 0, 28, 0, 0, 0, 28])
    assert assets.sha256(head + images.tobytes()) == data.IDX_SHA256["t10k-images-idx3-ubyte"]
    head = bytes([0, 0, 8, 1, 0, 0, 0x27, 0x10])
    assert assets.sha256(head + labels.tobytes()) == data.IDX_SHA256["t10k-labels-idx1-ubyte"]


def test_fashion_mnist_is_the_callers_own():
    images, labels = fashion_mnist("test")
    images[:], labels[:] = 0, 0
    images, labels = fashion_mnist("test")
    assert images.any()
    assert labels.any()


@pytest.mark.errors
def test_an_unknown_split_is_refused():
    with pytest.raises(ValueError, match="unknown split 'valid'"):
        fashion_mnist("valid")


# emoji


def test_emoji_are_colour_pictures_with_names_of_their_own():
    images, names = emoji()
    assert images.shape == (len(names), 32, 32, 3)
    assert images.dtype == np.uint8
    assert len(set(names)) == len(names) > 1_800
    ink = (images != 255).any(axis=3).sum(axis=(1, 2))
    assert ink.min() > 20  # none is blank


def test_names_and_pictures_belong_together():
    images, names = emoji()
    red, green, blue = (
        images[names.index(name)][12:20, 12:20].reshape(-1, 3).mean(axis=0)
        for name in ("red_circle", "large_green_circle", "large_blue_circle")
    )
    assert (red.argmax(), green.argmax(), blue.argmax()) == (0, 1, 2)


def test_a_category_chooses_from_all_emoji():
    images, names = emoji()
    some, their_names = emoji(category="Food & Drink")
    assert 100 < len(their_names) < 200
    places = [names.index(name) for name in their_names]
    assert places == sorted(places)
    np.testing.assert_array_equal(some, images[places])


@pytest.mark.errors
def test_an_unknown_category_is_answered_with_the_nearest():
    with pytest.raises(ValueError, match=r"'Food', did you mean 'Food & Drink'\?"):
        emoji(category="Food")


# bytes to floats


def test_bytes_become_the_unit_range_as_scikit_image_does_it():
    every = np.arange(256, dtype=np.uint8).reshape(16, 16)
    np.testing.assert_allclose(to_float(every), skimage.img_as_float64(every), rtol=3e-16)
    np.testing.assert_array_equal(np.round(255 * to_float(every)), every)


def test_floats_in_the_unit_range_are_copied():
    image = np.array([[0.25, 1.0]], dtype=np.float32)
    result = to_float(image)
    np.testing.assert_array_equal(result, image)
    assert result.dtype == np.float64
    assert not np.shares_memory(to_float(result), result)


@pytest.mark.errors
@pytest.mark.parametrize("values", [[0.0, 255.0], [-0.1, 0.5], [0.5, np.nan]])
def test_floats_outside_the_unit_range_are_refused(values):
    with pytest.raises(ValueError, match=r"images must lie in \[0, 1\]"):
        to_float(np.array(values))


@pytest.mark.errors
@pytest.mark.parametrize("dtype", [np.int64, np.uint16, bool])
def test_other_types_than_bytes_and_floats_are_refused(dtype):
    with pytest.raises(TypeError, match="must be uint8, or float"):
        to_float(np.zeros((2, 2), dtype))


@pytest.mark.errors
@pytest.mark.parametrize(
    ("thing", "said"),
    [
        (PillowImage.new("L", (2, 2)), r"got PIL's Image; write np.asarray\(images\)"),
        (torch.zeros(2, 2), r"got torch's Tensor; write images.numpy\(\)"),
        ([[0.0, 1.0]], r"got list; write np.asarray\(images\)"),
    ],
)
def test_what_is_no_array_is_named_with_the_cure(thing, said):
    with pytest.raises(TypeError, match=said):
        to_float(thing)

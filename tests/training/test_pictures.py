import numpy as np
import pytest
import torch

from learnkit.images.data import fashion_mnist
from learnkit.training.pictures import as_image, order, resident


def test_bytes_come_back_as_the_same_pictures_in_0_to_1():
    images, labels = fashion_mnist("test")
    some = torch.tensor([3, 0, 3])
    batch, classes = resident(images[:10], labels[:10]).take(some)
    assert batch.dtype == torch.float32 and batch.shape == (3, 1, 28, 28)
    np.testing.assert_allclose(batch[:, 0].numpy(), images[some.numpy()] / 255, atol=1e-7)
    assert classes.tolist() == labels[some.numpy()].tolist()


def test_floats_are_kept_to_the_nearest_of_256_steps_and_colour_comes_first():
    rng = np.random.default_rng(0)
    images = rng.random((4, 5, 6, 3))
    batch = resident(images).take(torch.arange(4))
    assert batch.shape == (4, 3, 5, 6)
    assert np.abs(batch.numpy().transpose(0, 2, 3, 1) - images).max() <= 0.5 / 255 + 1e-6


def test_an_epoch_shows_each_picture_once_and_the_next_one_in_another_order():
    def epoch(number):
        return torch.cat([order(20, 5, 4 * number + i, seed=3) for i in range(4)])

    assert sorted(epoch(0).tolist()) == list(range(20))
    assert sorted(epoch(1).tolist()) == list(range(20))
    assert epoch(0).tolist() != epoch(1).tolist()
    assert order(20, 5, 7, seed=3).tolist() != order(20, 5, 7, seed=4).tolist()


def test_the_order_depends_on_the_step_alone():
    forward = [order(17, 4, step, seed=0).tolist() for step in range(12)]
    backward = [order(17, 4, step, seed=0).tolist() for step in reversed(range(12))]
    assert forward == backward[::-1]
    assert all(len(batch) == 4 for batch in forward)  # what is left over waits


@pytest.mark.errors
def test_what_are_no_pictures_is_named():
    with pytest.raises(ValueError, match=r"\(n, h, w\) or \(n, h, w, 3\), got \(4, 4\)"):
        resident(np.zeros((4, 4)))
    with pytest.raises(TypeError, match=r"images must be uint8, or float in .* got int64"):
        resident(np.zeros((2, 4, 4), np.int64))
    with pytest.raises(TypeError, match=r"images must be a NumPy array, got Tensor; .*numpy\(\)"):
        resident(torch.zeros(2, 4, 4))
    with pytest.raises(TypeError, match="labels must be a NumPy array, got list"):
        resident(np.zeros((2, 4, 4)), [1, 2])
    with pytest.raises(ValueError, match=r"images must lie in \[0, 1\], got \[0, 255\]"):
        resident(np.array([0.0, 255.0]).reshape(1, 1, 2))
    with pytest.raises(ValueError, match="2 images and 3 labels: one label a picture"):
        resident(np.zeros((2, 4, 4)), np.zeros(3))
    with pytest.raises(ValueError, match=r"batch_size must lie in 1 to 10, .* got 11"):
        order(10, 11, 0, seed=0)


def test_a_picture_comes_off_the_device_ready_to_be_shown():
    colour = torch.linspace(-1, 2, 24).reshape(3, 2, 4).requires_grad_()
    image = as_image(colour)
    np.testing.assert_array_equal(image[1, 2], colour.detach().clamp(0, 1)[:, 1, 2])
    assert as_image(colour[:1]).shape == (2, 4)


@pytest.mark.errors
def test_a_batch_is_no_picture():
    with pytest.raises(ValueError, match=r"got \(5, 1, 28, 28\): take one out of a batch"):
        as_image(torch.zeros(5, 1, 28, 28))

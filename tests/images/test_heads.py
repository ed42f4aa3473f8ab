import numpy as np
import pytest

from learnkit.images.heads import SIZE, heads


def dice(seed=0):
    return np.random.default_rng(seed)


def test_so_many_have_a_lesion_and_the_others_have_none():
    drawn = heads(2000, dice())
    assert drawn.images.shape == drawn.lesions.shape == (2000, SIZE, SIZE)
    assert drawn.lesions.any(axis=(1, 2)).mean() == pytest.approx(0.5, abs=0.04)
    assert not heads(50, dice(), lesions=0.0).lesions.any()
    assert heads(50, dice(), lesions=1.0).lesions.any(axis=(1, 2)).mean() > 0.95


def test_a_lesion_is_what_is_brighter_than_the_same_head_without_one():
    """The dice fall alike whatever the probability, so the two heads differ in the lesion alone."""
    ill, well = heads(100, dice(3), lesions=1.0), heads(100, dice(3), lesions=0.0)
    more = ill.images - well.images
    assert (more[ill.lesions] > 0.05).mean() > 0.9
    far = ~ill.lesions
    for axis in (1, 2):  # and not beside it, where a pixel belongs to it in part
        far &= ~np.roll(ill.lesions, 1, axis) & ~np.roll(ill.lesions, -1, axis)
    far[:, 1:, 1:] &= ~ill.lesions[:, :-1, :-1]
    far[:, :-1, :-1] &= ~ill.lesions[:, 1:, 1:]
    far[:, 1:, :-1] &= ~ill.lesions[:, :-1, 1:]
    far[:, :-1, 1:] &= ~ill.lesions[:, 1:, :-1]
    assert np.abs(more[far]).max() < 1e-9


def test_a_head_is_a_bright_ring_around_grey_with_two_dark_ventricles():
    images = heads(200, dice(1), lesions=0.0).images
    mean = images.mean(axis=0)
    assert images.min() >= 0 and images.max() <= 1
    assert mean[0].max() < 0.2 and mean[:, 0].max() < 0.1  # air
    assert mean[14, 4:7].max() > 0.5 and mean[14, 21:24].max() > 0.5  # bone
    assert mean[22, 14] > 0.28  # brain
    assert mean[14, 10] < 0.2 and mean[14, 17] < 0.2  # ventricles
    assert images.std(axis=0)[14, 5] > 0.1  # no two heads are alike


def test_a_seed_repeats_them():
    np.testing.assert_array_equal(heads(3, dice(7)).images, heads(3, dice(7)).images)


@pytest.mark.errors
@pytest.mark.parametrize(
    ("n", "lesions", "words"), [(0, 0.5, "n must be"), (3, 1.5, "between 0 and 1, got 1.5")]
)
def test_numbers_that_cannot_be_are_refused(n, lesions, words):
    with pytest.raises(ValueError, match=words):
        heads(n, dice(), lesions=lesions)

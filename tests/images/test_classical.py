import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.linalg import lstsq

from learnkit.images import masks
from learnkit.images.classical import harmonic
from learnkit.images.data import photograph

seeds = st.integers(0, 2**32 - 1)
small = st.tuples(st.integers(1, 9), st.integers(1, 9)).filter(lambda shape: shape != (1, 1))


def roughness(image):
    """The definition: squared differences of each pair of neighbours, once."""
    return np.sum(np.diff(image, axis=0) ** 2) + np.sum(np.diff(image, axis=1) ** 2)


def random_case(shape, seed, channels=()):
    rng = np.random.default_rng(seed)
    hole = rng.random(shape) < 0.6
    hole.flat[rng.integers(hole.size)] = False  # one pixel is known
    return rng.random((*shape, *channels)), hole


@given(shape=small, seed=seeds)
def test_the_fill_is_the_dense_least_squares_solution(shape, seed):
    image, hole = random_case(shape, seed)
    basis = np.eye(hole.size).reshape(-1, *shape)
    slopes = np.array(
        [np.r_[np.diff(b, axis=0).ravel(), np.diff(b, axis=1).ravel()] for b in basis]
    ).T
    unknown = hole.ravel()
    known_part = slopes[:, ~unknown] @ image.ravel()[~unknown]
    expected = image.copy()
    if unknown.any():
        expected[hole] = lstsq(slopes[:, unknown], -known_part)[0]
    np.testing.assert_allclose(harmonic(image, hole), expected, atol=1e-9)


@given(shape=small, seed=seeds)
def test_no_other_fill_is_smoother(shape, seed):
    image, hole = random_case(shape, seed, channels=(3,))
    filled = harmonic(image, hole)
    rng = np.random.default_rng(seed)
    for step in (1e-3, 0.1, 1):
        other = filled.copy()
        other[hole] += step * rng.standard_normal(other[hole].shape)
        assert roughness(filled) <= roughness(other)


@given(shape=small, seed=seeds)
def test_the_fill_stays_between_the_known_values(shape, seed):
    image, hole = random_case(shape, seed, channels=(3,))
    filled = harmonic(image, hole)
    known = image[~hole]
    assert (filled >= known.min(axis=0)).all()
    assert (filled <= known.max(axis=0)).all()


@given(shape=small, seed=seeds, dtype=st.sampled_from([np.float32, np.float64]))
def test_known_pixels_and_arguments_are_untouched_and_the_hole_is_never_read(shape, seed, dtype):
    image, hole = random_case(shape, seed)
    image = image.astype(dtype)
    kept, kept_hole = image.copy(), hole.copy()
    filled = harmonic(image, hole)
    assert filled.dtype == dtype
    np.testing.assert_array_equal(filled[~hole], image[~hole])
    np.testing.assert_array_equal(image, kept)
    np.testing.assert_array_equal(hole, kept_hole)
    np.testing.assert_array_equal(filled, harmonic(masks.cut_hole(image, hole), hole))


def test_a_long_gradient_descent_ends_at_the_same_fill():
    image = photograph("camera", height=24)
    hole = masks.box(image.shape, height=8, width=6)
    walked = masks.cut_hole(image, hole)
    for _ in range(3000):
        down, right = np.diff(walked, axis=0), np.diff(walked, axis=1)
        grad = np.zeros_like(walked)
        grad[1:] += 2 * down
        grad[:-1] -= 2 * down
        grad[:, 1:] += 2 * right
        grad[:, :-1] -= 2 * right
        walked[hole] -= 0.12 * grad[hole]
    np.testing.assert_allclose(harmonic(image, hole), walked, atol=1e-10)


def test_a_ramp_comes_back_exactly():
    y, x = np.mgrid[:30, :40]
    ramp = 0.1 + 0.01 * x + 0.015 * y
    hole = masks.box(ramp.shape, height=20, width=25) & masks.brush(
        (30, 40), strokes=5, width=5, seed=0
    )
    np.testing.assert_allclose(harmonic(masks.cut_hole(ramp, hole), hole), ramp, atol=1e-13)


def test_at_the_border_a_ramp_along_it_comes_back_and_one_across_it_becomes_flat():
    along = np.repeat(np.linspace(0, 1, 11)[:, None], 8, axis=1)
    hole = masks.box(along.shape, height=5, width=4, left=4)  # touches the right border
    np.testing.assert_allclose(harmonic(along, hole), along, atol=1e-13)
    across = np.repeat(np.linspace(0, 1, 8)[None], 11, axis=0)
    hole = masks.half(across.shape, side="right")
    np.testing.assert_allclose(harmonic(across, hole)[:, 4:], across[0, 3], atol=1e-13)


def test_each_channel_is_filled_by_itself():
    image = photograph("astronaut", height=40)
    hole = masks.brush(image.shape, strokes=3, width=5, seed=1)
    filled = harmonic(image, hole)
    for channel in range(3):
        alone = harmonic(image[..., channel].copy(), hole)
        np.testing.assert_allclose(filled[..., channel], alone, atol=1e-12)


def test_an_empty_hole_gives_a_copy():
    image = photograph("coins", height=20)
    filled = harmonic(image, np.zeros(image.shape, bool))
    np.testing.assert_array_equal(filled, image)
    assert not np.shares_memory(filled, image)


def test_one_known_pixel_paints_the_whole_picture():
    image = np.full((5, 7), 0.25)
    hole = np.ones((5, 7), bool)
    hole[2, 2] = False
    np.testing.assert_allclose(harmonic(masks.cut_hole(image, hole), hole), 0.25, atol=1e-12)


@pytest.mark.errors
def test_a_hole_that_covers_everything_is_refused():
    with pytest.raises(ValueError, match="covers every pixel: a fill needs a known pixel"):
        harmonic(np.zeros((4, 4)), np.ones((4, 4), bool))


@pytest.mark.errors
def test_bytes_and_numbers_for_a_hole_are_refused():
    with pytest.raises(TypeError, match="divide by 255"):
        harmonic(np.zeros((4, 4), np.uint8), np.zeros((4, 4), bool))
    with pytest.raises(TypeError, match="must be a bool array"):
        harmonic(np.zeros((4, 4)), np.zeros((4, 4)))

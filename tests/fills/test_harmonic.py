import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.linalg import lstsq
from skimage.restoration import inpaint_biharmonic

from learnkit.fills.harmonic import biharmonic, harmonic
from learnkit.holes import draw
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
    np.testing.assert_array_equal(filled, harmonic(draw.cut_hole(image, hole), hole))


def test_a_long_gradient_descent_ends_at_the_same_fill():
    image = photograph("camera", height=24)
    hole = draw.box(image.shape, height=8, width=6)
    walked = draw.cut_hole(image, hole)
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
    hole = draw.box(ramp.shape, height=20, width=25) & draw.brush(
        (30, 40), strokes=5, width=5, seed=0
    )
    np.testing.assert_allclose(harmonic(draw.cut_hole(ramp, hole), hole), ramp, atol=1e-13)


def test_at_the_border_a_ramp_along_it_comes_back_and_one_across_it_becomes_flat():
    along = np.repeat(np.linspace(0, 1, 11)[:, None], 8, axis=1)
    hole = draw.box(along.shape, height=5, width=4, left=4)  # touches the right border
    np.testing.assert_allclose(harmonic(along, hole), along, atol=1e-13)
    across = np.repeat(np.linspace(0, 1, 8)[None], 11, axis=0)
    hole = draw.half(across.shape, side="right")
    np.testing.assert_allclose(harmonic(across, hole)[:, 4:], across[0, 3], atol=1e-13)


def test_each_channel_is_filled_by_itself():
    image = photograph("astronaut", height=40)
    hole = draw.brush(image.shape, strokes=3, width=5, seed=1)
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
    np.testing.assert_allclose(harmonic(draw.cut_hole(image, hole), hole), 0.25, atol=1e-12)


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


# ---- the thin plate ----------------------------------------------------------------------------


def bending(image):
    """The definition: what the picture's Laplacian, with no pixel beyond the border, sums to."""
    slopes = np.zeros_like(image)
    for axis in (0, 1):
        step = np.diff(image, axis=axis)
        ends = [(0, 0)] * image.ndim
        ends[axis] = (1, 0)
        slopes += np.pad(step, ends)
        ends[axis] = (0, 1)
        slopes -= np.pad(step, ends)
    return np.sum(slopes**2)


@pytest.mark.parametrize(
    "hole",
    [
        draw.box((40, 40), height=20, width=14),
        draw.scatter((40, 40), fraction=0.3, seed=0) & draw.box((40, 40), height=36, width=36),
    ],
)
@pytest.mark.parametrize("name", ["camera", "astronaut"])
def test_away_from_the_border_the_plate_is_scikit_images(name, hole):
    image = photograph(name, height=40)[:, :40].copy()
    axis = {"channel_axis": 2} if image.ndim == 3 else {}
    theirs = inpaint_biharmonic(image, hole, **axis)
    np.testing.assert_allclose(biharmonic(image, hole), theirs, atol=1e-9)


def test_at_the_border_the_plate_is_near_scikit_images():
    image = photograph("camera", height=40)
    hole = draw.box((40, 40), height=10, width=10, top=0, left=15)
    apart = np.abs(biharmonic(image, hole) - inpaint_biharmonic(image, hole))[hole]
    assert np.sqrt(np.mean(apart**2)) < 0.1


@given(shape=small, seed=seeds)
def test_no_other_plate_bends_less_but_for_the_clip(shape, seed):
    image, hole = random_case(shape, seed)
    image = 0.45 + 0.1 * image
    image.flat[np.flatnonzero(~hole)[0]] = 0.5
    filled = biharmonic(image, hole)
    known = image[~hole]
    assert (filled >= known.min()).all() and (filled <= known.max()).all()
    if ((filled > known.min()) & (filled < known.max()))[hole].all():  # nothing was clipped
        rng = np.random.default_rng(seed)
        for step in (1e-3, 0.1):
            other = filled.copy()
            other[hole] += step * rng.standard_normal(int(hole.sum()))
            assert bending(filled) <= bending(other) + 1e-12


def test_a_plate_goes_on_where_a_parabola_was_going():
    y, x = np.mgrid[:30, :30] / 29
    harmonic_saddle = 0.5 + 0.3 * (x - 0.5) * (y - 0.5)
    bowl = 0.2 + 0.3 * ((x - 0.5) ** 2 + (y - 0.5) ** 2)  # Δ² of it is 0, Δ is not
    hole = draw.box((30, 30), height=12, width=12)
    np.testing.assert_allclose(biharmonic(harmonic_saddle, hole), harmonic_saddle, atol=1e-9)
    hole = draw.box((30, 30), height=12, width=6, left=4)  # its least is known, so nothing clips
    np.testing.assert_allclose(biharmonic(bowl, hole), bowl, atol=1e-9)
    assert np.abs(harmonic(bowl, hole) - bowl).max() > 1e-3


@pytest.mark.parametrize("fill", [harmonic, biharmonic])
def test_what_lies_far_from_the_hole_need_not_be_looked_at(fill, monkeypatch):
    image = photograph("camera", height=60)
    hole = np.zeros(image.shape, bool)
    hole[20:35, 3:20] = hole[10:50, 40] = hole[0, 12:30] = True
    whole = fill(image, hole)
    monkeypatch.setattr("learnkit.fills.harmonic.SMALL", 0)
    np.testing.assert_allclose(fill(image, hole), whole, atol=1e-12)


def test_one_hole_over_many_pictures_is_factored_once(monkeypatch, rng):
    import scipy.sparse.linalg

    made, splu = [], scipy.sparse.linalg.splu
    monkeypatch.setattr(
        scipy.sparse.linalg, "splu", lambda *a, **k: made.append(1) or splu(*a, **k)
    )
    hole = draw.box((13, 17), height=5, width=7)
    first, second = rng.random((2, 13, 17))
    filled = harmonic(first, hole), harmonic(second, hole), harmonic(first, hole)
    assert len(made) == 1
    np.testing.assert_array_equal(filled[0], filled[2])
    assert (filled[0] != filled[1])[hole].all()
    other = np.roll(hole, 1, axis=0)
    assert not np.array_equal(harmonic(first, other), filled[0])
    assert len(made) == 2

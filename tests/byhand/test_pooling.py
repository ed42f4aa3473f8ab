import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from learnkit.byhand import pooling

POOLS = ["max_pool2d", "avg_pool2d"]


@settings(max_examples=100, deadline=None)
@given(
    st.sampled_from(POOLS),
    st.integers(0, 2**32 - 1),
    st.tuples(st.integers(1, 2), st.integers(1, 2), st.integers(1, 9), st.integers(1, 9)),
    st.data(),
)
def test_the_fast_forms_equal_their_definitions(name, seed, shape, data):
    rng = np.random.default_rng(seed)
    size = data.draw(st.integers(1, min(shape[2:])))
    stride = data.draw(st.sampled_from([None, 1, 2, 3]))
    image = rng.integers(0, 5, shape).astype(float)  # with ties
    fast = getattr(pooling, name)(image, size, stride)
    np.testing.assert_allclose(fast, getattr(pooling, f"{name}_loops")(image, size, stride))
    u = rng.standard_normal(fast.shape)
    np.testing.assert_allclose(
        getattr(pooling, f"{name}_grad")(image, size, u, stride),
        getattr(pooling, f"{name}_grad_loops")(image, size, u, stride),
        atol=1e-12,
    )


@pytest.mark.parametrize("name", POOLS)
def test_a_pool_hands_back_all_that_it_was_handed(name, rng):
    image = rng.random((2, 3, 7, 8))
    u = rng.standard_normal(getattr(pooling, name)(image, 3, 2).shape)
    assert getattr(pooling, f"{name}_grad")(image, 3, u, 2).sum() == pytest.approx(u.sum())


@pytest.mark.errors
@pytest.mark.parametrize("name", POOLS)
def test_what_cannot_be_pooled_is_named_with_its_value(name):
    call, image = getattr(pooling, name), np.zeros((1, 1, 4, 4))
    with pytest.raises(ValueError, match=r"a window of 5 does not fit into \(4, 4\)"):
        call(image, 5)
    with pytest.raises(ValueError, match="size must be at least 1, got 0"):
        call(image, 0)
    with pytest.raises(ValueError, match="stride must be at least 1, got 0"):
        call(image, 2, 0)
    with pytest.raises(TypeError, match=r"size must be a whole number, got \(2, 2\)"):
        call(image, (2, 2))
    with pytest.raises(ValueError, match=r"\(n, c, h, w\), got \(4, 4\); pass image\[None, None\]"):
        call(np.zeros((4, 4)), 2)
    with pytest.raises(TypeError, match="image must be float, got uint8; divide it by 255"):
        call(np.zeros((1, 1, 4, 4), np.uint8), 2)
    with pytest.raises(ValueError, match="image holds NaN at 16 of 16 places"):
        call(image * np.nan, 2)


@pytest.mark.errors
@pytest.mark.parametrize("name", POOLS)
def test_an_upstream_gradient_that_does_not_fit_is_refused(name):
    call, image = getattr(pooling, f"{name}_grad"), np.zeros((5, 2, 4, 4))
    with pytest.raises(ValueError, match=r"upstream must have shape \(5, 2, 2, 2\), got"):
        call(image, 2, np.zeros((5, 2, 1, 2)))
    with pytest.raises(ValueError, match="upstream holds NaN"):
        call(image, 2, np.full((5, 2, 2, 2), np.nan))

import numpy as np
import pytest
from scipy.linalg import sqrtm

from learnkit.images.frechet import frechet_distance, frechet_of, kid, moments


def gaussians(seed, d):
    rng = np.random.default_rng(seed)
    a, b = rng.normal(size=(2, d, d))
    return rng.normal(size=d), a @ a.T, rng.normal(size=d), b @ b.T / 3


@pytest.mark.parametrize("d", [1, 2, 7, 64])
@pytest.mark.parametrize("seed", range(5))
def test_it_equals_the_formula_with_scipys_root(seed, d):
    m1, c1, m2, c2 = gaussians(seed, d)
    theirs = (m1 - m2) @ (m1 - m2) + np.trace(c1 + c2 - 2 * sqrtm(c1 @ c2).real)
    assert frechet_distance(m1, c1, m2, c2) == pytest.approx(theirs, rel=1e-6)


def test_it_is_zero_for_one_gaussian_symmetric_and_real_where_a_covariance_is_singular():
    m1, c1, m2, c2 = gaussians(0, 6)
    assert frechet_distance(m1, c1, m1, c1) == pytest.approx(0, abs=1e-9)
    assert frechet_distance(m1, c1, m2, c2) == pytest.approx(frechet_distance(m2, c2, m1, c1))
    flat = np.diag([1.0, 0, 0, 0, 0, 0])
    assert frechet_distance(m1, flat, m1, np.zeros((6, 6))) == pytest.approx(1)


def test_a_singular_covariance_costs_no_digits():
    rng = np.random.default_rng(2)
    few = 30 * rng.normal(size=(50, 5)) @ rng.normal(size=(5, 96))  # as features of a network are
    mean, cov = moments(few)
    assert 0 <= frechet_distance(mean, cov, mean, cov) < 1e-13 * np.trace(cov)
    wider = frechet_distance(mean, cov, mean, 4 * cov)  # (2 - 1)² tr C
    assert wider == pytest.approx(np.trace(cov), rel=1e-13)


@pytest.mark.errors
def test_a_crowd_that_flew_apart_never_scores():
    crowd = np.random.default_rng(0).normal(size=(20, 3))
    for score in (frechet_of, kid):
        with pytest.raises(ValueError, match=r"features1? hold an infinite number"):
            score(np.where(np.eye(20, 3) > 0, np.inf, crowd), crowd)
    zero, one = np.zeros(1), np.ones((1, 1))
    assert not frechet_distance(np.array([np.inf]), one, zero, one) < np.inf


def test_single_precision_is_enough_to_hand_in():
    crowds = 10 + 0.1 * np.random.default_rng(0).normal(size=(2, 200, 8))
    for score in (frechet_of, kid):
        assert score(*crowds.astype(np.float32)) == pytest.approx(score(*crowds), rel=1e-3)


def test_of_gaussians_with_one_covariance_it_is_the_squared_distance_of_the_means():
    m1, c1, m2, _ = gaussians(1, 5)
    assert frechet_distance(m1, c1, m2, c1) == pytest.approx(float((m1 - m2) @ (m1 - m2)))


def test_moments_are_those_of_numpy():
    x = np.random.default_rng(0).normal(size=(40, 5))
    mean, cov = moments(x)
    np.testing.assert_allclose(mean, x.mean(axis=0))
    np.testing.assert_allclose(cov, np.cov(x, rowvar=False))


def test_small_crowds_make_it_too_large_and_kid_not():
    rng = np.random.default_rng(0)

    def both(n):
        pairs = [rng.normal(size=(2, n, 16)) for _ in range(20)]
        return [np.mean([f(a, b) for a, b in pairs]) for f in (frechet_of, kid)]

    small, large = both(50), both(800)
    assert small[0] > 5 * large[0] > 0
    assert abs(small[1]) < 0.05 and abs(large[1]) < 0.02


def test_kid_is_its_definition():
    rng = np.random.default_rng(1)
    x, y = rng.normal(size=(6, 3)), rng.normal(1, 1, size=(5, 3))

    def k(a, b):
        return (a @ b / 3 + 1) ** 3

    def own(z):
        pairs = [(i, j) for i in range(len(z)) for j in range(len(z)) if i != j]
        return np.mean([k(z[i], z[j]) for i, j in pairs])

    between = np.mean([k(a, b) for a in x for b in y])
    assert kid(x, y) == pytest.approx(own(x) + own(y) - 2 * between)


@pytest.mark.errors
def test_what_does_not_fit_is_named():
    with pytest.raises(
        ValueError, match=r"features1 must be \(n, d\).*of two rows .* got \(1, 3\)"
    ):
        kid(np.ones((1, 3)), np.ones((4, 3)))
    with pytest.raises(ValueError, match=r"features2 must have shape \(4, 3\), got \(4, 2\)"):
        kid(np.ones((5, 3)), np.ones((4, 2)))
    with pytest.raises(ValueError, match=r"cov1 must have shape \(3, 3\), got \(3,\)"):
        frechet_distance(np.ones(3), np.ones(3), np.ones(3), np.eye(3))
    with pytest.raises(ValueError, match="mean1 holds NaN"):
        frechet_distance(np.full(1, np.nan), np.eye(1), np.ones(1), np.eye(1))

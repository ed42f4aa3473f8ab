import numpy as np
import pytest
from scipy.stats import multivariate_normal

from learnkit.fills.linear_mmse import LinearMMSE
from learnkit.holes import draw
from learnkit.images.data import fashion_mnist, to_float

GARMENTS = fashion_mnist("train")[0][:2000]
UNSEEN = to_float(fashion_mnist("test")[0][:20])
HOLE = draw.box((28, 28), height=12, width=9, left=3)


@pytest.mark.parametrize("hole", [HOLE, draw.scatter((28, 28), fraction=0.8, seed=0)])
def test_the_linear_fill_is_the_conditional_mean_written_with_the_covariance(hole):
    X = to_float(GARMENTS).reshape(-1, 784)
    m, C = X.mean(axis=0), np.cov(X.T, bias=True)
    u, k = hole.ravel(), ~hole.ravel()
    gain = C[np.ix_(u, k)] @ np.linalg.inv(C[np.ix_(k, k)] + 1e-3 * np.eye(k.sum()))
    fill = LinearMMSE(GARMENTS)
    for image in UNSEEN:
        expected = image.copy()
        expected[hole] = (m[u] + gain @ (image.ravel()[k] - m[k])).clip(0, 1)
        np.testing.assert_allclose(fill(image, hole), expected, atol=1e-3)


def test_of_a_gaussian_the_linear_fill_is_the_likeliest():
    rng = np.random.default_rng(0)
    mix = 0.03 * rng.standard_normal((6, 6))
    images = (0.5 + rng.standard_normal((4000, 6)) @ mix).clip(0, 1).reshape(-1, 2, 3)
    hole = np.array([[True, False, False], [False, True, False]])
    fill = LinearMMSE(images, jitter=1e-9)
    filled = fill(images[0], hole)
    cloud = multivariate_normal(fill.mean, fill.covariance, allow_singular=True)
    for _ in range(50):
        other = filled.copy()
        other[hole] += 1e-2 * rng.standard_normal(2)
        assert cloud.logpdf(filled.ravel()) >= cloud.logpdf(other.ravel())


def test_a_factor_is_kept_for_the_next_picture_with_the_same_hole(monkeypatch):
    import scipy.linalg

    made, cho_factor = [], scipy.linalg.cho_factor
    monkeypatch.setattr(
        scipy.linalg, "cho_factor", lambda *a, **k: made.append(1) or cho_factor(*a, **k)
    )
    fill = LinearMMSE(GARMENTS)
    for image in UNSEEN:
        fill(image, HOLE)
    fill.batch(UNSEEN, np.broadcast_to(HOLE, UNSEEN.shape))
    assert len(made) == 1
    fill(UNSEEN[0], draw.half((28, 28)))
    assert len(made) == 2

"""Answers to lesson 13 that its table does not hold: right ones in other styles, and wrong ones."""

import math
from statistics import NormalDist

import numpy as np
from scipy.linalg import sqrtm
from scipy.ndimage import gaussian_filter, uniform_filter
from scipy.signal import convolve2d
from scipy.stats import binomtest, norm
from skimage.metrics import structural_similarity

from tests.exercises.answers import collected, further_tests

RIGHT, WRONG, right, wrong = collected()


# ---- ssim --------------------------------------------------------------------------------------


@right("ssim")
def by_scikit_image(pred, target, data_range=1.0):
    return structural_similarity(
        pred,
        target,
        data_range=data_range,
        gaussian_weights=True,
        sigma=1.5,
        use_sample_covariance=False,
    )


@right("ssim")
def by_loops(pred, target, data_range=1.0):
    k = np.arange(-5, 6)
    weights = np.exp(-(k[:, None] ** 2 + k**2) / 4.5)
    weights /= weights.sum()
    c1, c2, found = (0.01 * data_range) ** 2, (0.03 * data_range) ** 2, []
    for i in range(pred.shape[0] - 10):
        for j in range(pred.shape[1] - 10):
            p, t = pred[i : i + 11, j : j + 11], target[i : i + 11, j : j + 11]
            mp, mt = (weights * p).sum(), (weights * t).sum()
            vp, vt = (weights * (p - mp) ** 2).sum(), (weights * (t - mt) ** 2).sum()
            cov = (weights * (p - mp) * (t - mt)).sum()
            light = (2 * mp * mt + c1) / (mp**2 + mt**2 + c1)
            found.append(light * (2 * cov + c2) / (vp + vt + c2))
    return float(np.mean(found))


def by_means(mean, pred, target, data_range):
    """SSIM where `mean` gives the mean of every window."""
    mp, mt = mean(pred), mean(target)
    both = mean(pred * pred) + mean(target * target) - mp * mp - mt * mt
    cov = mean(pred * target) - mp * mt
    c1, c2 = 1e-4 * data_range**2, 9e-4 * data_range**2
    score = (2 * mp * mt + c1) * (2 * cov + c2)
    return np.mean(score / (mp * mp + mt * mt + c1) / (both + c2))


@right("ssim")
def by_convolution(pred, target, data_range=1.0):
    bell = np.exp(-0.5 * (np.arange(11) - 5) ** 2 / 1.5**2)
    window = np.outer(bell / bell.sum(), bell / bell.sum())
    return by_means(lambda x: convolve2d(x, window, mode="valid"), pred, target, data_range)


@wrong("ssim", "You count windows that hang over the border")
def by_scipys_filter(pred, target, data_range=1.0):
    return by_means(lambda x: gaussian_filter(x, 1.5, truncate=3.5), pred, target, data_range)


@wrong("ssim", "All pixels of your window weigh the same")
def by_scipys_uniform_filter(pred, target, data_range=1.0):
    return by_means(lambda x: uniform_filter(x, 11)[5:-5, 5:-5], pred, target, data_range)


@wrong("ssim", "That is scikit-image's default")
def by_scikit_images_default(pred, target, data_range=1.0):
    return structural_similarity(pred, target, data_range=data_range)


# ---- frechet_distance --------------------------------------------------------------------------


@right("frechet_distance")
def by_scipys_root(mean1, cov1, mean2, cov2):
    root = sqrtm(cov1 @ cov2).real
    return float(((mean1 - mean2) ** 2).sum() + np.trace(cov1 + cov2 - 2 * root))


@right("frechet_distance")
def by_the_eigenvalues_of_the_product(mean1, cov1, mean2, cov2):
    values = np.linalg.eigvals(cov1 @ cov2).real.clip(min=0)
    gap = np.linalg.norm(mean1 - mean2) ** 2
    return gap + np.trace(cov1) + np.trace(cov2) - 2 * np.sum(np.sqrt(values))


@right("frechet_distance")
def by_singular_values(mean1, cov1, mean2, cov2):
    def factor(c):
        values, vectors = np.linalg.eigh(c)
        return vectors * np.sqrt(np.maximum(values, 0))

    root = np.linalg.svd(factor(cov1).T @ factor(cov2), compute_uv=False).sum()
    return np.dot(mean1 - mean2, mean1 - mean2) + np.trace(cov1 + cov2) - 2 * root


@wrong("frechet_distance", "complex number")
def of_complex_eigenvalues(mean1, cov1, mean2, cov2):
    root = np.sqrt(np.linalg.eigvals(cov1 @ cov2) + 0j).sum()
    return (mean1 - mean2) @ (mean1 - mean2) + np.trace(cov1) + np.trace(cov2) - 2 * root


@wrong("frechet_distance", "You return the root of it")
def rooted(mean1, cov1, mean2, cov2):
    return abs(by_scipys_root(mean1, cov1, mean2, cov2)) ** 0.5


# ---- preference_interval -----------------------------------------------------------------------


@right("preference_interval")
def by_scipy(wins, trials, confidence=0.95):
    if not trials:
        return 0, 1
    found = binomtest(wins, trials).proportion_ci(confidence, method="wilson")
    return found.low, found.high


@right("preference_interval")
def as_an_array(wins, trials, confidence=0.95):
    z, n = norm.ppf(0.5 + confidence / 2), trials
    if n == 0:
        return np.array([0.0, 1.0])
    signs = np.array([-1, 1])
    inner = z * np.sqrt(wins * (n - wins) / n + z * z / 4)
    return (wins + z * z / 2 + signs * inner) / (n + z * z)


@right("preference_interval")
def by_the_roots_of_the_quadratic(wins, trials, confidence=0.95):
    if trials == 0:
        return [0.0, 1.0]
    z2, p = NormalDist().inv_cdf(1 - (1 - confidence) / 2) ** 2 / trials, wins / trials
    a, b, c = 1 + z2, -(2 * p + z2), p * p
    root = math.sqrt(max(0.0, b * b - 4 * a * c))
    return (-b - root) / (2 * a), (-b + root) / (2 * a)


@wrong("preference_interval", "the exercise asks for two numbers")
def the_low_end_alone(wins, trials, confidence=0.95):
    return by_the_roots_of_the_quadratic(wins, trials, confidence)[0]


@wrong("preference_interval", "You return 3 things")
def with_the_share(wins, trials, confidence=0.95):
    low, high = by_the_roots_of_the_quadratic(wins, trials, confidence)
    return low, wins / max(trials, 1), high


test_right, test_wrong = further_tests(RIGHT, WRONG)

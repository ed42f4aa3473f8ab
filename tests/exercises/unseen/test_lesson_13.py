"""Lesson 13: answers by readers who knew the lesson, and had not seen the tables."""

import math
from statistics import NormalDist

import numpy as np
import scipy.linalg
import scipy.ndimage
import scipy.signal
import scipy.stats
import torch
import torch.nn.functional as F

from tests.exercises.answers import collected, further_tests

RIGHT, WRONG, right, wrong = collected()


def _bell(radius=5, sigma=1.5):
    line = np.exp(-(np.arange(-radius, radius + 1) ** 2) / (2 * sigma**2))
    square = np.outer(line, line)
    return square / square.sum()


def _quotients(mp, mt, vp, vt, cov, data_range):
    c1, c2 = (0.01 * data_range) ** 2, (0.03 * data_range) ** 2
    return (2 * mp * mt + c1) * (2 * cov + c2) / ((mp**2 + mt**2 + c1) * (vp + vt + c2))


# ---- ssim ----------------------------------------------------------------------------------------


@wrong("ssim", "You count windows that hang over the border. Only those that lie inside count:")
def similar_with_rim(pred, target, data_range=1.0):
    """Windows that reach over the rim count as well (the picture is reflected there)."""

    def blur(x):
        return scipy.ndimage.gaussian_filter(x.astype(float), 1.5, truncate=3.5)

    mp, mt = blur(pred), blur(target)
    vp = blur(pred**2) - mp**2
    vt = blur(target**2) - mt**2
    cov = blur(pred * target) - mp * mt
    return float(_quotients(mp, mt, vp, vt, cov, data_range).mean())


@wrong("ssim", "You compare σp and σt: that is the contrast, and two pictures with quite")
def similar_without_pattern(pred, target, data_range=1.0):
    """The product of the two standard deviations stands in place of the covariance: the
    pattern is not compared."""
    w = _bell()

    def mean(x):
        return scipy.signal.convolve2d(x, w, mode="valid")

    mp, mt = mean(pred), mean(target)
    vp = np.maximum(mean(pred * pred) - mp * mp, 0)
    vt = np.maximum(mean(target * target) - mt * mt, 0)
    return float(np.mean(_quotients(mp, mt, vp, vt, np.sqrt(vp) * np.sqrt(vt), data_range)))


@wrong("ssim", "σ is not squared under the exponent: exp(-k² / (2 σ²)) with σ = 1.5.")
def similar_narrow_window(pred, target, data_range=1.0):
    """The bell is exp(-r^2 / (2 sigma)): sigma is not squared, so the window is too narrow."""
    r = np.arange(11) - 5
    g = np.exp(-(r[:, None] ** 2 + r[None, :] ** 2) / (2 * 1.5))
    g /= g.sum()
    views = [np.lib.stride_tricks.sliding_window_view(x, (11, 11)) for x in (pred, target)]
    p, t = views
    mp, mt = (p * g).sum((-1, -2)), (t * g).sum((-1, -2))
    vp, vt = (p**2 * g).sum((-1, -2)) - mp**2, (t**2 * g).sum((-1, -2)) - mt**2
    cov = (p * t * g).sum((-1, -2)) - mp * mt
    return float(_quotients(mp, mt, vp, vt, cov, data_range).mean())


@wrong("ssim", "The last row and the last column of windows are missing: a picture of h rows")
def similar_last_window_missing(pred, target, data_range=1.0):
    """The last row and the last column of windows are forgotten (range stops one early)."""
    w = _bell()
    h, b = pred.shape
    total, n = 0.0, 0
    for i in range(h - 11):
        for j in range(b - 11):
            p, t = pred[i : i + 11, j : j + 11], target[i : i + 11, j : j + 11]
            mp, mt = (w * p).sum(), (w * t).sum()
            vp, vt = (w * p * p).sum() - mp**2, (w * t * t).sum() - mt**2
            total += _quotients(mp, mt, vp, vt, (w * p * t).sum() - mp * mt, data_range)
            n += 1
    return total / max(n, 1)


@wrong("ssim", "The result is not what it should be. 2 of 9 inputs come out right; this is the")
def similar_uniform(pred, target, data_range=1.0):
    """Two faults: a uniform window of 11 x 11, and the data range is not squared in the
    constants."""
    k = np.ones((11, 11)) / 121
    c1 = 0.01**2 * data_range
    c2 = 0.03**2 * data_range
    f = lambda a: scipy.signal.correlate2d(a, k, mode="valid")
    mp, mt = f(pred), f(target)
    sp, st, spt = f(pred**2) - mp**2, f(target**2) - mt**2, f(pred * target) - mp * mt
    s = ((2 * mp * mt + c1) * (2 * spt + c2)) / ((mp**2 + mt**2 + c1) * (sp + st + c2))
    return float(s.mean())


@right("ssim")
def similar_window_by_window(pred, target, data_range=1.0):
    w = _bell()
    p, t = (
        np.lib.stride_tricks.sliding_window_view(np.asarray(x, dtype=np.float64), (11, 11))
        for x in (pred, target)
    )
    mean = lambda *xs: np.einsum("ijkl,ijkl,kl->ij", *xs, w)
    ones = np.ones_like(p)
    mp, mt = mean(p, ones), mean(t, ones)
    return float(
        _quotients(
            mp, mt, mean(p, p) - mp**2, mean(t, t) - mt**2, mean(p, t) - mp * mt, data_range
        ).mean()
    )


@right("ssim")
def similar_by_torch(pred, target, data_range=1.0):
    line = torch.exp(-((torch.arange(11, dtype=torch.float64) - 5) ** 2) / 4.5)
    line = line / line.sum()
    p, t = (torch.tensor(np.array(x, dtype=np.float64)) for x in (pred, target))
    stack = torch.stack([p, t, p * p, t * t, p * t])[:, None]
    rows = F.conv2d(stack, line.view(1, 1, 11, 1))
    mp, mt, pp, tt, pt = F.conv2d(rows, line.view(1, 1, 1, 11))[:, 0]
    c1, c2 = (0.01 * data_range) ** 2, (0.03 * data_range) ** 2
    brightness = (2 * mp * mt + c1) / (mp.square() + mt.square() + c1)
    rest = (2 * (pt - mp * mt) + c2) / (pp - mp.square() + tt - mt.square() + c2)
    return (brightness * rest).mean().item()


@right("ssim")
def similar_cropped(pred, target, data_range=1.0):
    p, t = np.asarray(pred, float), np.asarray(target, float)

    def inner(x):
        full = scipy.ndimage.gaussian_filter(
            x, sigma=1.5, truncate=3.5, mode="constant"
        )  # radius 5
        return full[5 : x.shape[0] - 5, 5 : x.shape[1] - 5]

    mp, mt = inner(p), inner(t)
    return float(
        np.average(
            _quotients(
                mp,
                mt,
                inner(p * p) - mp * mp,
                inner(t * t) - mt * mt,
                inner(p * t) - mp * mt,
                data_range,
            )
        )
    )


# ---- frechet_distance ----------------------------------------------------------------------------


@wrong("frechet_distance", "You multiply the two roots, Σ₁^½ Σ₂^½: that is the root of the")
def far_by_two_roots(mean1, cov1, mean2, cov2):
    """The trace of the product of the two roots: right only where the covariances commute."""

    def root(c):
        w, v = np.linalg.eigh(c)
        return (v * np.sqrt(np.clip(w, 0, None))) @ v.T

    d = mean1 - mean2
    return float(d @ d + np.trace(cov1) + np.trace(cov2) - 2 * np.trace(root(cov1) @ root(cov2)))


@wrong("frechet_distance", "A singular covariance has no Cholesky factor")
def far_by_cholesky(mean1, cov1, mean2, cov2):
    """Cholesky in place of the symmetric root, which fails where a covariance is singular."""
    L = np.linalg.cholesky(cov1)
    eig = np.linalg.eigvalsh(L.T @ cov2 @ L)
    return float(
        ((mean1 - mean2) ** 2).sum() + np.trace(cov1 + cov2) - 2 * np.sqrt(np.maximum(eig, 0)).sum()
    )


@wrong("frechet_distance", "You pair the eigenvalues of the two covariances by size: the")
def far_by_sorted_eigenvalues(mean1, cov1, mean2, cov2):
    """Pairs the sorted eigenvalues of the two covariances: the directions do not count."""
    e1 = np.clip(np.linalg.eigvalsh(cov1), 0, None)
    e2 = np.clip(np.linalg.eigvalsh(cov2), 0, None)
    spread = ((np.sqrt(e1) - np.sqrt(e2)) ** 2).sum()
    return float(np.linalg.norm(mean1 - mean2) ** 2 + spread)


@wrong("frechet_distance", "Only the variances count in yours, the diagonals (an element-wise")
def far_feature_by_feature(mean1, cov1, mean2, cov2):
    """The formula of one dimension for each feature: the covariances off the diagonal are
    ignored."""
    total = 0.0
    for i in range(len(mean1)):
        total += (mean1[i] - mean2[i]) ** 2
        total += (math.sqrt(cov1[i, i]) - math.sqrt(cov2[i, i])) ** 2
    return total


@wrong("frechet_distance", "Two things at once. The 2 before the trace of the root is missing:")
def far_with_plain_norm(mean1, cov1, mean2, cov2):
    """Two faults: the norm of the means is not squared, and the trace of the root is
    subtracted once, not twice."""
    values, vectors = np.linalg.eigh(cov1)
    half = vectors @ np.diag(np.sqrt(np.maximum(values, 0))) @ vectors.T
    lam = np.maximum(np.linalg.eigvalsh(half @ cov2 @ half), 0)
    return float(np.linalg.norm(mean1 - mean2) + np.trace(cov1 + cov2) - np.sum(np.sqrt(lam)))


@right("frechet_distance")
def far_by_singular_values(mean1, cov1, mean2, cov2):
    def factor(c):
        w, v = scipy.linalg.eigh(np.asarray(c, dtype=np.float64))
        return v * np.sqrt(w.clip(min=0))  # c = factor @ factor.T

    a, b = factor(cov1), factor(cov2)
    d = np.subtract(mean1, mean2, dtype=np.float64)
    # with c1 = a a', c2 = b b' the eigenvalues of c1 c2 are the squares of the singular values of a' b
    return float(
        np.dot(d, d)
        + np.trace(cov1)
        + np.trace(cov2)
        - 2 * np.linalg.svd(a.T @ b, compute_uv=False).sum()
    )


@right("frechet_distance")
def far_by_torch(mean1, cov1, mean2, cov2):
    m1, c1, m2, c2 = (
        torch.tensor(np.array(x, dtype=np.float64)) for x in (mean1, cov1, mean2, cov2)
    )
    w, v = torch.linalg.eigh(c1)
    half = v @ torch.diag(w.clamp(min=0).sqrt()) @ v.T
    inner = half @ c2 @ half
    roots = torch.linalg.eigvalsh((inner + inner.T) / 2).clamp(min=0).sqrt()
    return ((m1 - m2).square().sum() + c1.trace() + c2.trace() - 2 * roots.sum()).item()


@right("frechet_distance")
def far_by_nuclear_norm(mean1, cov1, mean2, cov2):
    class Gaussian:
        def __init__(self, mean, cov):
            self.mean, self.cov = np.asarray(mean, np.float64), np.asarray(cov, np.float64)

        @property
        def root(self):
            values, vectors = np.linalg.eigh(self.cov)
            return np.einsum(
                "ik,k,jk->ij", vectors, np.sqrt(np.where(values > 0, values, 0)), vectors
            )

        def __sub__(self, other):
            apart = np.sum((self.mean - other.mean) ** 2)
            overlap = np.linalg.norm(self.root @ other.root, ord="nuc")
            return float(apart + np.trace(self.cov + other.cov) - 2 * overlap)

    return Gaussian(mean1, cov1) - Gaussian(mean2, cov2)


# ---- preference_interval -------------------------------------------------------------------------


@wrong("preference_interval", "Your result is what comes out when `wins` is taken where")
def sure_unless_no_wins(wins, trials, confidence=0.95):
    """No wins are taken for no answers: 0 of 4 gives (0, 1)."""
    if not wins:
        return 0.0, 1.0
    z = NormalDist().inv_cdf(0.5 + confidence / 2)
    p = wins / trials
    mid = p + z**2 / (2 * trials)
    half = z * math.sqrt(p * (1 - p) / trials + z**2 / (4 * trials**2))
    return (mid - half) / (1 + z**2 / trials), (mid + half) / (1 + z**2 / trials)


@wrong("preference_interval", "The half width is divided by 1 + z²/n as well.")
def sure_half_divided(wins, trials, confidence=0.95):
    """The middle is divided by 1 + z^2/n, but the half width is not."""
    if trials == 0:
        return (0.0, 1.0)
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    share = wins / trials
    centre = (share + z * z / (2 * trials)) / (1 + z * z / trials)
    margin = z * (share * (1 - share) / trials + z * z / (4 * trials**2)) ** 0.5
    return (centre - margin, centre + margin)


@wrong("preference_interval", "Your z is for one end only (1.64 for 95 %)")
def sure_one_sided(wins, trials, confidence=0.95):
    """Z is the point below which `confidence` lies: one-sided, 1.645 for 0.95."""
    if trials == 0:
        return 0.0, 1.0
    z = NormalDist().inv_cdf(confidence)
    p, zz = wins / trials, z * z / trials
    root = z * math.sqrt(p * (1 - p) / trials + zz / (4 * trials))
    return (p + zz / 2 - root) / (1 + zz), (p + zz / 2 + root) / (1 + zz)


@wrong("preference_interval", "That is the interval of Agresti and Coull: it has Wilson's")
def sure_by_agresti(wins, trials, confidence=0.95):
    """Agresti and Coull's interval: Wald's around the shifted middle, not Wilson's."""
    if trials < 1:
        return 0.0, 1.0
    z = scipy.stats.norm.ppf(1 - (1 - confidence) / 2)
    n = trials + z**2
    p = (wins + z**2 / 2) / n
    d = z * np.sqrt(p * (1 - p) / n)
    return float(max(p - d, 0)), float(min(p + d, 1))


@wrong("preference_interval", "Two things at once. z is 1.96 in yours, whatever confidence is:")
def sure_always_95(wins, trials, confidence=0.95):
    """Two faults: 1.96 is written down whatever the confidence, and no answers divide by zero."""
    z = 1.96
    p_hat = wins / trials
    a = p_hat + z**2 / (2 * trials)
    b = z * math.sqrt(p_hat * (1 - p_hat) / trials + z**2 / (4 * trials**2))
    c = 1 + z**2 / trials
    return (a - b) / c, (a + b) / c


@right("preference_interval")
def sure_by_scipy(wins, trials, confidence=0.95):
    if trials == 0:
        return 0.0, 1.0
    ci = scipy.stats.binomtest(int(wins), n=int(trials)).proportion_ci(
        confidence_level=confidence, method="wilson"
    )
    return float(ci.low), float(ci.high)


@right("preference_interval")
def sure_by_counts(wins, trials, confidence=0.95):
    # the formula, multiplied by n above and below
    if trials == 0:
        return (0.0, 1.0)
    z = -NormalDist(mu=0, sigma=1).inv_cdf((1 - confidence) / 2)
    losses = trials - wins
    reach = z * math.sqrt(wins * losses / trials + (square := z * z) / 4)
    low, high = ((wins + square / 2 + sign * reach) / (trials + square) for sign in (-1, 1))
    return low, high


test_right, test_wrong = further_tests(RIGHT, WRONG)

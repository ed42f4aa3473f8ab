"""The Frechet distance of two crowds of features, ours against SciPy's root of a matrix.

    python -m tests.benchmarks frechet

The peer is what everybody writes: the trace of scipy.linalg.sqrtm of the product. The two must
agree to 1e-6; a ratio is the peer's time over ours.
"""

import statistics
import time
from collections.abc import Iterator

import numpy as np
from scipy.linalg import sqrtm

from learnkit.images.frechet import frechet_distance, moments


def run() -> Iterator[tuple[str, float, str]]:
    """For features of 64 numbers, as our classifier sees them, and of 512."""
    for d in (64, 512):
        rng = np.random.default_rng(0)
        mixes = rng.standard_normal((2, d, d)) / np.sqrt(d)
        first, second = (moments(rng.standard_normal((4 * d, d)) @ mix) for mix in mixes)
        times, found = [[], []], []
        for _ in range(5):
            for kept, call in zip(times, (frechet_distance, by_scipy), strict=True):
                began = time.perf_counter()
                found.append(call(*first, *second))
                kept.append(time.perf_counter() - began)
        np.testing.assert_allclose(found[0], found[1], rtol=1e-6)
        mine, peer = (statistics.median(kept) for kept in times)
        detail = f"{1e3 * mine:.2f} ms against {1e3 * peer:.1f} ms"
        yield f"Frechet distance of {d} features, equal to 1e-6", peer / mine, detail


def by_scipy(mean1: np.ndarray, cov1: np.ndarray, mean2: np.ndarray, cov2: np.ndarray) -> float:
    """The formula as it is written."""
    root = sqrtm(cov1 @ cov2).real
    return float(((mean1 - mean2) ** 2).sum() + np.trace(cov1 + cov2 - 2 * root))


if __name__ == "__main__":
    for row in run():
        print(*row)

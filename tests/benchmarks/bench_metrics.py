"""MSE, PSNR and SSIM of 10,000 pictures, one number each: ours against a loop over scikit-image.

    python tests/benchmarks/bench_metrics.py

Runs ours and theirs in turn, in one thread, and compares medians of five.
"""

import statistics
import time
from collections.abc import Callable, Iterator

import numpy as np
from skimage.metrics import (
    mean_squared_error,
    peak_signal_noise_ratio,
    structural_similarity,
)

from learnkit.images.metrics import mse_of_each, psnr_of_each, ssim_of_each

OF_THE_PAPER = {"gaussian_weights": True, "sigma": 1.5, "use_sample_covariance": False}


def run() -> Iterator[tuple[str, float, str]]:
    """(name, their time / our time, both times) for each metric and float type."""
    peers = {
        psnr_of_each: lambda p, t: peak_signal_noise_ratio(t, p, data_range=1),
        mse_of_each: lambda p, t: mean_squared_error(t, p),
        ssim_of_each: lambda p, t: structural_similarity(t, p, data_range=1, **OF_THE_PAPER),
    }
    for dtype in (np.float64, np.float32):
        pred, target = np.random.default_rng(0).random((2, 10_000, 28, 28)).astype(dtype)
        for ours, of_one in peers.items():
            scores, seconds, peer_seconds = [], [], []

            def loop(of_one=of_one, pred=pred, target=target):
                return [of_one(p, t) for p, t in zip(pred, target, strict=True)]

            for _ in range(1 if ours is ssim_of_each else 5):  # theirs takes many seconds there
                peer_seconds.append(_timed(loop, scores))
                seconds.append(_timed(lambda f=ours, p=pred, t=target: f(p, t), scores))
            close = 1e-7 if dtype == np.float64 or ours is not ssim_of_each else 1e-4
            np.testing.assert_allclose(scores[1], scores[0], rtol=close, atol=close / 100)
            mine, peer = statistics.median(seconds), statistics.median(peer_seconds)
            name = f"{ours.__name__}, 10,000 x 28 x 28 {dtype.__name__}"
            yield name, peer / mine, f"{1e3 * mine:.1f} ms against {1e3 * peer:.0f} ms"


def _timed(call: Callable[[], object], results: list) -> float:
    start = time.perf_counter()
    results.append(call())
    return time.perf_counter() - start


if __name__ == "__main__":
    for name, ratio, detail in run():
        print(f"{name}: {ratio:.1f} times faster than scikit-image ({detail})")

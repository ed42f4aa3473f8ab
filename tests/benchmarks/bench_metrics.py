"""MSE and PSNR of 10,000 pictures, one number each: ours against a loop over scikit-image.

    python tests/benchmarks/bench_metrics.py

Runs ours and theirs in turn, in one thread, and compares medians of five.
"""

import statistics
import time
from collections.abc import Callable

import numpy as np
from skimage.metrics import mean_squared_error, peak_signal_noise_ratio

from learnkit.images.metrics import mse_of_each, psnr_of_each


def run() -> list[tuple[str, float, str]]:
    """(name, their time / our time, both times) for each metric and float type."""
    rows = []
    for dtype in (np.float64, np.float32):
        pred, target = np.random.default_rng(0).random((2, 10_000, 28, 28)).astype(dtype)

        def mse_loop(pred=pred, target=target):
            return [mean_squared_error(t, p) for p, t in zip(pred, target, strict=True)]

        def psnr_loop(pred=pred, target=target):
            pairs = zip(pred, target, strict=True)
            return [peak_signal_noise_ratio(t, p, data_range=1) for p, t in pairs]

        for ours, theirs in ((psnr_of_each, psnr_loop), (mse_of_each, mse_loop)):
            scores, seconds, peer_seconds = [], [], []
            for _ in range(5):
                peer_seconds.append(_timed(theirs, scores))
                seconds.append(_timed(lambda f=ours, p=pred, t=target: f(p, t), scores))
            np.testing.assert_allclose(scores[1], scores[0], rtol=1e-7)
            mine, peer = statistics.median(seconds), statistics.median(peer_seconds)
            name = f"{ours.__name__}, 10,000 x 28 x 28 {dtype.__name__}"
            rows.append((name, peer / mine, f"{1e3 * mine:.1f} ms against {1e3 * peer:.0f} ms"))
    return rows


def _timed(call: Callable[[], object], results: list) -> float:
    start = time.perf_counter()
    results.append(call())
    return time.perf_counter() - start


if __name__ == "__main__":
    for name, ratio, detail in run():
        print(f"{name}: {ratio:.1f} times faster than scikit-image ({detail})")

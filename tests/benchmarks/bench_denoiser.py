"""The course's denoiser beside scikit-image's on photographs that it has never seen.

    python -m tests.benchmarks denoiser

Total variation, bilateral filter and non-local means are tuned for each strength of noise on
training photographs, the denoiser is told nothing. The noise is the same for all of them. A ratio
here is the gain over the best of the three, as a share of the 2 dB that are asked for.
"""

from collections.abc import Callable, Iterator
from functools import partial

import numpy as np
import torch
from skimage.restoration import denoise_bilateral, denoise_nl_means, denoise_tv_chambolle

from learnkit.images.data import photograph
from learnkit.models.pretrained import pretrained
from learnkit.recipes.photographs import HELD_OUT

TUNED_ON = ("coffee", "motorcycle_left", "rocket")
Method = Callable[[np.ndarray], np.ndarray]


def run() -> Iterator[tuple[str, float, str]]:
    """For each strength of noise the gain over the best of the three."""
    for sigma in (0.1, 0.2):
        tuned = {name: best(candidates, sigma) for name, candidates in peers(sigma).items()}
        theirs = {name: score(method, held_out(), sigma) for name, method in tuned.items()}
        ours = score(denoiser(), held_out(), sigma)
        print("  " + ", ".join(f"{n} {s:.2f} dB" for n, s in theirs.items()), flush=True)
        name, most = max(theirs.items(), key=lambda pair: pair[1])
        detail = f"{ours:.2f} dB against {most:.2f} dB, {name}"
        yield f"denoising at sigma {sigma}, 2 dB asked", (ours - most) / 2, detail


def peers(sigma: float) -> dict[str, list[Method]]:
    """Each peer with the settings among which it is tuned."""
    tv = [partial(denoise_tv_chambolle, weight=w, channel_axis=2) for w in tv_weights(sigma)]
    bilateral = [
        partial(denoise_bilateral, sigma_color=c * sigma, sigma_spatial=s, channel_axis=2)
        for c in (1.0, 2.0, 3.0)
        for s in (1.0, 1.5, 2.5)
    ]
    means = [
        partial(
            denoise_nl_means,
            patch_size=p,
            patch_distance=7,
            h=h * sigma,
            sigma=sigma,
            fast_mode=True,
            channel_axis=2,
        )
        for p in (3, 5, 7)
        for h in (0.4, 0.6, 0.8, 1.0)
    ]
    return {"total variation": tv, "bilateral": bilateral, "non-local means": means}


def tv_weights(sigma: float) -> list[float]:
    return [w * sigma for w in (0.6, 0.8, 1.0, 1.3, 1.6, 2.0)]


def best(candidates: list[Method], sigma: float) -> Method:
    """The candidate that does best on pieces of the training photographs."""
    pieces = [photograph(name)[100:228, 150:278] for name in TUNED_ON]
    return max(candidates, key=lambda method: score(method, pieces, sigma))


def held_out() -> list[np.ndarray]:
    return [photograph(name) for name in HELD_OUT]


def score(method: Method, truths: list[np.ndarray], sigma: float) -> float:
    """Mean PSNR in dB."""
    scores = []
    for seed, truth in enumerate(truths):
        noise = np.random.default_rng(seed).standard_normal(truth.shape)
        found = np.clip(method(truth + sigma * noise), 0, 1)
        scores.append(-10 * np.log10(np.mean((found - truth) ** 2)))
    return float(np.mean(scores))


def denoiser() -> Method:
    """The shipped one, for NumPy's pictures."""
    model = pretrained("denoiser")

    def mended(noisy: np.ndarray) -> np.ndarray:
        with torch.no_grad():
            batch = torch.from_numpy(noisy.transpose(2, 0, 1)[None]).float()
            return model(batch)[0].numpy().transpose(1, 2, 0)

    return mended


if __name__ == "__main__":
    for row in run():
        print(*row)

"""The course's denoisers beside scikit-image's, on pictures that they have never seen.

    python -m tests.benchmarks denoiser

Total variation, bilateral filter and non-local means are tuned for each strength of noise on
training pictures; the networks are told nothing. The noise is the same for all of them. A ratio
here is the gain over the best of the three, as a share of the 2 dB that are asked for.
"""

from collections.abc import Callable, Iterator
from functools import partial

import numpy as np
import torch
from skimage.restoration import denoise_bilateral, denoise_nl_means, denoise_tv_chambolle

from learnkit.images.data import fashion_mnist, photograph, to_float
from learnkit.models.pretrained import pretrained
from learnkit.training.photographs import HELD_OUT

TUNED_ON = ("coffee", "motorcycle_left", "rocket")
Method = Callable[[np.ndarray], np.ndarray]
Pictures = list[np.ndarray]


def run() -> Iterator[tuple[str, float, str]]:
    """For garments and photographs, at two strengths of noise, the gain over the best peer."""
    garments = list(to_float(fashion_mnist("test")[0][:200]))
    few_garments = list(to_float(fashion_mnist("train")[0][:40]))
    pieces = [photograph(name)[100:228, 150:278] for name in TUNED_ON]
    held_out = [photograph(name) for name in HELD_OUT]
    for sigma in (0.1, 0.2):
        yield gain("garments", "garment_denoiser", few_garments, garments, sigma)
        yield gain("photographs", "denoiser", pieces, held_out, sigma)


def gain(
    what: str, network: str, shown: Pictures, unseen: Pictures, sigma: float
) -> tuple[str, float, str]:
    """Ours against the best peer on the unseen pictures, each peer tuned on the shown ones."""
    theirs = {}
    for name, candidates in peers(sigma, shown[0].ndim).items():
        tuned = max(candidates, key=lambda method: score(method, shown, sigma))
        theirs[name] = score(tuned, unseen, sigma)
    print(f"  {what}: " + ", ".join(f"{n} {s:.2f} dB" for n, s in theirs.items()), flush=True)
    name, most = max(theirs.items(), key=lambda pair: pair[1])
    ours = score(shipped(network), unseen, sigma)
    detail = f"{ours:.2f} dB against {most:.2f} dB, {name}"
    return f"denoising {what} at sigma {sigma}, 2 dB asked", (ours - most) / 2, detail


def peers(sigma: float, axes: int) -> dict[str, list[Method]]:
    """Each peer with the settings among which it is tuned."""
    axis = {"channel_axis": 2 if axes == 3 else None}
    weights = (0.4, 0.6, 0.8, 1.0, 1.3, 1.6, 2.0)
    tv = [partial(denoise_tv_chambolle, weight=w * sigma, **axis) for w in weights]
    bilateral = [
        partial(denoise_bilateral, sigma_color=c * sigma, sigma_spatial=s, **axis)
        for c in (1.0, 2.0, 3.0)
        for s in (1.0, 1.5, 2.5)
    ]
    common = {"patch_distance": 7, "sigma": sigma, "fast_mode": True, **axis}
    means = [
        partial(denoise_nl_means, patch_size=p, h=h * sigma, **common)
        for p in (3, 5, 7)
        for h in (0.4, 0.6, 0.8, 1.0)
    ]
    return {"total variation": tv, "bilateral": bilateral, "non-local means": means}


def score(method: Method, truths: Pictures, sigma: float) -> float:
    """Mean PSNR in dB."""
    scores = []
    for seed, truth in enumerate(truths):
        noise = np.random.default_rng(seed).standard_normal(truth.shape)
        found = np.clip(method(truth + sigma * noise), 0, 1)
        scores.append(-10 * np.log10(np.mean((found - truth) ** 2)))
    return float(np.mean(scores))


def shipped(name: str) -> Method:
    """The course's network, for NumPy's pictures."""
    model = pretrained(name)

    def mended(noisy: np.ndarray) -> np.ndarray:
        batch = torch.from_numpy(np.atleast_3d(noisy).transpose(2, 0, 1)[None]).float()
        with torch.no_grad():
            return model(batch)[0].numpy().transpose(1, 2, 0).reshape(noisy.shape)

    return mended


if __name__ == "__main__":
    for row in run():
        print(*row)

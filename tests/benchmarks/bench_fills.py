"""The fills of the course beside others', and what one that has learned costs beside a plate.

    python -m tests.benchmarks fills

The biharmonic fill against scikit-image's, pictures of 28 x 28 with each published hole and a
scratched photograph of 256 x 256; the harmonic one against the same system solved densely, as one
writes it first; nearest neighbours against a loop that subtracts and squares; the linear rule
against a solve with the covariance for each picture. Ours and theirs take turns, medians of three.
Where all pictures share one hole, ours factor it once in a call. Every pair must agree, where a
border or a rounding does not forbid it.
"""

import statistics
import time
from collections.abc import Callable, Iterator

import numpy as np
from skimage.restoration import inpaint_biharmonic

from learnkit.fills.harmonic import _system, biharmonic, harmonic
from learnkit.fills.linear_mmse import LinearMMSE
from learnkit.fills.nearest_neighbours import NearestNeighbours
from learnkit.fills.protocol import each
from learnkit.holes import draw
from learnkit.holes.published import KINDS, holes
from learnkit.images.data import fashion_mnist, photograph, to_float

COUNT = 50
Row = tuple[str, float, str]


def run() -> Iterator[Row]:
    """Times a picture, ours against theirs."""
    images = to_float(fashion_mnist("test")[0][:COUNT])
    its_holes = {kind: holes(kind, COUNT) for kind in KINDS}
    theirs = each(inpaint_biharmonic)
    for kind, hole in its_holes.items():
        close = 1e-9 if kind == "centre14" or kind == "centre10" else None  # away from the border
        title = f"biharmonic, {KINDS[kind].title}, as scikit-image"
        yield pair(title, each(biharmonic), theirs, images, hole, close)
    photo = photograph("camera", height=256)[None]
    scratched = draw.scratches(photo.shape[1:], count=12, seed=0)[None]
    title = "biharmonic, 256 x 256 scratched, as scikit-image"
    yield pair(title, each(biharmonic), theirs, photo, scratched, None)
    yield pair(
        "harmonic, random 50 %, as a dense solve",
        each(harmonic),
        each(dense_harmonic),
        images,
        its_holes["random"],
        1e-9,
    )
    training = fashion_mnist("train")[0]
    near, rows = NearestNeighbours(training), to_float(training).reshape(-1, 784)

    def by_differences(image: np.ndarray, hole: np.ndarray) -> np.ndarray:
        away = ((rows - image.ravel())[:, ~hole.ravel()] ** 2).sum(axis=1)
        best = np.argsort(away, kind="stable")[:10]
        return np.where(hole, rows[best].mean(axis=0).reshape(hole.shape), image)

    few = slice(0, 5)
    for kind in ("centre14", "random"):
        yield pair(
            f"10 of 10,000 neighbours, {KINDS[kind].title}, as differences",
            lambda x, h: near.batch(np.tile(x, (100, 1, 1)), np.tile(h, (100, 1, 1)))[:5],
            each(by_differences),
            images[few],
            its_holes[kind][few],
            1e-9,
            more=100,
        )
    linear = LinearMMSE(training)

    def by_covariance(image: np.ndarray, hole: np.ndarray) -> np.ndarray:
        u, k = hole.ravel(), ~hole.ravel()
        known = linear.covariance[np.ix_(k, k)] + 1e-3 * np.eye(k.sum())
        pull = np.linalg.solve(known, image.ravel()[k] - linear.mean[k])
        filled = image.copy()
        filled[hole] = linear.mean[u] + linear.covariance[np.ix_(u, k)] @ pull
        return filled.clip(0, 1)

    for kind in ("centre14", "random"):
        title = f"linear MMSE, {KINDS[kind].title}, as a solve a picture"
        yield pair(title, linear.batch, each(by_covariance), images, its_holes[kind], 1e-6)


def pair(
    title: str,
    ours: Callable,
    theirs: Callable,
    images: np.ndarray,
    its_holes: np.ndarray,
    close: float | None,
    more: int = 1,
) -> Row:
    """A row; `more` is how many times as many pictures ours fills in one call."""
    its_holes = its_holes.copy()  # scikit-image writes to none, and wants to be able to
    times: list[list[float]] = [[], []]
    found: list[np.ndarray] = []
    for _ in range(3):
        for kept, call, count in zip(times, (ours, theirs), (more, 1), strict=True):
            _system.cache_clear()  # the first picture of a call pays for the factors
            began = time.perf_counter()
            found.append(call(images, its_holes))
            kept.append((time.perf_counter() - began) / count / len(images))
    if close is not None:
        np.testing.assert_allclose(found[0], found[1], atol=close)
    mine, peer = (1e3 * statistics.median(kept) for kept in times)
    return title, peer / mine, f"{mine:.3g} ms against {peer:.3g} ms"


def dense_harmonic(image: np.ndarray, hole: np.ndarray) -> np.ndarray:
    """L_uu x_u = -L_uk x_k with NumPy alone."""
    h, w = hole.shape
    place = np.arange(h * w).reshape(h, w)
    laplacian = np.zeros((h * w, h * w))
    for a, b in ((place[1:], place[:-1]), (place[:, 1:], place[:, :-1])):
        a, b = a.ravel(), b.ravel()
        laplacian[a, b] = laplacian[b, a] = -1
    np.fill_diagonal(laplacian, -laplacian.sum(axis=1))
    u, k = hole.ravel(), ~hole.ravel()
    filled = image.copy()
    filled[hole] = np.linalg.solve(
        laplacian[np.ix_(u, u)], -laplacian[np.ix_(u, k)] @ image.ravel()[k]
    )
    return filled


if __name__ == "__main__":
    for row in run():
        print(*row)

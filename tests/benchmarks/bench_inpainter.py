"""The U-Net over the linear fill beside the best without it, and networks beside scikit-image.

Decibels are of the hole, pooled over the first 500 test garments; the others that learn have all
60,000 training garments, as the network had.
"""

from collections.abc import Iterator

import numpy as np
from skimage.restoration import inpaint_biharmonic

from learnkit.benchmark.methods import find
from learnkit.benchmark.scores import measure
from learnkit.fills.harmonic import biharmonic
from learnkit.fills.protocol import BatchFill, each
from learnkit.holes.published import KINDS, holes
from learnkit.images.data import fashion_mnist, to_float
from learnkit.images.metrics import pooled_psnr

WITHOUT = ("telea", "navier-stokes", "biharmonic", "neighbours", "linear")
ASKED = 1.0  # dB above the best of them
Row = tuple[str, float, str]


def run() -> Iterator[Row]:
    """A row a kind of hole for decibels; throughput and quality beside biharmonic."""
    training, _ = fashion_mnist("train", full=True)
    images = to_float(fashion_mnist("test")[0][:500])
    network = find("inpainter").make(training)
    others = {name: find(name).make(training) for name in WITHOUT}
    for kind in KINDS:
        place = holes(kind, len(images))
        ours = pooled_psnr(network(images, place), images, holes=place)
        scores = {n: pooled_psnr(f(images, place), images, holes=place) for n, f in others.items()}
        best = max(scores, key=scores.get)
        gain = ours - scores[best]
        yield (
            f"U-Net, {KINDS[kind].title}",
            gain / ASKED,
            (f"{ours:.2f} dB against {best} {scores[best]:.2f}, +1 dB"),
        )
    quick = {name: find(name).make(training) for name in ("context-encoder", "conditional")}
    yield from beside_biharmonic({"U-Net": network} | quick, images)


def beside_biharmonic(networks: dict[str, BatchFill], images: np.ndarray) -> Iterator[Row]:
    """Pictures a second (asked: 10 times as many) and decibels (asked: 2 more), network by network.

    Once with one hole for all pictures, and once with a hole for each, as users have them.
    The U-Net has the decibels; one draw of the conditional VAE has both.
    """
    theirs = each(lambda image, hole: inpaint_biharmonic(image, hole).clip(0, 1))
    for kind in ("centre14", "random"):
        place, title = holes(kind, len(images)), KINDS[kind].title
        slow, peer = speed(theirs, images, place)
        own, _ = speed(each(biharmonic), images, place)
        for name, network in networks.items():
            fast, ours = speed(network, images, place)
            yield (
                f"{name}, {title}, throughput, ten times asked",
                fast / slow / 10,
                f"{fast:.0f} a second against {slow:.0f}, scikit-image, and {own:.0f}, our own",
            )
            yield (
                f"{name}, {title}, decibels, two more asked",
                (ours - peer) / 2,
                f"{ours:.2f} dB against {peer:.2f}, scikit-image",
            )


def speed(fill: BatchFill, images: np.ndarray, place: np.ndarray) -> tuple[float, float]:
    """Pictures a second, and decibels, as the table of holes has them."""
    row = measure(fill, images, place, frechet=False)
    return 1e3 / row["milliseconds"], row["pooled_psnr"]

"""The network of photographs beside OpenCV's two fills and the biharmonic one.

    python -m tests.benchmarks photographs

Hole PSNR on the two photographs that training never saw, scratched and written over, at full size
and at 256 rows, which is another sharpness. Asked: 1 dB above the best of Navier-Stokes, Telea and
the biharmonic fill. Then seconds for 512 x 512 pixels in colour, two at most, and beside
scikit-image's biharmonic fill on a piece of 256 x 256.
"""

import time
from collections.abc import Callable, Iterator

import numpy as np
import torch
from skimage.restoration import inpaint_biharmonic

from learnkit.benchmark.methods import find
from learnkit.fills.harmonic import biharmonic
from learnkit.fills.protocol import Fill
from learnkit.holes import draw
from learnkit.images.data import photograph
from learnkit.images.metrics import psnr
from learnkit.models.as_fill import fill_with
from learnkit.models.pretrained import pretrained
from learnkit.recipes.photo_inpainter import DAMAGE
from learnkit.training.photographs import HELD_OUT

ASKED, SECONDS, THREADS = 1.0, 2.0, 2
Row = tuple[str, float, str]


def run() -> Iterator[Row]:
    """A row a photograph, size and damage for decibels; two for time."""
    torch.set_num_threads(THREADS)
    network = fill_with(pretrained("photo_inpainter"))
    others = {name: alone(find(name).make(None)) for name in ("navier-stokes", "telea")}
    others["biharmonic"] = biharmonic
    for name in HELD_OUT:
        for height in (None, 256):
            image = photograph(name, height=height)
            for kind, drawn in DAMAGE.items():
                hole = drawn(image.shape)
                cut = draw.cut_hole(image, hole)
                ours = psnr(network(cut, hole), image, hole=hole)
                scores = {n: psnr(f(cut, hole), image, hole=hole) for n, f in others.items()}
                best = max(scores, key=scores.get)
                rest = ", ".join(f"{n} {s:.2f}" for n, s in scores.items() if n != best)
                yield (
                    f"photographs, {name} of {len(image)} rows, {kind}",
                    (ours - scores[best]) / ASKED,
                    f"{ours:.2f} dB against {best} {scores[best]:.2f}, +1 dB ({rest})",
                )
    image = photograph("astronaut")
    hole = DAMAGE["scratches"](image.shape)
    mine = seconds(network, image, hole)
    times = ", ".join(f"{name} {seconds(f, image, hole):.2g} s" for name, f in others.items())
    yield (
        "photographs, 512 x 512 in colour",
        SECONDS / mine,
        f"{mine:.2g} s against {SECONDS:g} s ({times})",
    )
    piece = image[:256, 128:384]
    hole = DAMAGE["scratches"](piece.shape)
    mine, theirs = seconds(network, piece, hole), seconds(skimage_biharmonic, piece, hole)
    yield (
        "photographs, 256 x 256, as scikit-image's biharmonic",
        theirs / mine,
        f"{mine:.2g} s against {theirs:.2g} s",
    )


def alone(fill: Callable) -> Fill:
    """A batch fill for one picture."""
    return lambda image, hole: fill(image[None], hole[None])[0]


def skimage_biharmonic(image: np.ndarray, hole: np.ndarray) -> np.ndarray:
    """In colour, all of the hole at once."""
    return inpaint_biharmonic(image, hole, channel_axis=2)


def seconds(fill: Fill, image: np.ndarray, hole: np.ndarray) -> float:
    """The shortest of three; the first one warms up."""
    taken = []
    for _ in range(3):
        began = time.perf_counter()
        fill(image, hole)
        taken.append(time.perf_counter() - began)
    return min(taken)


if __name__ == "__main__":
    for row in run():
        print(*row)

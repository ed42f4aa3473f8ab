"""Lesson 15's promises: frames a second, a photograph through a file, two processes against one.

    python -m tests.benchmarks speed

A frame is 28 x 28, one at a time, from bytes to bytes, on two threads; asked are 100 a second. The
photograph is 512 x 512 in colour through one ONNX file, its plate too; asked are 1.5 s, which is
what LaMa in int8 takes on a laptop's CPU by its converter's card. Two processes are compared with
one process of one thread and of two, by the network that computes much for what it sends.
"""

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median

import numpy as np
import torch

from learnkit.holes import draw
from learnkit.images.data import fashion_mnist, photograph
from learnkit.models.pretrained import pretrained
from learnkit.speed import frames, scaling, to_onnx

FRAMES, SECONDS, AGREE, THREADS = 100.0, 1.5, 1e-5, 2
COUNT = 300
HOLE = scaling.HOLE[None, None]
Row = tuple[str, float, str]


def run() -> Iterator[Row]:
    """A row a promise, each as soon as it is known."""
    torch.set_num_threads(THREADS)
    with tempfile.TemporaryDirectory() as folder:
        yield from camera(Path(folder))
        yield from photo(Path(folder))
    yield from processes()


def camera(folder: Path) -> Iterator[Row]:
    """The inpainter as it is, with one matrix, and through a file; the gated U-Net through one."""
    garments = fashion_mnist("test")[0][:20]
    picture = torch.from_numpy(garments[:1, None] / np.float32(255))
    inpainter = pretrained("inpainter")
    one_hole = frames.OneHole(inpainter, HOLE).eval()
    file = to_onnx.Session(to_onnx.to_onnx(one_hole, [picture], folder / "one_hole.onnx"))
    gated = to_onnx.Filling(pretrained("gated_unet"))
    other = to_onnx.Session(to_onnx.to_onnx(gated, [picture, HOLE], folder / "gated.onnx"))
    ways = {
        "inpainter, torch": lambda x: inpainter.fill(torch.from_numpy(x), HOLE).numpy(),
        "inpainter, one matrix": frames.by_torch(one_hole),
        "inpainter, onnxruntime": file,
        "gated_unet, onnxruntime": lambda x: other(x, HOLE.numpy()),
    }
    for name, way in ways.items():
        rate = frames.live(frames.camera(garments), way, count=COUNT).median_rate
        yield f"frames a second, {name}", rate / FRAMES, f"{rate:.0f} against {FRAMES:.0f}"
    apart = np.abs(file(picture.numpy()) - inpainter.fill(picture, HOLE).numpy()).max()
    yield "onnxruntime beside torch", AGREE / apart, f"{apart:.1e} against {AGREE:.0e}"


def photo(folder: Path) -> Iterator[Row]:
    """The whole photo inpainter as one file."""
    image = torch.from_numpy(photograph("astronaut", height=512)).float().permute(2, 0, 1)[None]
    hole = torch.from_numpy(draw.scratches((512, 512), count=12, seed=3))[None, None]
    filling = to_onnx.Filling(pretrained("photo_inpainter")).eval()
    file = to_onnx.Session(to_onnx.to_onnx(filling, [image, hole], folder / "photo.onnx"))
    inputs = image.numpy(), hole.numpy()
    taken: dict[str, list[float]] = {"torch": [], "file": []}
    for _ in range(5):
        for name, call in (("torch", frames.by_torch(filling)), ("file", file)):
            began = time.perf_counter()
            call(*inputs)
            taken[name].append(time.perf_counter() - began)
    mine, torchs = median(taken["file"]), median(taken["torch"])
    yield (
        "512 x 512 in colour, onnxruntime",
        SECONDS / mine,
        f"{mine:.2f} s against {SECONDS:g} s (torch {torchs:.2f} s)",
    )


def processes() -> Iterator[Row]:
    """Two processes of one thread each, and one process of one thread and of two."""
    alone = {}
    for threads in (1, 2):
        torch.set_num_threads(threads)
        alone[threads] = {name: scaling.trained(name, steps=20) for name in scaling.NETWORKS}
    for name, training in scaling.launched(2, steps=20).items():
        apart = np.abs(np.subtract(training.losses, alone[1][name].losses)).max()
        what = f"two processes, losses, {name}"
        yield what, 1e-6 / max(apart, 1e-12), f"{apart:.0e} against 1e-06"
        if name == "dense":  # it sends too much for what it computes, as lesson 15 shows
            continue
        for threads, trained in alone.items():
            peer = trained[name].rate
            yield (
                f"two processes, {name}, as one of {threads} threads",
                training.rate / peer,
                f"{training.rate:.0f}/s against {peer:.0f}/s",
            )


if __name__ == "__main__":
    for row in run():
        print(*row)

"""The frames of a camera with a spot on its lens: one hole in all, filled as they come.

A frame is bytes, as cameras give them. It is turned into numbers, filled, and turned back; what a
frame takes is measured from bytes to bytes.
"""

import copy
import itertools
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from learnkit.models.masked import check_holes, composite, cut
from learnkit.models.unet import Inpainter
from learnkit.shapes import Bytes, Frame
from learnkit.tensors import Grey, Hole


class OneHole(nn.Module):
    """The inpainter for one hole: its linear fill is one matrix then, and nothing is solved.

    Of the mean picture m the linear fill makes m itself, and of m + d it makes m + A d. What it
    makes of m with one pixel changed by 1 is m and a column of A.
    """

    hole: Tensor
    mean: Tensor
    matrix: Tensor

    def __init__(self, inpainter: Inpainter, hole: Hole) -> None:
        """`hole` is (1, 1, 28, 28); its known pixels reach the network as they are."""
        super().__init__()
        height, width = inpainter.linear.height, inpainter.linear.width
        check_holes(torch.zeros(1, 1, height, width), hole)
        mean, pixels = inpainter.linear.mean, height * width
        with torch.no_grad():
            changed = mean + torch.eye(pixels, device=mean.device, dtype=mean.dtype)
            first = torch.zeros(pixels, dtype=torch.int64, device=mean.device)
            fills = inpainter.linear.solve(hole).conditional_mean(changed, first)
        self.unet = copy.deepcopy(inpainter.unet)  # moved elsewhere, it moves nobody else's
        self.register_buffer("hole", hole)
        self.register_buffer("mean", mean)
        self.register_buffer("matrix", fills - mean)  # Aᵀ: row i is of pixel i

    def forward(self, image: Grey) -> Grey:
        """Pictures (n, 1, 28, 28) in [0, 1] with the hole filled; what they hold there is not read.

        Known pixels stay as they are.
        """
        visible = cut(image, self.hole)
        linear = ((visible.flatten(1) - self.mean) @ self.matrix + self.mean).clamp(0, 1)
        guess = composite(linear.reshape(image.shape), visible, self.hole)
        known = torch.cat([guess, visible, self.hole.to(image).expand_as(image)], dim=1)
        return composite((guess + self.unet(known - 0.5)).clamp(0, 1), image, self.hole)


def camera(images: Bytes, *, dwell: int = 30) -> Iterator[Frame]:
    """Frames without an end of a camera that trembles in front of one picture after the other.

    It stays at each for `dwell` frames, and is two pixels off at most.
    Raises ValueError where there is no picture, or no time for it.
    """
    if not len(images) or dwell < 1:
        raise ValueError(
            f"there must be a picture and dwell at least 1, got {len(images)}, {dwell}"
        )
    for i in itertools.count():
        angle = 2 * np.pi * i / dwell
        offset = round(2 * np.sin(angle)), round(2 * np.sin(2 * angle))
        yield np.roll(images[i // dwell % len(images)], offset, axis=(0, 1))


@dataclass(frozen=True)
class Live:
    """What a run over frames gave: the last frame, filled, and the seconds of each."""

    last: Frame
    seconds: list[float]

    @property
    def median_rate(self) -> float:
        """Frames a second, by the median frame."""
        return 1 / float(np.median(self.seconds))


def live(
    frames: Iterator[Frame],
    fill: Callable[[np.ndarray], np.ndarray],
    *,
    count: int,
    see: Callable[[int, Frame, Frame], object] = lambda i, frame, filled: None,
) -> Live:
    """Fills `count` frames as they come; `fill` takes and gives float32 (1, 1, h, w) in [0, 1].

    `see(i, frame, filled)` is called after each frame, and its time does not count.
    Raises ValueError where `count` is below 1.
    """
    if count < 1:
        raise ValueError(f"count must be at least 1, got {count}")
    seconds = []
    for i in range(count):
        frame = next(frames)
        begin = time.perf_counter()
        x = frame[None, None].astype(np.float32) / np.float32(255)
        filled = (fill(x)[0, 0] * 255 + 0.5).astype(np.uint8)
        seconds.append(time.perf_counter() - begin)
        see(i, frame, filled)
    return Live(filled, seconds)


def by_torch(model: nn.Module) -> Callable[..., np.ndarray]:
    """A network as a function of arrays, as `to_onnx.Session` makes one of a file."""

    def run(*arrays: np.ndarray) -> np.ndarray:
        with torch.inference_mode():
            return model(*(torch.from_numpy(x) for x in arrays)).numpy()

    return run

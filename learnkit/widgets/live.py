"""Lesson 15: what a camera sees and what a network makes of it, side by side, as frames come."""

import io
import time

import numpy as np
from PIL import Image

from learnkit.shapes import Frame, Hole
from learnkit.widgets.show import Shown, pictures_html

PAUSE = 1 / 25  # seconds between two pictures: the eye needs no more
SIZE = 168  # pixels that a frame is high in the picture for where no HTML is shown


class Window:
    """Shows frames under the cell, each in the place of the one before: `see` of `frames.live`."""

    def __init__(self, hole: Hole) -> None:
        """`hole` (h, w) is what the camera cannot see; it is shown black."""
        self.hole, self.handle, self.next = hole, None, 0.0

    def __call__(self, number: int, frame: Frame, filled: Frame) -> None:
        """Shows a frame, unless the last one was shown a moment ago."""
        if time.monotonic() < self.next:
            return
        seen = np.where(self.hole, 0, frame)
        pictures = {"the camera": seen / 255, f"filled, frame {number}": filled / 255}
        alt = f"Frame {number} of the camera, with a black spot, and beside it the frame filled."
        shown = Shown(_png(np.hstack([seen, filled])), alt, pictures_html(pictures, alt))
        if self.handle is None:
            from IPython.display import display

            self.handle = display(shown, display_id=True)
        else:
            self.handle.update(shown)
        self.next = time.monotonic() + PAUSE


def _png(frame: Frame) -> bytes:
    stream = io.BytesIO()
    larger = (SIZE * frame.shape[1] // frame.shape[0], SIZE)
    Image.fromarray(frame).resize(larger, Image.Resampling.NEAREST).save(stream, "png")
    return stream.getvalue()

"""Lesson 00: the numbers behind a picture, and a hole that you draw over it.

Move the pointer (or the arrow keys) over the picture and read its pixels; drag (or press space)
to cut a hole. The drawing happens in the browser, at once; Python gets the hole when it changes.
"""

from pathlib import Path
from typing import Any

import anywidget
import numpy as np
import traitlets
from matplotlib.figure import Figure

from learnkit.shapes import Hole, Image, check_hole, check_image
from learnkit.widgets.asleep import Sleeper
from learnkit.widgets.esm import joined
from learnkit.widgets.show import (
    DPI,
    ORANGE,
    draw_picture,
    picture_grid,
    render,
    with_still,
)

_HERE = Path(__file__).parent


class PixelViewer(Sleeper, anywidget.AnyWidget):
    """A picture (h, w) or (h, w, 3) in [0, 1] to look into; `hole` (h, w) is what was drawn."""

    to_do = "look into the picture and draw on it"
    _esm = joined(_HERE / "pixels.js")
    _css = _HERE / "pixels.css"
    height = traitlets.Int().tag(sync=True)
    width = traitlets.Int().tag(sync=True)
    grey = traitlets.Bool().tag(sync=True)
    values = traitlets.Bytes().tag(sync=True)  # float32, (h, w, 1 or 3)
    holes = traitlets.Bytes().tag(  # one byte a pixel, 1 = to be filled
        sync=True,
        from_json=lambda data, _widget: bytes(data),  # a memoryview comes back
    )

    def __init__(self, image: Image, hole: Hole | None = None) -> None:
        """Raises TypeError or ValueError where `image` or `hole` is not what it must be."""
        check_image(image)
        if hole is None:
            hole = np.zeros(image.shape[:2], dtype=bool)
        check_hole(hole, image)
        self.image = image
        height, width = hole.shape
        super().__init__(
            height=height,
            width=width,
            grey=image.ndim == 2,
            values=np.ascontiguousarray(image, dtype="<f4").tobytes(),
            holes=hole.astype(np.uint8).tobytes(),
        )

    @traitlets.validate("holes")
    def _right_size(self, proposal: dict) -> bytes:
        if len(proposal["value"]) != self.height * self.width:
            raise traitlets.TraitError(
                f"a hole for this picture has {self.height * self.width} bytes, "
                f"got {len(proposal['value'])}"
            )
        return proposal["value"]

    @property
    def hole(self) -> Hole:
        """The hole as it is drawn now: bool (h, w), True = to be filled."""
        return np.frombuffer(self.holes, np.uint8).reshape(self.height, self.width) > 0

    def _repr_mimebundle_(self, **options: Any) -> tuple[dict[str, object], dict]:
        """The widget where there is a kernel, the picture with its hole where there is none."""
        cut = np.where(self.hole if self.grey else self.hole[..., None], 0.0, self.image)
        words = (
            f"A picture of {self.height} x {self.width} pixels to look into; "
            f"{int(self.hole.sum())} of them are cut out."
        )
        still = render(picture_grid({"picture": self.image, "cut": cut}))
        return with_still(super()._repr_mimebundle_(**options), still, words)


def figure(image: Image, top: int, left: int, size: int = 8) -> Figure:
    """A grey picture with a square marked, and the square's pixels with their values in them.

    Raises ValueError where the square does not lie inside the picture.
    """
    check_image(image)
    patch = image[top : top + size, left : left + size]
    if top < 0 or left < 0 or patch.shape[:2] != (size, size):
        raise ValueError(
            f"a square of {size} at row {top}, column {left} does not fit in {image.shape[:2]}"
        )
    fig = Figure(figsize=(9.6, 4.6), dpi=DPI)
    whole, near = fig.subplots(1, 2)
    draw_picture(whole, image)
    whole.add_patch(_square(left, top, size))
    whole.set_title(f"{image.shape[0]} x {image.shape[1]} pixels")
    draw_picture(near, patch)
    near.set_title(f"rows {top} to {top + size - 1}, columns {left} to {left + size - 1}")
    luminance = patch if patch.ndim == 2 else patch.mean(axis=2)
    for i, j in np.ndindex(luminance.shape):
        ink = "black" if luminance[i, j] > 0.5 else "white"
        text = (
            f"{patch[i, j]:.2f}" if patch.ndim == 2 else "\n".join(f"{v:.2f}" for v in patch[i, j])
        )
        near.text(j, i, text, ha="center", va="center", color=ink, fontsize=8)
    fig.subplots_adjust(0.01, 0.02, 0.99, 0.92, wspace=0.04)
    return fig


def _square(left: int, top: int, size: int) -> object:
    from matplotlib.patches import Rectangle

    return Rectangle((left - 0.5, top - 0.5), size, size, fill=False, ec=ORANGE, lw=2.5)


def explore(image: Image, hole: Hole | None = None) -> PixelViewer:
    """The viewer for a picture, with a hole to begin with if you like."""
    return PixelViewer(image, hole)

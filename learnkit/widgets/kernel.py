"""Lesson 06: edit a 3 x 3 kernel and see the picture change; move its window by hand."""

import math

import ipywidgets
import numpy as np
from matplotlib.artist import Artist
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from learnkit.byhand.conv import conv2d
from learnkit.shapes import Array, Grey
from learnkit.widgets.panel import Panel, Scene, caption
from learnkit.widgets.show import DPI, ORANGE

KERNELS = {
    "identity": np.array([[0.0, 0, 0], [0, 1, 0], [0, 0, 0]]),
    "blur (mean of nine)": np.full((3, 3), 1 / 9),
    "edges across (Sobel)": np.array([[-1.0, 0, 1], [-2, 0, 2], [-1, 0, 1]]),
    "edges down (Sobel)": np.array([[-1.0, -2, -1], [0, 0, 0], [1, 2, 1]]),
    "sharpen": np.array([[0.0, -1, 0], [-1, 5, -1], [0, -1, 0]]),
    "bend (Laplacian)": np.array([[0.0, 1, 0], [1, -4, 1], [0, 1, 0]]),
    "shift by one": np.array([[0.0, 0, 0], [0, 0, 1], [0, 0, 0]]),
}
OWN = "your own"
Nine = tuple[float, ...]  # a kernel, row by row: plain values, so that the figure is pure


def result(image: Grey, nine: Nine) -> Grey:
    """The picture after the kernel, with a frame of zeros, so as large as before."""
    weight = np.reshape(nine, (1, 1, 3, 3))
    return conv2d(image[None, None], weight, padding=1)[0, 0]


def products(image: Grey, nine: Nine, row: int, column: int) -> Array:
    """The nine products of the window round (row, column)."""
    return np.pad(image, 1)[row : row + 3, column : column + 3] * np.reshape(nine, (3, 3))


def scene(image: Grey) -> Scene:
    """The picture with its window, the nine products, and the picture that comes of it.

    Raises ValueError where the picture is not grey, or smaller than the kernel.
    """
    if image.ndim != 2 or min(image.shape) < 3:
        raise ValueError(f"image must be grey, (h, w), at least 3 x 3; got {image.shape}")

    def stage() -> Figure:
        fig = Figure(figsize=(9.6, 3.7), dpi=DPI)
        for left, title in ((0.01, "the picture"), (0.345, ""), (0.68, "")):
            ax = fig.add_axes((left, 0.03, 0.31, 0.84))
            ax.set_axis_off()
            if title:
                ax.imshow(image, cmap="gray", vmin=0, vmax=1, interpolation="nearest")
            caption(ax, title)
        middle, right = fig.axes[1:]
        middle.set(xlim=(-0.5, 2.5), ylim=(2.95, -0.5))
        right.set(xlim=(-0.5, image.shape[1] - 0.5), ylim=(image.shape[0] - 0.5, -0.5), aspect=1)
        return fig

    def actors(fig: Figure, nine: Nine, row: int, column: int) -> list[Artist]:
        left, middle, right = fig.axes
        after = result(image, nine)
        signed = after.min() < -1e-9 or after.max() > 1 + 1e-9
        far = max(abs(after).max(), 1e-9)
        low, high = (-far, far) if signed else (0, 1)
        parts = products(image, nine, row, column)
        colours = middle.imshow(parts, cmap="gray", vmin=low, vmax=high, alpha=0.35)
        artists = [
            colours,
            right.imshow(after, cmap="gray", vmin=low, vmax=high, interpolation="nearest"),
            left.add_patch(_outline(column - 1.5, row - 1.5, 3)),
            right.add_patch(_outline(column - 0.5, row - 0.5, 1)),
        ]
        pixels = np.pad(image, 1)[row : row + 3, column : column + 3]
        for (i, j), part in np.ndenumerate(parts):
            k = np.reshape(nine, (3, 3))[i, j]
            text = f"{pixels[i, j]:.2f} x {k:.2g}\n= {part:.2f}"
            artists.append(middle.text(j, i, text, ha="center", va="center", fontsize=10))
        total = f"sum {after[row, column]:.2f}"
        artists.append(
            middle.text(1, 2.75, total, ha="center", va="center", fontsize=12, weight="bold")
        )
        scale = f"grey is 0, black {low:.2g}, white {high:.2g}" if signed else "black 0, white 1"
        titles = [
            caption(middle, f"pixel x kernel at row {row}, column {column}"),
            caption(right, f"after: {scale}"),
        ]
        for title in titles:
            title.set_fontsize(10)  # larger, the longest would reach beyond the figure
        return [*artists, *titles]

    def alt(nine: Nine, row: int, column: int) -> str:
        kernel = "; ".join(
            " ".join(f"{k:.3g}" for k in three) for three in np.reshape(nine, (3, 3))
        )
        after = result(image, nine)
        return (
            f"The kernel [{kernel}] on a picture: at row {row}, column {column} its nine products "
            f"add up to {after[row, column]:.2f}; the whole result goes from {after.min():.2f} to "
            f"{after.max():.2f}."
        )

    return Scene(stage, actors, alt)


class KernelPanel(Panel):
    """The scene under a choice of kernel, its nine numbers, and two sliders for the window."""

    to_do = "change the kernel"

    def __init__(self, image: Grey) -> None:
        """Starts with the kernel that finds edges across, in the middle of the picture."""
        self._choosing = False
        start = "edges across (Sobel)"
        self.choice = ipywidgets.Dropdown(
            options=[*KERNELS, OWN], value=start, description="kernel"
        )
        self.boxes = [
            ipywidgets.FloatText(
                value=number,
                step=0.25,
                tooltip=f"kernel, row {i // 3}, column {i % 3}",
                layout={"width": "80px"},
            )
            for i, number in enumerate(KERNELS[start].ravel())
        ]
        h, w = image.shape[:2]
        wide = {"layout": {"width": "420px", "max_width": "98%"}}
        row = ipywidgets.IntSlider(value=h // 2, max=h - 1, description="row", **wide)
        column = ipywidgets.IntSlider(value=w // 2, max=w - 1, description="column", **wide)
        super().__init__(scene(image), {"row": row, "column": column})
        self.choice.observe(self._choose, names="value")
        for box in self.boxes:
            box.observe(self._edit, names="value")
        grid = ipywidgets.GridBox(
            self.boxes, layout={"grid_template_columns": "repeat(3, 86px)", "flex": "0 0 270px"}
        )
        sliders = ipywidgets.VBox([self.choice, row, column])
        beside = ipywidgets.HBox([grid, sliders], layout={"flex_flow": "row wrap"})
        self.children = [beside, *self.children[-2:]]

    @property
    def values(self) -> dict[str, object]:
        """The kernel's nine numbers, and where its window lies; an empty box counts 0."""
        numbers = (box.value for box in self.boxes)
        nine = tuple(float(n) if n is not None and math.isfinite(n) else 0.0 for n in numbers)
        return {"nine": nine, **super().values}

    def _choose(self, _change: object) -> None:
        """Puts the chosen kernel into the boxes, and draws once."""
        if self.choice.value in KERNELS and not self._choosing:
            self._choosing = True
            for box, number in zip(self.boxes, KERNELS[self.choice.value].ravel(), strict=True):
                box.value = number
            self._choosing = False
            self._draw()

    def _edit(self, _change: object) -> None:
        """A number was edited: the kernel is the student's own now."""
        if not self._choosing:
            self._choosing = True
            self.choice.value = OWN
            self._choosing = False
            self._draw()


def explore(image: Grey) -> KernelPanel:
    """The scene under its controls; `image` is grey, (h, w), in [0, 1]."""
    return KernelPanel(image)


def _outline(x: float, y: float, size: int) -> Rectangle:
    return Rectangle((x, y), size, size, fill=False, ec=ORANGE, lw=2.5)

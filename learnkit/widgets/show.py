"""Every figure of the course goes through here, and none goes without its description.

Colours are those of Okabe and Ito (2008), which people with any colour vision can tell apart.
"""

import base64
import html
import io
import sys
from collections.abc import Mapping
from dataclasses import dataclass

import matplotlib
import numpy as np
from cycler import cycler
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator
from PIL import Image

BLUE, ORANGE, GREEN, RED, GREY = "#0072b2", "#e69f00", "#009e73", "#d55e00", "#767676"
DPI = 96
matplotlib.rcParams["axes.prop_cycle"] = cycler(color=[BLUE, ORANGE, GREEN, RED, GREY])


@dataclass(frozen=True)
class Shown:
    """A figure ready to stand under a cell: HTML with an alt text, or the alt text alone."""

    png: bytes
    alt: str

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        return {"text/html": image_html(self.png, self.alt), "text/plain": f"[figure: {self.alt}]"}


def show(fig: Figure, *, alt: str) -> None:
    """Shows a figure under the cell, described by `alt` for those who cannot see it.

    Raises ValueError where `alt` says nothing, or the figure lacks a title or an axis label.
    """
    if len(alt.split()) < 4:
        raise ValueError(f"alt must say what the figure shows, in a sentence; got {alt!r}")
    bare = [i for i, ax in enumerate(fig.axes) if ax.axison and not _is_labelled(ax)]
    if bare or not any(ax.get_title() for ax in fig.axes):
        raise ValueError(f"a figure needs a title, and axes {bare} need their labels")
    shown = Shown(render(fig), alt)
    _close(fig)
    try:
        from IPython.display import display
    except ImportError:
        print(f"[figure: {alt}]")
    else:
        display(shown)


def show_pictures(
    pictures: Mapping[str, np.ndarray], *, alt: str, columns: int | None = None
) -> None:
    """Shows pictures in [0, 1], each (h, w) or (h, w, 3) under its name, in rows of `columns`."""
    show(picture_grid(pictures, columns=columns), alt=alt)


def picture_grid(pictures: Mapping[str, np.ndarray], *, columns: int | None = None) -> Figure:
    """The figure of `show_pictures`; bool pictures are holes, and are drawn in orange.

    Raises ValueError where there is no picture.
    """
    if not pictures:
        raise ValueError("there is no picture to show")
    columns = min(columns or len(pictures), len(pictures))
    rows = -(-len(pictures) // columns)
    shapes = [image.shape[1] / image.shape[0] for image in pictures.values()]
    widths = [max(shapes[column::columns]) for column in range(columns)]
    height = min(2.6, 9.6 / sum(widths))  # inches: a notebook is about ten wide
    tall = rows * (height + 0.36) + 0.05
    fig = Figure(figsize=(height * sum(widths) + 0.1 * columns, tall), dpi=DPI)
    grid = fig.subplots(rows, columns, squeeze=False, width_ratios=widths)
    for ax in grid.flat:
        ax.set_axis_off()
    for ax, (name, image) in zip(grid.flat, pictures.items(), strict=False):
        draw_picture(ax, image)
        ax.set_title(name, fontsize=10, pad=4)
    fig.subplots_adjust(0.005, 0.05 / tall, 0.995, 1 - 0.34 / tall, 0.04, 0.36 / height)
    return fig


def draw_picture(ax: Axes, image: np.ndarray) -> None:
    """Draws one picture in [0, 1] with its pixels as squares; values beyond are clipped."""
    if image.dtype == bool:  # a hole: orange on white, in a frame
        image = np.where(image[..., None], to_rgb(ORANGE), 1.0)
        ax.set(xticks=[], yticks=[], frame_on=True)
        ax.set_axis_on()
    else:
        ax.set_axis_off()
    ax.imshow(np.clip(image, 0, 1), cmap="gray", vmin=0, vmax=1, interpolation="nearest")


def render(fig: Figure) -> bytes:
    """The figure as a PNG."""
    canvas = FigureCanvasAgg(fig)
    canvas.draw()
    return png(canvas)


def png(canvas: FigureCanvasAgg) -> bytes:
    """What a canvas shows now as a PNG; nothing is drawn again."""
    stream = io.BytesIO()
    pixels = Image.fromarray(np.asarray(canvas.buffer_rgba())).convert("RGB")
    pixels.save(stream, "png", compress_level=1)
    return stream.getvalue()


def plain_log_axis(axis: Axis, *, subs: tuple[float, ...] = (1.0,), ticks: int = 5) -> None:
    """Few ticks, at `subs` times powers of ten, and plain numbers instead of typeset powers."""
    axis.set_major_locator(LogLocator(subs=subs, numticks=ticks))
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axis.set_minor_locator(NullLocator())


def image_html(png: bytes, alt: str) -> str:
    """An <img> that holds its own bytes."""
    data = base64.b64encode(png).decode()
    return (
        f'<img alt="{html.escape(alt, quote=True)}" style="max-width:100%" '
        f'src="data:image/png;base64,{data}">'
    )


def _is_labelled(ax: Axes) -> bool:
    picture = bool(ax.images) and not len(ax.get_xticks())
    labels = ax.get_xlabel() and ax.get_ylabel()
    return bool(picture or labels) or ax.get_label() == "<colorbar>"


def _close(fig: Figure) -> None:
    """Takes the figure from pyplot, which would otherwise show it a second time."""
    pyplot = sys.modules.get("matplotlib.pyplot")
    if pyplot is not None:
        pyplot.close(fig)

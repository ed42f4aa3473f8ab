"""Every figure of the course goes through here, and none goes without its description.

A figure has three forms, and whoever shows it takes the first it can: HTML with the description as
alt text, a PNG (for PDF), and the description alone. Colours are those of Okabe and Ito (2008),
which people with any colour vision can tell apart.
"""

import base64
import html
import io
import sys
from collections.abc import Mapping
from dataclasses import dataclass

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.rcsetup import cycler
from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator
from PIL import Image

BLUE, ORANGE, GREEN, RED, GREY = "#0072b2", "#e69f00", "#009e73", "#d55e00", "#767676"
DPI = 96
matplotlib.rcParams["axes.prop_cycle"] = cycler(color=[BLUE, ORANGE, GREEN, RED, GREY])


@dataclass(frozen=True)
class Shown:
    """A figure ready to stand under a cell: as HTML with an alt text, as PNG, or in words."""

    png: bytes
    alt: str
    html: str | None = None  # where there is better than the PNG in an <img>

    def __repr__(self) -> str:
        """The words alone: what a terminal shows, where a lesson is run as a script."""
        return f"[figure: {self.alt}]"

    def _repr_mimebundle_(
        self, include: object = None, exclude: object = None
    ) -> tuple[dict[str, object], dict]:
        data, metadata = with_still({}, self.png, self.alt, html=self.html)
        return {**data, "text/plain": repr(self)}, metadata


def with_still(
    bundle: object, png: bytes, alt: str, *, html: str | None = None
) -> tuple[dict[str, object], dict]:
    """What a widget shows of itself, and a picture for where no kernel runs: (data, metadata).

    `bundle` is what `_repr_mimebundle_` of ipywidgets gives: data, (data, metadata) or None.
    nbconvert makes PDF of `image/png`; of HTML it would keep nothing.
    """
    data, metadata = bundle if isinstance(bundle, tuple) else (bundle, {})
    still = {
        "text/html": html or image_html(png, alt),
        "image/png": base64.b64encode(png).decode(),
        "text/plain": alt,
    }
    return {**(data or {}), **still}, {**metadata, "image/png": {"alt": alt}}


def show(fig: Figure, *, alt: str) -> None:
    """Shows a figure under the cell, described by `alt` for those who cannot see it.

    Raises ValueError where `alt` says nothing, or the figure lacks a title or an axis label.
    """
    _check_alt(alt)
    bare = [i for i, ax in enumerate(fig.axes) if ax.axison and not _is_labelled(ax)]
    if bare or not any(ax.get_title() for ax in fig.axes):
        raise ValueError(f"a figure needs a title, and axes {bare} need their labels")
    shown = Shown(render(fig), alt)
    _close(fig)
    _display(shown)


def show_pictures(
    pictures: Mapping[str, np.ndarray], *, alt: str, columns: int | None = None
) -> None:
    """Shows pictures in [0, 1], each (h, w) or (h, w, 3) above its name, in rows of `columns`.

    bool pictures are holes, and are drawn in orange; values beyond [0, 1] are clipped. The names
    are text on the page, so they stay as large as the rest of it however narrow the window is.
    Raises TypeError or ValueError where one of them is no picture, or there is none at all.
    """
    _check_alt(alt)
    grid = picture_grid(pictures, columns=columns)
    _display(Shown(render(grid), alt, pictures_html(pictures, alt, columns=columns)))


def picture_grid(pictures: Mapping[str, np.ndarray], *, columns: int | None = None) -> Figure:
    """The same as one figure, for where no HTML is shown: a page of a PDF.

    Raises TypeError or ValueError where one of them is no picture, or there is none at all.
    """
    rows, columns, widths, height = _layout(pictures, columns)
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


def pictures_html(
    pictures: Mapping[str, np.ndarray], alt: str, *, columns: int | None = None
) -> str:
    """The same in HTML: a grid of pictures, each over its name, described by `alt` as a whole."""
    _, columns, widths, height = _layout(pictures, columns)
    tracks = " ".join(f"minmax(64px,{DPI * height * width:.0f}px)" for width in widths)
    cells = []
    for name, image in pictures.items():
        words, tall = html.escape(name, quote=True), DPI * height
        squares = "pixelated" if image.shape[0] < tall else "auto"  # small ones show their pixels
        data = base64.b64encode(_pixels(image, round(2 * tall))).decode()
        cells.append(
            f'<div style="min-width:0"><img alt="{words}" src="data:image/png;base64,{data}" '
            f'style="display:block;width:100%;box-sizing:border-box;margin:0;'
            f'border:1px solid {GREY};image-rendering:{squares}">'
            f'<div style="padding:2px 0;line-height:1.25;overflow-wrap:anywhere">{words}</div>'
            "</div>"
        )
    return (
        f'<div role="img" aria-label="{html.escape(alt, quote=True)}" style="overflow-x:auto">'
        f'<div style="display:grid;grid-template-columns:{tracks};gap:8px 10px;font-size:13px">'
        f"{''.join(cells)}</div></div>"
    )


def draw_picture(ax: Axes, image: np.ndarray) -> None:
    """Draws one picture in [0, 1] in a thin frame, its pixels as squares; the rest is clipped."""
    ax.set(xticks=[], yticks=[], frame_on=True)
    ax.set_axis_on()
    ax.spines[:].set(color=GREY, linewidth=0.8)  # a white picture on a white page has an end, too
    if image.dtype == bool:  # a hole: orange on white
        image = np.where(image[..., None], to_rgb(ORANGE), 1.0)
    ax.imshow(np.clip(image, 0, 1), cmap="gray", vmin=0, vmax=1, interpolation="nearest")


def render(fig: Figure) -> bytes:
    """The figure as a PNG."""
    canvas = FigureCanvasAgg(fig)
    canvas.draw()
    return png(canvas, effort=6)


def png(canvas: FigureCanvasAgg, *, effort: int = 1) -> bytes:
    """What a canvas shows now as a PNG; nothing is drawn again.

    `effort`, 1 to 9, makes it smaller and takes longer: a moved slider has no time for it.
    """
    stream = io.BytesIO()
    pixels = Image.fromarray(np.asarray(canvas.buffer_rgba())).convert("RGB")
    pixels.save(stream, "png", compress_level=effort)
    return stream.getvalue()


def plain_log_axis(axis: Axis, *, subs: tuple[float, ...] = (1.0,), ticks: int = 5) -> None:
    """Few ticks, at `subs` times powers of ten, and plain text instead of typeset powers."""
    axis.set_major_locator(LogLocator(subs=subs, numticks=ticks))
    axis.set_major_formatter(FuncFormatter(lambda value, _: plain_number(value)))
    axis.set_minor_locator(NullLocator())


def plain_number(value: float) -> str:
    """A number as an axis shows it: from 10,000 on, and below 1/1000, by powers of ten.

    >>> [plain_number(v) for v in (0.01, 3.0, 1000.0, 1e4, 2e8, 1e-6)]
    ['0.01', '3', '1000', '10⁴', '2·10⁸', '10⁻⁶']
    """
    if value == 0 or 1e-3 <= abs(value) < 1e4:
        return f"{value:g}"
    mantissa, exponent = f"{value:.3e}".split("e")
    power = "10" + str(int(exponent)).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
    factor = f"{float(mantissa):g}"
    return power if factor == "1" else f"{factor}·{power}"


def image_html(png: bytes, alt: str) -> str:
    """An <img> that holds its own bytes, on a white card, which a dark page needs.

    It shrinks with the page, but by a quarter at most: beyond, its numbers could not be read, and
    the card scrolls.
    """
    data = base64.b64encode(png).decode()
    least = int.from_bytes(png[16:20], "big") * 3 // 4  # the width stands there in every PNG
    return (
        '<div style="overflow-x:auto;width:0;min-width:100%">'  # as wide as there is room
        f'<img alt="{html.escape(alt, quote=True)}" style="max-width:100%;min-width:{least}px;'
        "box-sizing:border-box;padding:6px;margin:0;background:#fff;border:1px solid #76767655;"
        f'border-radius:8px" src="data:image/png;base64,{data}"></div>'
    )


def _layout(
    pictures: Mapping[str, np.ndarray], columns: int | None
) -> tuple[int, int, list[float], float]:
    """Rows, columns, each column's width for a height of 1, and the height in inches."""
    if not pictures:
        raise ValueError("there is no picture to show")
    for name, image in pictures.items():
        _check_shown(name, image)
    columns = min(columns or len(pictures), len(pictures))
    shapes = [image.shape[1] / image.shape[0] for image in pictures.values()]
    widths = [max(shapes[column::columns]) for column in range(columns)]
    height = min(2.6, 9.6 / sum(widths))  # inches: a notebook is about ten wide
    return -(-len(pictures) // columns), columns, widths, height


def _pixels(image: np.ndarray, tallest: int) -> bytes:
    """The picture itself as a PNG, its pixels as they are where it is not taller than that."""
    if image.dtype == bool:
        image = np.where(image[..., None], to_rgb(ORANGE), 1.0)
    values = np.nan_to_num(np.clip(np.asarray(image, np.float64), 0, 1))
    picture = Image.fromarray(np.round(255 * values).astype(np.uint8))
    if picture.height > tallest:
        size = max(1, round(picture.width * tallest / picture.height)), tallest
        picture = picture.resize(size, Image.Resampling.LANCZOS)
    stream = io.BytesIO()
    picture.save(stream, "png")
    return stream.getvalue()


def _check_alt(alt: str) -> None:
    if len(alt.split()) < 4:
        raise ValueError(f"alt must say what the figure shows, in a sentence; got {alt!r}")


def _check_shown(name: str, image: object) -> None:
    """Raises TypeError or ValueError, with the cure, unless it can be shown as a picture."""
    if hasattr(image, "detach"):
        cure = "as_image(picture) of learnkit.training.pictures makes an array of (c, h, w)"
        raise TypeError(f"the picture {name!r} is a torch tensor: {cure}")
    if not isinstance(image, np.ndarray):
        raise TypeError(f"the picture {name!r} must be an array, got {type(image).__name__}")
    if image.dtype.kind not in "fb":
        cure = "divide it by 255" if image.dtype.kind in "iu" else "write picture.astype(float)"
        raise TypeError(f"the picture {name!r} must be float in [0, 1], got {image.dtype}; {cure}")
    if image.ndim == 2 or (image.ndim == 3 and image.shape[2] == 3 and image.dtype != bool):
        if not image.size:
            raise ValueError(f"the picture {name!r} is empty: shape {image.shape}")
        return
    cure = ""
    if image.ndim == 4:
        cure = "; it is a batch: take one picture of it, pictures[0]"
    elif image.ndim == 3 and image.shape[0] == 3:
        cure = "; its channels come first: write picture.transpose(1, 2, 0)"
    elif image.ndim == 3 and 1 in (image.shape[0], image.shape[2]):
        cure = f"; write picture[{'0' if image.shape[0] == 1 else '..., 0'}]"
    raise ValueError(
        f"the picture {name!r} must be (h, w) or (h, w, 3), got shape {image.shape}{cure}"
    )


def _display(shown: Shown) -> None:
    try:
        from IPython.display import display
    except ImportError:
        print(shown)
    else:
        display(shown)


def _is_labelled(ax: Axes) -> bool:
    picture = bool(ax.images) and not len(ax.get_xticks())
    labels = ax.get_xlabel() and ax.get_ylabel()
    return bool(picture or labels) or ax.get_label() == "<colorbar>"


def _close(fig: Figure) -> None:
    """Takes the figure from pyplot, which would otherwise show it a second time."""
    pyplot = sys.modules.get("matplotlib.pyplot")
    if pyplot is not None:
        pyplot.close(fig)

"""Lesson 08: the plane that pictures are decoded from, and a point in it for you to drag.

On the left lies the atlas: what the decoder paints at each place. Drag the point over it (or use
the arrow keys), and the picture decoded there stands on the right, pixel by pixel.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import anywidget
import numpy as np
import traitlets
from jaxtyping import Float, Integer
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from learnkit.shapes import Array, check_at_least, check_range
from learnkit.widgets.asleep import Sleeper
from learnkit.widgets.esm import joined
from learnkit.widgets.show import (
    BLUE,
    DPI,
    GREEN,
    GREY,
    ORANGE,
    RED,
    draw_picture,
    render,
    with_still,
)

_HERE = Path(__file__).parent
# Okabe and Ito's eight without black, and three more for ten kinds: any two can be told apart.
COLOURS = (
    BLUE,
    ORANGE,
    GREEN,
    RED,
    "#56b4e9",
    "#cc79a7",
    "#f0e442",
    "#7f4a1e",
    "#5b2a86",
    GREY,
)
Decode = Callable[[np.ndarray], np.ndarray]  # (k, 2) float32 to (k, h, w) or (k, h, w, 3)
Points = Float[np.ndarray, "n 2"]
Labels = Integer[np.ndarray, "n"]


@dataclass(frozen=True)
class Dots:
    """Places in the plane, the kind of each, and what the kinds are called."""

    points: Points
    labels: Labels
    names: list[str]


class LatentExplorer(Sleeper, anywidget.AnyWidget):
    """The plane from -extent to extent; `point` is where you are, `image` what is decoded there."""

    to_do = "move the point"
    _esm = joined(_HERE / "latent.js")
    _css = _HERE / "latent.css"
    extent = traitlets.Float().tag(sync=True)
    cells = traitlets.Int().tag(sync=True)
    shape = traitlets.List(traitlets.Int()).tag(sync=True)  # of one picture, (h, w, 1 or 3)
    atlas = traitlets.Bytes().tag(sync=True)  # (cells h, cells w, 1 or 3), sent once
    places = traitlets.Bytes().tag(sync=True)  # of the dots, float32 (n, 2)
    kinds = traitlets.Bytes().tag(sync=True)  # of the dots, a byte each
    names = traitlets.List(traitlets.Unicode()).tag(sync=True)
    colours = traitlets.List(traitlets.Unicode()).tag(sync=True)
    point = traitlets.Tuple(traitlets.Float(), traitlets.Float()).tag(sync=True)
    picture = traitlets.Bytes().tag(sync=True)  # decoded at the point
    error = traitlets.Unicode().tag(sync=True)  # what decode said in place of a picture
    answered = traitlets.Int().tag(sync=True)  # the browser sends its next point when this moves

    def __init__(
        self,
        decode: Decode,
        *,
        extent: float = 3.0,
        start: tuple[float, float] = (0.0, 0.0),
        cells: int = 15,
        points: Points | None = None,
        labels: Labels | None = None,
        names: Sequence[str] | None = None,
    ) -> None:
        """Raises TypeError or ValueError where an argument, or what decode gives, cannot be."""
        _check_plane(extent, cells, start)
        self.decode, self.dots = decode, _dots(points, labels, names)
        self._atlas = _atlas(decode, extent, cells)
        self.image = _decoded(decode, np.array([start]))[0]
        shape = [*self.image.shape, 1][:3]
        super().__init__(
            extent=extent,
            cells=cells,
            shape=shape,
            atlas=_bytes(self._atlas),
            places=self.dots.points.astype("<f4").tobytes() if self.dots else b"",
            kinds=self.dots.labels.astype(np.uint8).tobytes() if self.dots else b"",
            names=self.dots.names if self.dots else [],
            colours=list(COLOURS),
            point=start,
            picture=_bytes(self.image),
        )
        self.observe(self._moved, names="point")

    @traitlets.validate("point")
    def _inside(self, proposal: dict) -> tuple[float, float]:
        x, y = np.nan_to_num(np.clip(proposal["value"], -self.extent, self.extent))
        return float(x), float(y)

    def _moved(self, _change: object) -> None:
        """Decodes at the new point; whatever goes wrong is shown, and the kernel lives on."""
        image, error = self.image, "it was interrupted"
        try:
            image = _decoded(self.decode, np.array([self.point]))[0]
            if [*image.shape, 1][:3] != self.shape:
                raise ValueError(f"decode now gives shape {image.shape}, before {self.image.shape}")
            error = ""
        except Exception as problem:
            image, error = self.image, f"{type(problem).__name__}: {problem}"
        finally:  # after an interrupt too: the browser waits for a number before it sends again
            self.image = image
            with self.hold_sync():  # one message, so that picture and number come together
                self.picture, self.error = _bytes(image), error
                self.answered += 1

    def _repr_mimebundle_(self, **options: Any) -> tuple[dict[str, object], dict]:
        """The widget where there is a kernel, atlas and picture where there is none."""
        words = (
            f"The latent plane from {-self.extent:g} to {self.extent:g} both ways, as an atlas of "
            f"{self.cells} x {self.cells} decoded pictures, and beside it, enlarged, the picture "
            f"at the point ({self.point[0]:.2f}, {self.point[1]:.2f})."
        )
        if self.dots:
            words += f" {len(self.dots.points)} dots show where pictures were encoded to."
        fig = _drawn(self._atlas, self.image, self.point, self.extent, self.dots)
        return with_still(super()._repr_mimebundle_(**options), render(fig), words)


def explore(
    decode: Decode,
    *,
    extent: float = 3.0,
    start: tuple[float, float] = (0.0, 0.0),
    cells: int = 15,
    points: Points | None = None,
    labels: Labels | None = None,
    names: Sequence[str] | None = None,
) -> LatentExplorer:
    """The explorer of what `decode` paints, (k, 2) float32 to (k, h, w) or (k, h, w, 3) in [0, 1].

    `points` (n, 2) are drawn as dots over the atlas, coloured by `labels`, 0 to 9, into `names`.
    Raises TypeError or ValueError where an argument, or what decode gives, cannot be.
    """
    return LatentExplorer(
        decode,
        extent=extent,
        start=start,
        cells=cells,
        points=points,
        labels=labels,
        names=names,
    )


def figure(
    decode: Decode,
    point: tuple[float, float],
    *,
    extent: float = 3.0,
    cells: int = 15,
    points: Points | None = None,
    labels: Labels | None = None,
    names: Sequence[str] | None = None,
) -> Figure:
    """The same as it stands still: the atlas with the point marked, and the picture decoded there.

    Raises TypeError or ValueError as `explore` does.
    """
    _check_plane(extent, cells, point)
    image = _decoded(decode, np.array([point]))[0]
    dots = _dots(points, labels, names)
    return _drawn(_atlas(decode, extent, cells), image, point, extent, dots)


def _drawn(
    atlas: Array, image: Array, point: tuple[float, float], extent: float, dots: Dots | None
) -> Figure:
    fig = Figure(figsize=(9.6, 5.3), dpi=DPI)
    plane, near = (
        fig.add_axes((0.06, 0.1, 0.5, 0.82)),
        fig.add_axes((0.62, 0.32, 0.35, 0.6), anchor="N"),
    )
    sides = (-extent, extent, -extent, extent)
    plane.imshow(np.clip(atlas, 0, 1), cmap="gray", vmin=0, vmax=1, extent=sides)
    if dots:
        _draw_dots(plane, dots, extent)
        plane.legend(
            loc="upper left",
            bbox_to_anchor=(1.09, 0.2),
            ncols=3,
            fontsize=8,
            frameon=False,
            markerscale=2,
            handletextpad=0.1,
            columnspacing=0.6,
        )
    for size, width, colour in ((15, 5.0, "black"), (15, 2.2, "white"), (5, 0, RED)):
        plane.plot(*point, "o", ms=size, mew=width, mec=colour, mfc=colour if not width else "none")
    plane.set(xlim=sides[:2], ylim=sides[2:], xlabel="first latent number")
    plane.set_ylabel("second latent number", labelpad=2)
    plane.set_title("what is decoded where", fontsize=12)
    draw_picture(near, image)
    near.set_title(f"decoded at ({point[0]:.2f}, {point[1]:.2f})", fontsize=12)
    return fig


def _draw_dots(plane: Axes, dots: Dots, extent: float) -> None:
    plane.images[0].set_alpha(0.6)
    plane.set_facecolor("white")
    for kind, name in enumerate(dots.names):
        x, y = dots.points[dots.labels == kind].T
        plane.scatter(x, y, s=9, color=COLOURS[kind], label=name, lw=0.3, ec="white", zorder=2)


def _atlas(decode: Decode, extent: float, cells: int) -> Array:
    """One picture of cells x cells pictures, each decoded at the middle of its cell; y goes up."""
    middles = extent * ((2 * np.arange(cells) + 1) / cells - 1)
    x, y = np.meshgrid(middles, middles[::-1])
    tiles = _decoded(decode, np.stack([x.ravel(), y.ravel()], axis=1))
    h, w, *colour = tiles.shape[1:]
    rows = tiles.reshape(cells, cells, h, w, *colour).swapaxes(1, 2)
    return rows.reshape(cells * h, cells * w, *colour)


def _decoded(decode: Decode, z: np.ndarray) -> Array:
    """What decode makes of the points. Raises TypeError or ValueError where it is no pictures."""
    images = decode(z.astype(np.float32))
    if not isinstance(images, np.ndarray) or images.dtype.kind != "f":
        kind = getattr(images, "dtype", type(images).__name__)
        raise TypeError(
            f"decode must return a NumPy array of floats in [0, 1], got {kind}; end it with "
            "torch.sigmoid(...).detach().numpy() if it is a network's"
        )
    fits = images.ndim == 3 or (images.ndim == 4 and images.shape[3] == 3)
    if not fits or len(images) != len(z) or not images.size:
        cure = ""
        if images.ndim == 4 and images.shape[1] in (1, 3):
            cure = "[:, 0]" if images.shape[1] == 1 else ".transpose(0, 2, 3, 1)"
            cure = f"; write {cure} behind it"
        raise ValueError(
            f"decode must make ({len(z)}, h, w) or ({len(z)}, h, w, 3) of {len(z)} points, "
            f"got {images.shape}{cure}"
        )
    check_range(images, "what decode returns")
    return images


def _dots(points: Points | None, labels: Labels | None, names: Sequence[str] | None) -> Dots | None:
    if points is None:
        if labels is not None or names is not None:
            raise ValueError("labels and names say what points are: give points (n, 2) as well")
        return None
    if points.ndim != 2 or points.shape[1] != 2:
        raise ValueError(f"points must have shape (n, 2), got {points.shape}")
    if labels is None:
        labels = np.zeros(len(points), dtype=int)
    if labels.dtype.kind not in "iu" or labels.shape != (len(points),):
        raise ValueError(
            f"labels must be {len(points)} whole numbers, one a point; got {labels.dtype} of "
            f"shape {labels.shape}"
        )
    most = int(labels.max(initial=0)) + 1
    names = [str(name) for name in names or range(most)]
    if labels.min(initial=0) < 0 or most > len(names) or len(names) > len(COLOURS):
        raise ValueError(
            f"labels must lie in 0 to {min(len(names), len(COLOURS)) - 1}, a name and a colour "
            f"each, of which there are {len(names)} and {len(COLOURS)}; got "
            f"{labels.min(initial=0)} to {most - 1}"
        )
    return Dots(points, labels, names)


def _check_plane(extent: float, cells: int, point: tuple[float, float]) -> None:
    if not 0 < extent < np.inf:
        raise ValueError(f"extent must be above 0, for the plane goes to both sides; got {extent}")
    check_at_least(1, cells=cells)
    if len(point) != 2 or not all(abs(v) <= extent for v in point):
        raise ValueError(f"the point must be (x, y) within ±{extent:g}, got {point}")


def _bytes(image: Array) -> bytes:
    return np.round(255 * image).astype(np.uint8).tobytes()

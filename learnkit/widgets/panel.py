"""A pure figure(params) under thin controls.

Moving a control shows the figure anew, from nothing but the controls' values. What stands still
is drawn once: axes and text cost matplotlib 100 ms, the few things that move cost 5. Where no
kernel runs (exported HTML, a printout) the figure stands, at the values it starts with.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import ipywidgets
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text

from learnkit.widgets.asleep import Sleeper
from learnkit.widgets.keys import PANEL, Keys
from learnkit.widgets.show import image_html, png, with_still

SECONDS = 7  # that a film plays: short enough to be played twice
ROW = {"style": {"description_width": "140px"}, "layout": {"width": "560px", "max_width": "98%"}}


@dataclass
class Scene:
    """A figure in two parts: `stage()` stands still, `actors(fig, **values)` are what moves.

    `actors` adds its artists to the stage's axes and returns them; the axes' limits are the
    stage's. `alt(**values)` puts the whole into words. Where the stage depends on some of the
    values as well, `staged` names them, and there is a stage for each: `stage(**those)`.
    """

    stage: Callable[..., Figure]
    actors: Callable[..., Sequence[Artist]]
    alt: Callable[..., str]
    staged: tuple[str, ...] = ()
    _drawn: dict[tuple, tuple] = field(default_factory=dict, repr=False)

    def figure(self, **values: object) -> Figure:
        """The whole figure for these values: pure, and made from nothing."""
        fig = self.stage(**{name: values[name] for name in self.staged})
        self.actors(fig, **values)
        return fig

    def png(self, **values: object) -> bytes:
        """The same picture as a PNG, with the stage taken from the last time."""
        key = tuple(values[name] for name in self.staged)
        if key not in self._drawn:
            canvas = FigureCanvasAgg(self.stage(**dict(zip(self.staged, key, strict=True))))
            canvas.draw()
            self._drawn[key] = canvas, canvas.copy_from_bbox(canvas.figure.bbox)
        canvas, background = self._drawn[key]
        canvas.restore_region(background)
        for artist in self.actors(canvas.figure, **values):
            canvas.figure.draw_artist(artist)
            artist.remove()
        return png(canvas)


class Panel(Sleeper, ipywidgets.VBox):
    """Controls above a scene, which follows them."""

    children: Sequence[ipywidgets.Widget]

    def __init__(self, scene: Scene, controls: dict[str, ipywidgets.Widget]) -> None:
        """`controls` maps the names of the scene's parameters to widgets with a value."""
        self.scene, self.controls = scene, controls
        self.picture = ipywidgets.HTML()
        for control in controls.values():
            control.observe(self._draw, names="value")
        self._draw()
        super().__init__([*controls.values(), self.picture, Keys()])
        self.add_class(PANEL)

    @property
    def values(self) -> dict[str, object]:
        """What the controls say now: the parameters of the figure."""
        return {name: control.value for name, control in self.controls.items()}

    def _draw(self, _change: object = None) -> None:
        values = self.values
        self.picture.value = image_html(self.scene.png(**values), self.scene.alt(**values))

    def _repr_mimebundle_(self, **options: Any) -> tuple[dict[str, object], dict]:
        """The widget where there is a kernel, the figure where there is none."""
        words, still = self.scene.alt(**self.values), self.scene.png(**self.values)
        return with_still(super()._repr_mimebundle_(**options), still, words)


def slider(
    label: str, low: float, high: float, step: float, start: float, *, digits: int = 2
) -> ipywidgets.FloatSlider:
    """A wide slider with its label beside it; arrow keys move it by one step."""
    return ipywidgets.FloatSlider(
        value=start,
        min=low,
        max=high,
        step=step,
        description=label,
        readout_format=f".{digits}f",
        **ROW,
    )


def caption(ax: Axes, text: str) -> Text:
    """A title that may change: an artist like any other."""
    return ax.text(0.5, 1.02, text, transform=ax.transAxes, ha="center", va="bottom", fontsize=12)


def choice(label: str, options: Sequence[Any], start: Any) -> ipywidgets.Dropdown:
    """A menu with its label beside it: values, or pairs (what is read, value)."""
    return ipywidgets.Dropdown(options=options, value=start, description=label, **ROW)


def with_play(scene: Scene, *, frames: int, **others: ipywidgets.Widget) -> Panel:
    """A scene with the parameter `frame` under a slider and a play button, below other controls."""
    frame = ipywidgets.IntSlider(
        max=frames - 1,
        description="frame",
        style={"description_width": "60px"},
        layout={"width": "460px", "max_width": "98%"},
    )
    panel = Panel(scene, {**others, "frame": frame})
    play = ipywidgets.Play(max=frames - 1, interval=max(100, round(1000 * SECONDS / frames)))
    ipywidgets.jslink((play, "value"), (frame, "value"))
    row = ipywidgets.HBox([play, frame], layout={"flex_flow": "row wrap"})
    panel.children = [row if child is frame else child for child in panel.children]
    panel.to_do = "play the film"
    return panel

"""A widget whose kernel has gone is shown as its picture, with a line on how to wake it.

A notebook keeps what a widget looked like, not the widget. JupyterLab does not fall back to it: in
a lesson that is opened again it writes "Error displaying widget: model not found". So a widget is
shown twice, as a picture and below it as itself, and a style that goes with the picture hides one
of the two: the picture while the widget lives, else the widget, or the error in its place. That
needs nothing but the page, so it also holds after a restart, and in a plain `jupyter lab`.
"""

from collections.abc import Callable
from typing import Any

from IPython.display import display

# AWAKE is a class of the widget, ASLEEP of its picture. ipywidgets marks what has lost its kernel.
# Who reads an exported page (its body is nbconvert's .jp-Notebook) has no cell to run.
STYLE = """<style>
body:has(.AWAKE:not(.jupyter-widgets-disconnected))
  :is(.ASLEEP, .jp-OutputArea-child:has(.ASLEEP)),
.jp-OutputArea-child:has(.ASLEEP)
  + .jp-OutputArea-child:not(:has(.AWAKE:not(.jupyter-widgets-disconnected))),
body.jp-Notebook .ASLEEP .learnkit-wake { display: none; }
</style>"""


class Sleeper:
    """A base of each widget, before those of ipywidgets."""

    to_do = "move the sliders"  # what you do with it while it is awake
    # what it finds in the widget
    model_id: str
    add_class: Callable[[str], object]
    _repr_mimebundle_: Callable[..., tuple[dict[str, Any], dict]]

    def _ipython_display_(self) -> None:
        """Shows the picture, and the widget in its place."""
        data, metadata = self._repr_mimebundle_()
        view = {kind: data.pop(kind) for kind in list(data) if kind.endswith("widget-view+json")}
        asleep, awake = (f"learnkit-{state}-{self.model_id}" for state in ("asleep", "awake"))
        self.add_class(awake)
        style = STYLE.replace("AWAKE", awake).replace("ASLEEP", asleep)
        line = f"Run this cell to {self.to_do}. After a restart, run the cells above it first."
        data["text/html"] = (
            f'{style}<div class="{asleep}">{data["text/html"]}'
            f'<p class="learnkit-wake"><em>{line}</em></p></div>'
        )
        display(data, metadata=metadata, raw=True)
        display({**view, "text/plain": ""}, raw=True)

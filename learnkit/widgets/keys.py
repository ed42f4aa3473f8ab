"""The keys of a widget stay with it, and each of its controls has a name.

JupyterLab hears every key that is pressed in a cell, also on a slider or a button in its output:
the arrows go to another cell, `b` inserts one, `x` and `d d` delete the one you are reading. So
each widget of the course stops its keys at its own border, in the browser, by keys.js. Ctrl+S
alone goes through: it saves the notebook from wherever you are.
"""

from pathlib import Path

import anywidget

from learnkit.widgets.esm import joined

PANEL = "learnkit-panel"  # the class of a box of ipywidgets that holds `Keys`


class Keys(anywidget.AnyWidget):
    """A part that nobody sees; it keeps the keys of the box with the class PANEL it stands in."""

    _esm = joined(Path(__file__).parent / "panel.js")

    def __init__(self) -> None:
        """Takes no room."""
        super().__init__(layout={"display": "none"})

"""One notebook with a widget of each kind, and so with every kind of control that they have."""

from pathlib import Path
from typing import TYPE_CHECKING

import nbformat

if TYPE_CHECKING:
    from playwright.sync_api import Locator

    from tests.browser.notebook import Notebook

NAME = "all_widgets.ipynb"
CELLS = {
    "begin": """import numpy as np
from learnkit.images.data import fashion_mnist, to_float
from learnkit.widgets import brush, descent_in_hole, kernel, latent, pixels, race
garments = to_float(fashion_mnist("test")[0][:2])
truth, hole = garments[0], np.zeros((28, 28), bool)
hole[10:18, 10:18] = True
frames = [np.where(hole, grey, truth) for grey in np.linspace(0, 1, 24)]
def mean(image, hole):
    return np.where(hole, image[~hole].mean(), image)
def decode(z):
    return np.clip(np.abs(z).mean(axis=1)[:, None, None] / 3 * np.ones((1, 8, 8)), 0, 1)""",
    "film": "descent_in_hole.explore(descent_in_hole.Film(frames, list(range(24)), truth, hole))",
    "race": "race.explore()",
    "kernel": "kernel.explore(truth)",
    "pixels": "pixels.explore(truth, hole)",
    "latent": "latent.explore(decode, cells=3, points=np.zeros((2, 2)), labels=np.array([0, 1]))",
    "brush": 'brush.explore({"boot": garments[0], "pullover": garments[1]}, {"mean": mean})',
    "end": "print('the end')",
}
WIDGETS = [name for name in CELLS if name not in ("begin", "end")]


def write(folder: Path) -> None:
    """The notebook, with no outputs, into the student's folder."""
    cells = [nbformat.v4.new_code_cell(source, id=name) for name, source in CELLS.items()]
    notebook = nbformat.v4.new_notebook(cells=cells)
    notebook.metadata.kernelspec = {"name": "python3", "display_name": "python3"}
    nbformat.write(notebook, folder / NAME)


def outputs(lesson: "Notebook", name: str) -> "Locator":
    """What stands under the cell, in view."""
    cell = lesson.panel.locator(".jp-CodeCell").nth(list(CELLS).index(name))
    cell.scroll_into_view_if_needed()
    return cell.locator(".jp-OutputArea-child")


def widget(lesson: "Notebook", name: str) -> "Locator":
    """The widget under the cell, as soon as it is there."""
    found = outputs(lesson, name).locator(
        ".learnkit-panel, .learnkit-pixels, .learnkit-latent, .learnkit-brush"
    )
    found.wait_for()
    return found

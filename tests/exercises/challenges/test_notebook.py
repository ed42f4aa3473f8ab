"""`@challenge` in a real kernel: whatever stands in the cell, the next one runs."""

import nbformat
import pytest
from nbclient import NotebookClient

CELLS = {
    "set-up": "from learnkit.exercises import challenge\nimport numpy as np",
    "score": "@challenge\ndef mend(image, hole):\n    return np.where(hole, 0.5, image)",
    "syntax": "@challenge\ndef mend(image, hole):\n    return np.where(hole, 0.5, image",
    "empty": "@challenge\ndef mend(image, hole):\n",
    "raises": "@challenge\ndef mend(image, hole):\n    return imgae",
    "default": "@challenge\ndef mend(image, hole=nothing):\n    return image",
    "after": "print(mend.__name__)",
}


@pytest.fixture(scope="module")
def said():
    cells = [nbformat.v4.new_code_cell(source, id=name) for name, source in CELLS.items()]
    notebook = nbformat.v4.new_notebook(cells=cells)
    NotebookClient(notebook, timeout=600, kernel_name="python3").execute()
    return {cell.id: _text(cell) for cell in notebook.cells}


def _text(cell):
    outputs = [output.get("data", {}).get("text/plain", "") for output in cell.outputs]
    return "\n".join([*outputs, *(output.get("text", "") for output in cell.outputs)])


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        ("score", "> yours"),
        ("syntax", "Python could not run this cell: SyntaxError"),
        ("empty", "mend: not attempted. Python could not run this cell"),
        ("raises", "No score. Your function raised NameError: name 'imgae' is not defined"),
        ("default", "Python could not run this cell: NameError"),
        ("after", "mend"),
    ],
)
def test_what_stands_under_the_cell(said, cell, words):
    assert words in said[cell]
    assert "The lesson goes on with" not in said[cell]

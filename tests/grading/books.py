"""Notebooks as students hand them in, made of the cells that a test gives."""

import json

RIGHT = "return np.mean((pred - target) ** 2)"
IMPORTS = "import numpy as np\nfrom learnkit.exercises import exercise"


def notebook(*cells, question=""):
    """The bytes of a notebook with these code cells; `question` is the answer to that one."""
    found = [code(cell) for cell in cells]
    if question:
        about = {"grade_id": "question", "grade": True, "solution": True, "locked": False}
        metadata = {"nbgrader": about | {"schema_version": 3, "points": 4, "task": False}}
        found.append({"cell_type": "markdown", "metadata": metadata, "source": question})
    book = {"cells": found, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(book).encode("utf-8", "surrogatepass")


def code(source):
    return {
        "cell_type": "code",
        "execution_count": None,
        "metadata": {},
        "outputs": [],
        "source": source,
    }


def mse_loss(*lines):
    """The source of a cell in which these lines are the body of mse_loss."""
    body = "\n".join(f"    {line}" for text in lines for line in text.split("\n"))
    return f"@exercise\ndef mse_loss(pred, target):\n{body}"


def answered(*lines):
    """A notebook whose only answer is mse_loss, with this body."""
    return notebook(IMPORTS, mse_loss(*lines))

"""A course and a student's folder to try `learnkit lab` on."""

import json

import pytest

from learnkit.course import lab

NAMES = ["00_start_here.ipynb", "01_mse_by_hand.ipynb", "02_gradient_descent_by_hand.ipynb"]


def notebook(*sources: str, outputs: list | None = None, **metadata: object) -> bytes:
    cells = [
        {
            "cell_type": "code",
            "execution_count": None,
            "metadata": {},
            "outputs": outputs or [],
            "source": source,
        }
        for source in sources
    ]
    return json.dumps(
        {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
    ).encode()


@pytest.fixture
def course(tmp_path, monkeypatch):
    """A checkout's lessons that a test may change."""
    folder = tmp_path / "course"
    folder.mkdir()
    for name in NAMES:
        (folder / name).write_bytes(notebook(f"# {name}", "a = 1"))
    monkeypatch.setattr(lab, "lesson_folder", lambda: folder)
    return folder


@pytest.fixture
def work(tmp_path):
    return tmp_path / "work"

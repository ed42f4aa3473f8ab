import re

import numpy as np
import pytest

from learnkit.widgets import asleep, brush, latent, parabola, pixels

VIEW = "application/vnd.jupyter.widget-view+json"


@pytest.fixture
def shown(monkeypatch):
    """What is displayed: of each output its data."""
    outputs = []
    monkeypatch.setattr(asleep, "display", lambda data, **_options: outputs.append(data))
    return outputs


def made():
    grey = np.linspace(0, 1, 64).reshape(8, 8)
    mean = {"mean": lambda image, hole: np.where(hole, 0.5, image)}
    return {
        "panel": parabola.explore(),
        "pixels": pixels.explore(grey),
        "latent": latent.explore(lambda z: np.zeros((len(z), 4, 4), np.float32), cells=2),
        "brush": brush.explore({"grey": grey}, mean),
    }


@pytest.mark.parametrize("name", ["panel", "pixels", "latent", "brush"])
def test_a_widget_is_shown_as_a_picture_with_a_line_and_then_as_itself(shown, name):
    widget = made()[name]
    widget._ipython_display_()
    picture, live = shown
    assert VIEW not in picture and "<img" in picture["text/html"]
    assert f"Run this cell to {widget.to_do}." in picture["text/html"]
    assert live[VIEW]["model_id"] == widget.model_id and set(live) == {VIEW, "text/plain"}
    assert f'class="learnkit-asleep-{widget.model_id}"' in picture["text/html"]
    assert f"learnkit-awake-{widget.model_id}" in widget._dom_classes


def test_shown_twice_it_is_marked_once(shown):
    panel = parabola.explore()
    for _ in range(2):
        panel._ipython_display_()
    marks = [name for name in panel._dom_classes if re.match(r"learnkit-awake-", name)]
    assert len(marks) == 1 and len(shown) == 4

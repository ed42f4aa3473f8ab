import importlib
import pkgutil

import anywidget
import pytest

from learnkit import widgets
from learnkit.widgets import keys, parabola
from learnkit.widgets.asleep import Sleeper


def of_the_course() -> list[type]:
    """Every class of learnkit.widgets that JavaScript draws."""
    modules = [
        importlib.import_module(f"learnkit.widgets.{found.name}")
        for found in pkgutil.iter_modules(widgets.__path__)
    ]
    classes = {one for module in modules for one in vars(module).values() if isinstance(one, type)}
    drawn = [one for one in classes if issubclass(one, anywidget.AnyWidget)]
    return sorted((one for one in drawn if one.__module__.startswith("learnkit")), key=str)


def test_every_widget_that_javascript_draws_is_found():
    names = {one.__name__ for one in of_the_course()}
    assert names >= {"PixelViewer", "LatentExplorer", "Brush", "Keys"}


@pytest.mark.parametrize("kind", of_the_course())
def test_every_widget_that_javascript_draws_keeps_its_keys(kind):
    module = str(kind._esm)
    assert module.count("function keepKeys(root) {") == 1
    view = "render" if kind is keys.Keys else "render: guarded(render)"
    assert module.rstrip().endswith(f"export default {{ {view} }};")
    assert issubclass(kind, Sleeper) or kind is keys.Keys


def test_a_panel_holds_the_part_that_keeps_its_keys():
    panel = parabola.explore()
    assert keys.PANEL in panel._dom_classes
    assert sum(isinstance(one, keys.Keys) for one in panel.children) == 1

"""What every visualizer owes: a pure figure, a stage that its actors leave alone, live controls."""

import html
import io
import re

import ipywidgets
import numpy as np
import pytest
from matplotlib.colors import to_hex, to_rgb
from matplotlib.figure import Figure
from matplotlib.text import Text
from PIL import Image

from learnkit.fills.harmonic import harmonic
from learnkit.images.damaged import damaged
from learnkit.widgets import descent_in_hole, parabola, ravine, ring
from learnkit.widgets.panel import Panel, Scene, caption, slider, with_play
from learnkit.widgets.show import DPI, render

OKABE_ITO = {  # Okabe and Ito (2008), "Color Universal Design"
    "#000000",
    "#e69f00",
    "#56b4e9",
    "#009e73",
    "#f0e442",
    "#0072b2",
    "#d55e00",
    "#cc79a7",
}
VALUES = {  # the parameter of each scene, and values from one end to the other
    "parabola": ("grey", [0.0, 0.33, 0.9, 1.0]),
    "ravine": ("lr", [0.005, 0.1, 0.2, 0.22]),
    "descent_in_hole": ("frame", [0, 1, 3]),
    "ring": ("frame", [0, 1, 3]),
}
CASES = [(name, value) for name, (_, values) in VALUES.items() for value in values]


def film() -> descent_in_hole.Film:
    boot = damaged("garment")
    fill = harmonic(boot.image, boot.hole)
    frames = [boot.cut + part * (fill - boot.cut) for part in (0.0, 0.3, 0.6, 1.0)]
    return descent_in_hole.Film(frames, [0, 1, 5, 20], boot.image, boot.hole)


def ring_film() -> ring.Film:
    middles, wild = (
        ring.centres().repeat(20, axis=0),
        np.random.default_rng(0).normal(size=(160, 2)),
    )
    samples = [wild, middles[:20], np.r_[middles[:60], wild], middles]
    return ring.Film([0, 100, 200, 300], samples, middles)


def scene_of(name: str) -> Scene:
    films = {"descent_in_hole": (descent_in_hole, film), "ring": (ring, ring_film)}
    if name in films:
        module, made = films[name]
        return module.scene(made())
    return {"parabola": parabola.scene, "ravine": ravine.scene}[name]()


def panel_of(name: str) -> Panel:
    films = {"descent_in_hole": (descent_in_hole, film), "ring": (ring, ring_film)}
    if name in films:
        module, made = films[name]
        return module.explore(made())
    return {"parabola": parabola.explore, "ravine": ravine.explore}[name]()


def pixels(png: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(png))).astype(int)


@pytest.mark.parametrize("name", VALUES)
def test_a_figure_is_made_of_its_parameters_alone(name):
    scene, (key, values) = scene_of(name), VALUES[name]
    first = render(scene.figure(**{key: values[1]}))
    scene.png(**{key: values[-1]})
    assert render(scene.figure(**{key: values[1]})) == first
    assert render(scene_of(name).figure(**{key: values[1]})) == first


@pytest.mark.parametrize(("name", "value"), CASES)
def test_the_quick_picture_is_the_whole_figure_but_for_what_lies_on_top(name, value):
    """The quick one draws the actors over the axes' frame, and the figure draws them under it."""
    scene, key = scene_of(name), VALUES[name][0]
    quick = pixels(scene.png(**{key: value}))
    whole = pixels(render(scene.figure(**{key: value})))
    assert quick.shape == whole.shape
    unlike = np.abs(quick - whole).max(axis=2) > 32
    assert unlike.mean() < 0.002


@pytest.mark.parametrize("name", VALUES)
def test_a_picture_shows_no_trace_of_the_one_before(name):
    scene, (key, values) = scene_of(name), VALUES[name]
    fresh = {value: scene_of(name).png(**{key: value}) for value in values}
    assert len(set(fresh.values())) == len(values)
    for value in [*values, *reversed(values), values[0]]:
        assert scene.png(**{key: value}) == fresh[value]


@pytest.mark.parametrize("name", VALUES)
def test_moving_the_slider_leaves_no_artist_behind(name):
    scene, (key, values), added = scene_of(name), VALUES[name], []

    def actors(fig, **now):
        added.extend(new := scene.actors(fig, **now))
        return new

    watched = Scene(scene.stage, actors, scene.alt)
    for value in values:
        watched.png(**{key: value})
    assert len(added) >= 3 * len(values)
    assert not [artist for artist in added if artist.axes is not None]  # all are taken away


@pytest.mark.parametrize(("name", "value"), CASES)
def test_actors_return_all_that_they_add_and_leave_the_axes_as_they_were(name, value):
    scene = scene_of(name)
    fig = scene.stage()
    children, limits = everything(fig), limits_of(fig)
    added = scene.actors(fig, **{VALUES[name][0]: value})
    assert {id(a) for a in added} == everything(fig) - children and added
    assert limits_of(fig) == limits
    for artist in added:
        artist.remove()
    assert everything(fig) == children


def everything(fig: Figure) -> set[int]:
    return {id(artist) for ax in fig.axes for artist in ax.get_children()}


def limits_of(fig: Figure) -> list:
    return [(ax.get_xlim(), ax.get_ylim()) for ax in fig.axes]


@pytest.mark.parametrize(("name", "value"), CASES)
def test_lines_have_colours_that_everybody_tells_apart_and_words_can_be_read(name, value):
    fig = scene_of(name).figure(**{VALUES[name][0]: value})
    colours = {to_hex(line.get_color()) for ax in fig.axes for line in ax.lines}
    assert colours
    assert {c for c in colours if len(set(to_rgb(c))) > 1} <= OKABE_ITO  # the rest are greys
    words = [t for t in fig.findobj(Text) if t.get_text()]
    assert words and all(contrast_on_white(t.get_color()) >= 4.5 for t in words)  # WCAG 2.2, AA


def contrast_on_white(colour: str) -> float:
    """The contrast ratio of WCAG 2.2."""
    rgb = np.array(to_rgb(colour))
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    return 1.05 / (linear @ [0.2126, 0.7152, 0.0722] + 0.05)


@pytest.mark.parametrize("name", VALUES)
def test_every_control_is_a_slider_with_a_name_that_arrow_keys_move(name):
    panel = panel_of(name)
    assert list(panel.controls) == [VALUES[name][0]]
    for control in panel.controls.values():
        assert isinstance(control, ipywidgets.FloatSlider | ipywidgets.IntSlider)
        assert control.description and not control.disabled and control.continuous_update
        assert 0 < control.step <= (control.max - control.min) / 2


@pytest.mark.parametrize("name", VALUES)
def test_moving_the_control_changes_picture_and_words_and_moving_it_back_restores_them(name):
    panel, (key, values) = panel_of(name), VALUES[name]
    control = panel.controls[key]
    control.value = values[0]
    first = panel.picture.value
    control.value = values[-1]
    assert panel.values == {key: values[-1]}
    assert source_of(panel.picture.value) != source_of(first)
    assert words_of(panel.picture.value) == panel.scene.alt(**{key: values[-1]})
    assert words_of(panel.picture.value) != words_of(first)
    control.value = values[0]
    assert panel.picture.value == first


def words_of(image: str) -> str:
    return html.unescape(re.search(r'alt="([^"]*)"', image)[1])


def source_of(image: str) -> str:
    return re.search(r'src="data:image/png;base64,([^"]+)"', image)[1]


@pytest.mark.parametrize("name", VALUES)
def test_a_panel_is_a_widget_with_a_picture_for_where_no_kernel_runs(name):
    panel = panel_of(name)
    data, _ = panel._repr_mimebundle_()
    view = data["application/vnd.jupyter.widget-view+json"]
    assert view["model_id"] == panel.model_id
    words = panel.scene.alt(**panel.values)
    assert data["text/plain"] == words and words_of(data["text/html"]) == words
    assert data["text/html"] == panel.picture.value
    assert panel.picture in panel.children
    assert len(words.split()) > 10


def test_a_slider_starts_where_it_is_told_and_stops_at_its_ends():
    control = slider("learning rate", 0.1, 0.9, 0.1, 0.4, digits=3)
    assert (control.value, control.step, control.readout_format) == (0.4, 0.1, ".3f")
    control.value = 5.0
    assert control.value == 0.9


def test_a_caption_stands_over_its_axes_and_can_be_taken_away():
    fig = Figure(dpi=DPI)
    ax = fig.subplots()
    text = caption(ax, "step 3")
    assert text.get_text() == "step 3" and text.get_position()[1] > 1
    text.remove()
    assert text not in ax.texts


def test_a_film_begins_with_its_first_frame_and_plays_for_six_to_eight_seconds():
    scene = Scene(Figure, lambda fig, frame: [], lambda frame: f"frame {frame}")
    for frames in (2, 19, 25, 60):
        panel = with_play(scene, frames=frames)
        play, _ = panel.children[0].children
        assert panel.values == {"frame": 0} and play.value == 0
        assert 6 <= frames * play.interval / 1000 <= 8

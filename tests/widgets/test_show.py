import base64
import io
import re
import sys

import matplotlib.pyplot as plt
import numpy as np
import pytest
import torch
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from PIL import Image

from learnkit.widgets import show as module
from learnkit.widgets.show import Shown, picture_grid, render, show, show_pictures

ALT = "A line that climbs from zero to one."
OKABE_ITO = {"BLUE": "#0072b2", "ORANGE": "#e69f00", "GREEN": "#009e73", "RED": "#d55e00"}


@pytest.fixture
def shown(monkeypatch):
    """What reached the page under the cell."""
    under_the_cell = []
    monkeypatch.setattr("IPython.display.display", under_the_cell.append)
    return under_the_cell


def line_plot(*, title="A climb", xlabel="x", ylabel="y") -> Figure:
    fig, ax = plt.subplots(figsize=(3, 2), dpi=100)
    ax.plot([0, 1], [0, 1])
    ax.set(title=title, xlabel=xlabel, ylabel=ylabel)
    return fig


@pytest.fixture(autouse=True)
def no_figure_left():
    yield
    plt.close("all")


def test_a_figure_reaches_the_page_with_its_description_and_as_text(shown):
    show(line_plot(), alt=ALT)
    data, metadata = shown[0]._repr_mimebundle_()
    assert data["text/plain"] == f"[figure: {ALT}]" and metadata["image/png"]["alt"] == ALT
    found = re.search(
        r'<img alt="([^"]*)" style="[^"]*" src="data:image/png;base64,([^"]+)">', data["text/html"]
    )
    assert found[1] == ALT and found[2] == data["image/png"]
    with Image.open(io.BytesIO(base64.b64decode(found[2]))) as image:
        assert (image.format, image.size) == ("PNG", (300, 200))  # 3 by 2 inches at 100 dpi
        assert len(image.convert("L").getcolors()) > 2  # something is drawn


def test_a_description_with_quotes_and_brackets_stays_one_description():
    words = 'An "a" < b & c in one picture'
    text = Shown(b"png", words)._repr_mimebundle_()[0]["text/html"]
    assert 'alt="An &quot;a&quot; &lt; b &amp; c in one picture"' in text


def test_a_shown_figure_is_taken_from_pyplot_and_not_shown_twice(shown):
    show(line_plot(), alt=ALT)
    assert len(shown) == 1 and plt.get_fignums() == []


def test_the_same_figure_gives_the_same_bytes():
    assert render(line_plot()) == render(line_plot())
    assert render(line_plot()) != render(line_plot(title="Another"))


def test_where_there_is_no_notebook_the_description_is_printed(monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "IPython.display", None)
    show(line_plot(), alt=ALT)
    assert capsys.readouterr().out == f"[figure: {ALT}]\n"


def test_a_lesson_that_is_run_as_a_script_prints_the_description_and_no_bytes(capsys):
    show(line_plot(), alt=ALT)
    assert capsys.readouterr().out == f"[figure: {ALT}]\n"


def test_a_colour_bar_needs_no_labels_of_its_own(shown):
    fig = line_plot()
    fig.colorbar(plt.cm.ScalarMappable(), ax=fig.axes[0])
    show(fig, alt=ALT)
    assert shown


@pytest.mark.parametrize(("count", "columns", "rows"), [(1, None, 1), (3, None, 1), (5, 2, 3)])
def test_pictures_stand_in_rows_each_under_its_name(rng, count, columns, rows):
    pictures = {f"picture {i}": rng.random((4, 6)) for i in range(count)}
    fig = picture_grid(pictures, columns=columns)
    across = columns or count
    assert len(fig.axes) == rows * across
    for ax, (name, picture) in zip(fig.axes, pictures.items(), strict=False):
        assert ax.get_title() == name
        np.testing.assert_array_equal(ax.images[0].get_array(), picture)
    assert not any(ax.images for ax in fig.axes[count:])


def test_a_picture_is_shown_pixel_for_pixel_from_black_to_white(shown, rng):
    grey, colour = rng.random((4, 6)) * 0.5, rng.random((4, 6, 3))
    fig = picture_grid({"grey": grey, "colour": colour})
    for ax in fig.axes:
        assert ax.images[0].get_interpolation() == "nearest"
        assert ax.images[0].get_clim() == (0, 1)  # a dark picture stays dark
    show_pictures({"grey": grey, "colour": colour}, alt="A grey picture and a colour one.")
    assert shown[0].alt == "A grey picture and a colour one."


def test_pictures_on_the_page_are_their_own_pixels_each_above_its_name(shown, rng):
    picture = rng.integers(0, 256, (4, 6, 3)) / 255
    show_pictures({"one <b>": picture, "two": picture[..., 0] > 0.5}, alt=ALT, columns=1)
    page = shown[0]._repr_mimebundle_()[0]["text/html"]
    assert f'role="img" aria-label="{ALT}"' in page and "one &lt;b&gt;</div>" in page
    one, two = (
        np.asarray(Image.open(io.BytesIO(base64.b64decode(data))))
        for data in re.findall(r"base64,([^\"]+)", page)
    )
    np.testing.assert_array_equal(one, np.round(255 * picture))
    orange = np.array([int(module.ORANGE[i : i + 2], 16) for i in (1, 3, 5)])
    np.testing.assert_array_equal((two == orange).all(axis=2), picture[..., 0] > 0.5)


def test_names_of_pictures_are_text_on_the_page_and_figures_shrink_by_a_quarter_at_most(shown, rng):
    show_pictures({"a name": rng.random((4, 6))}, alt=ALT)
    assert re.search(r">a name</div>", shown[0].html)
    show(line_plot(), alt=ALT)  # 300 pixels wide
    assert "min-width:225px" in shown[1]._repr_mimebundle_()[0]["text/html"]


def test_a_white_picture_has_a_frame_on_the_page_and_in_the_figure(shown):
    white = np.ones((28, 28))
    drawn = Image.open(io.BytesIO(render(picture_grid({"": white})))).convert("L")
    box = drawn.point(lambda v: 255 * (v < 200)).getbbox()
    assert box[2] - box[0] > 200 and box[3] - box[1] > 200  # a frame round it all
    show_pictures({"white": white}, alt=ALT)
    assert re.search(r"border:1px solid #\w{6}", shown[0].html)


def test_a_large_photograph_is_sent_no_larger_than_it_is_shown_at_twice_the_density(shown, rng):
    show_pictures({"large": rng.random((900, 600))}, alt=ALT)
    data = re.search(r"base64,([^\"]+)", shown[0].html)[1]
    assert Image.open(io.BytesIO(base64.b64decode(data))).size == (333, 499)  # 2 x 2.6 x 96


def test_values_beyond_black_and_white_are_clipped():
    fig = picture_grid({"wild": np.array([[-3.0, 0.5], [1.0, 7.0]])})
    assert fig.axes[0].images[0].get_array().tolist() == [[0, 0.5], [1, 1]]


def test_a_hole_is_drawn_in_orange():
    fig = picture_grid({"hole": np.array([[True, False]])})
    drawn = fig.axes[0].images[0].get_array()
    assert to_hex(drawn[0, 0]) == module.ORANGE and to_hex(drawn[0, 1]) == "#ffffff"


def test_the_colours_are_okabes_and_itos_and_the_grey_can_be_read_on_white():
    for name, colour in OKABE_ITO.items():
        assert getattr(module, name) == colour
    level = int(module.GREY[1:3], 16) / 255
    assert module.GREY == "#" + 3 * module.GREY[1:3]
    assert 1.05 / (((level + 0.055) / 1.055) ** 2.4 + 0.05) >= 4.5  # WCAG 2.2, AA


def test_a_log_axis_has_few_ticks_in_plain_numbers():
    fig, ax = plt.subplots()
    ax.loglog([1e-9, 1e9], [1e-9, 1e9])
    module.plain_log_axis(ax.yaxis)
    fig.canvas.draw()
    labels = [t.get_text() for t in ax.yaxis.get_ticklabels() if t.get_text()]
    assert 3 <= len(labels) <= 7 and not any("$" in label for label in labels)
    assert all(re.fullmatch(r"10[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+|1|0?\.?0*10*", label) for label in labels)
    ax.set_ylim(0.1, 1000)  # few decades: matplotlib would mark every digit of each
    assert len(ax.yaxis.get_minorticklocs()) == 0


@pytest.mark.errors
@pytest.mark.parametrize("alt", ["", "   ", "A plot.", "see the text"])
def test_a_description_that_says_nothing_is_refused_and_quoted(shown, alt):
    with pytest.raises(ValueError, match=f"alt must say what the figure shows.*got {alt!r}"):
        show(line_plot(), alt=alt)
    assert not shown


@pytest.mark.errors
def test_a_figure_without_any_description_cannot_be_shown(shown):
    with pytest.raises(TypeError, match="alt"):
        show(line_plot())


@pytest.mark.errors
@pytest.mark.parametrize("missing", ["title", "xlabel", "ylabel"])
def test_a_figure_that_lacks_title_or_label_is_refused(shown, missing):
    with pytest.raises(ValueError, match=r"a figure needs a title, and axes .* need their labels"):
        show(line_plot(**{missing: ""}), alt=ALT)
    assert not shown


@pytest.mark.errors
@pytest.mark.parametrize(
    ("picture", "error", "words"),
    [
        (torch.zeros(1, 4, 4), TypeError, "'mine' is a torch tensor: as_image(picture)"),
        (np.zeros((3, 4, 4)), ValueError, "channels come first: write picture.transpose(1, 2, 0)"),
        (np.zeros((1, 4, 4)), ValueError, "got shape (1, 4, 4); write picture[0]"),
        (np.zeros((4, 4, 1)), ValueError, "got shape (4, 4, 1); write picture[..., 0]"),
        (np.zeros((2, 1, 4, 4)), ValueError, "it is a batch: take one picture of it"),
        (np.zeros((4, 4), np.uint8), TypeError, "got uint8; divide it by 255"),
        (np.zeros((4, 4), object), TypeError, "got object; write picture.astype(float)"),
        ([[0.0, 1.0]], TypeError, "must be an array, got list"),
        (np.zeros((0, 4)), ValueError, "is empty: shape (0, 4)"),
    ],
)
def test_what_is_no_picture_is_named_with_the_cure(picture, error, words):
    with pytest.raises(error, match=re.escape(words)):
        show_pictures({"mine": picture}, alt=ALT)


@pytest.mark.errors
def test_no_picture_at_all_is_one_sentence():
    with pytest.raises(ValueError, match="there is no picture to show"):
        show_pictures({}, alt="Four pictures of nothing at all.")

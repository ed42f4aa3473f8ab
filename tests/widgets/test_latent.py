import html
import re
import time

import numpy as np
import pytest
import traitlets

from learnkit.widgets import latent
from learnkit.widgets.show import BLUE, GREEN, GREY, ORANGE, RED, render


def grey(z):
    """Pictures (k, 3, 2) that tell where they are from: x on the left, y on the right."""
    assert z.dtype == np.float32 and z.ndim == 2 and z.shape[1] == 2
    sides = 0.5 + np.asarray(z, float)[:, None, :] / 10
    return np.repeat(sides, 3, axis=1)


def colour(z):
    """The same in colour, with a third channel of 0."""
    k = len(z)
    x, y = np.full((2, k, 3, 2), 0.5) + np.asarray(z, float).T[:, :, None, None] / 10
    return np.stack([x, y, np.zeros_like(x)], axis=-1)


@pytest.fixture
def dots(rng):
    return {
        "points": rng.normal(size=(40, 2)),
        "labels": np.arange(40) % 3,
        "names": ["bag", "coat", "dress"],
    }


def test_the_atlas_shows_in_each_cell_what_is_decoded_at_its_middle_with_y_upwards():
    explorer = latent.explore(grey, extent=2.0, cells=4)
    atlas = np.frombuffer(explorer.atlas, np.uint8).reshape(12, 8)
    x = np.array([-1.5, -0.5, 0.5, 1.5])
    np.testing.assert_array_equal(atlas[0, 0::2], np.round(255 * (0.5 + x / 10)))
    np.testing.assert_array_equal(atlas[0::3, 1], np.round(255 * (0.5 - x / 10)))


@pytest.mark.parametrize(("decode", "channels"), [(grey, 1), (colour, 3)])
def test_a_point_that_the_browser_sends_is_decoded_and_answered_byte_for_byte(decode, channels):
    explorer = latent.explore(decode, start=(1.0, -1.0))
    assert explorer.shape == [3, 2, channels]
    for x, y in ((1.0, -1.0), (0.25, 2.0), (-3.0, 3.0)):
        explorer.set_state({"point": [x, y]})  # what the browser sends
        image = decode(np.array([[x, y]], np.float32))[0]
        np.testing.assert_array_equal(explorer.image, image)
        assert explorer.picture == np.round(255 * image).astype(np.uint8).tobytes()
    assert explorer.answered == 2  # the first was no move


def test_picture_and_number_come_in_one_message_and_the_atlas_is_sent_no_more():
    class Wire:
        kernel, comm_id, sent = True, "latent", []

        def on_msg(self, callback):
            pass

        def send(self, data=None, buffers=None, metadata=None):
            named = {path[0] for path in data["buffer_paths"]}
            self.sent.append(named | set(data["state"]))

    explorer = latent.explore(grey)
    explorer.comm = Wire()
    explorer.set_state({"point": [1.5, 0.5]})
    explorer.comm, sent = None, explorer.comm.sent
    assert [keys - {"point"} for keys in sent if keys != {"point"}] == [{"picture", "answered"}]


def test_a_point_set_from_python_moves_the_picture_too_and_stays_in_the_plane():
    explorer = latent.explore(grey, extent=2.0)
    explorer.point = (1.0, -9.0)
    assert explorer.point == (1.0, -2.0)
    np.testing.assert_allclose(explorer.image[0], [0.6, 0.3])


def test_an_answer_takes_a_tenth_of_a_second_with_a_network_of_the_course(tenth_of_a_second):
    import torch

    from learnkit.models.vae import mlp_vae

    model = mlp_vae((1, 28, 28), width=512, latent=2).eval()

    @torch.no_grad()
    def decode(z):
        return torch.sigmoid(model.decode(torch.from_numpy(z)))[:, 0].numpy()

    explorer = latent.explore(decode)
    times = []
    for x in np.linspace(-2, 2, 9):
        start = time.process_time()
        explorer.set_state({"point": [float(x), 0.5]})
        times.append(time.process_time() - start)
    assert sorted(times)[4] < tenth_of_a_second


def test_what_goes_wrong_while_dragging_is_shown_and_the_next_point_is_decoded_again():
    def decode(z):
        if len(z) == 1 and z[0, 0] > 2:
            raise RuntimeError("the decoder fell over")
        return grey(z) * (3 if len(z) == 1 and z[0, 0] < -2 else 1)

    explorer = latent.explore(decode, start=(1.0, 1.0))
    before = explorer.picture
    explorer.set_state({"point": [2.5, 0.0]})
    assert explorer.error == "RuntimeError: the decoder fell over"
    assert explorer.picture == before and explorer.answered == 1
    explorer.set_state({"point": [-2.5, 3.0]})
    assert "ValueError: what decode returns must lie in [0, 1], got" in explorer.error
    explorer.set_state({"point": [0.0, 0.0]})
    assert explorer.error == "" and explorer.answered == 3
    np.testing.assert_allclose(explorer.image, 0.5)


def test_after_an_interrupt_the_browser_still_hears_that_its_point_was_answered():
    stops = []

    def decode(z):
        if stops:
            raise KeyboardInterrupt
        return grey(z)

    explorer = latent.explore(decode, start=(1.0, 1.0))
    before = explorer.picture
    stops.append(True)
    with pytest.raises(KeyboardInterrupt):  # the kernel must hear of it, too
        explorer.set_state({"point": [2.5, 0.0]})
    assert (explorer.answered, explorer.error) == (1, "it was interrupted")
    assert explorer.picture == before
    stops.clear()
    explorer.set_state({"point": [0.0, 0.0]})
    assert (explorer.answered, explorer.error) == (2, "")


def test_a_decoder_that_changes_its_size_on_the_way_is_told_so():
    size = [4]
    explorer = latent.explore(lambda z: np.zeros((len(z), size[0], 4)))
    size[0] = 5
    explorer.set_state({"point": [1.0, 0.0]})
    assert explorer.error == "ValueError: decode now gives shape (5, 4), before (4, 4)"
    assert len(explorer.picture) == 16


def test_the_dots_reach_the_browser_byte_for_byte_with_a_colour_and_a_name_each(dots):
    explorer = latent.explore(grey, **dots)
    places = np.frombuffer(explorer.places, "<f4").reshape(-1, 2)
    np.testing.assert_array_equal(places, dots["points"].astype(np.float32))
    np.testing.assert_array_equal(np.frombuffer(explorer.kinds, np.uint8), dots["labels"])
    assert explorer.names == dots["names"] and explorer.colours == list(latent.COLOURS)
    plain = latent.explore(grey, points=dots["points"])
    assert not any(plain.kinds) and len(plain.kinds) == 40


def test_the_colours_are_the_courses_and_all_different():
    assert latent.COLOURS[:4] == (BLUE, ORANGE, GREEN, RED) and GREY in latent.COLOURS
    assert len(set(latent.COLOURS)) == len(latent.COLOURS) == 10


@pytest.mark.parametrize("decode", [grey, colour])
def test_the_figure_marks_the_point_on_the_atlas_and_shows_the_picture_decoded_there(decode):
    fig = latent.figure(decode, (1.0, -0.5), extent=2.0, cells=5)
    plane, near = fig.axes
    assert plane.images[0].get_extent() == [-2, 2, -2, 2]
    assert {(*line.get_xdata(), *line.get_ydata()) for line in plane.lines} == {(1.0, -0.5)}
    assert plane.get_xlabel() and plane.get_ylabel() and plane.get_title()
    expected = decode(np.array([[1.0, -0.5]], np.float32))[0]
    np.testing.assert_allclose(near.images[0].get_array(), expected)
    assert near.get_title() == "decoded at (1.00, -0.50)"


def test_the_figure_draws_each_dot_in_the_colour_of_its_kind_over_a_dimmed_atlas(dots):
    fig = latent.figure(grey, (0.0, 0.0), **dots)
    plane = fig.axes[0]
    assert plane.images[0].get_alpha() < 0.7
    drawn = {c.get_label(): c.get_offsets() for c in plane.collections}
    for kind, name in enumerate(dots["names"]):
        np.testing.assert_allclose(drawn[name], dots["points"][dots["labels"] == kind])
    assert [t.get_text() for t in plane.get_legend().get_texts()] == dots["names"]
    assert latent.figure(grey, (0.0, 0.0)).axes[0].get_legend() is None


def test_the_same_figure_is_the_same_picture_and_another_point_another():
    first = render(latent.figure(grey, (0.5, 0.5)))
    assert render(latent.figure(grey, (0.5, 0.5))) == first
    assert render(latent.figure(grey, (0.5, 0.6))) != first


def test_the_explorer_is_a_widget_with_a_picture_for_where_no_kernel_runs(dots):
    explorer = latent.explore(colour, start=(0.4, -1.2), **dots)
    data, _ = explorer._repr_mimebundle_()
    assert data["application/vnd.jupyter.widget-view+json"]["model_id"] == explorer.model_id
    words = html.unescape(re.search(r'<img alt="([^"]*)"', data["text/html"])[1])
    assert data["text/plain"] == words
    assert "at the point (0.40, -1.20)" in words and "15 x 15 decoded pictures" in words
    assert "40 dots show where pictures were encoded to" in words
    explorer.point = (1.0, 1.0)
    assert explorer._repr_mimebundle_()[0]["text/html"] != data["text/html"]


def test_the_browsers_part_can_be_used_by_keyboard_and_speaks():
    script = str(latent.LatentExplorer._esm)
    assert 'tabindex="0"' in script and "aria-label" in script and 'aria-live="polite"' in script
    assert 'role="alert"' in script and 'type="checkbox"' in script
    for key in ("ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight", '"Home"', "shiftKey"):
        assert key in script


def test_the_browser_asks_nothing_of_the_network_and_writes_no_html_of_others():
    script = str(latent.LatentExplorer._esm)
    sheet = str(latent.LatentExplorer._css)
    assert not re.search(r"https?:|//cdn|import\s|fetch\(|url\(", script + sheet)
    assert script.count("innerHTML") == 1  # names and errors come in as text


@pytest.mark.errors
@pytest.mark.parametrize(
    ("returned", "kind", "said"),
    [
        (lambda k: np.zeros((k, 9)), ValueError, r"must make \(225, h, w\) or .* got \(225, 9\)"),
        (lambda k: np.zeros((k, 1, 4, 4)), ValueError, r"got \(225, 1, 4, 4\); write \[:, 0\] beh"),
        (lambda k: np.zeros((k, 3, 4, 4)), ValueError, r"write \.transpose\(0, 2, 3, 1\) behind"),
        (lambda k: np.zeros((k, 4, 4, 2)), ValueError, r"got \(225, 4, 4, 2\)$"),
        (lambda k: np.zeros((1, 4, 4)), ValueError, r"of 225 points, got \(1, 4, 4\)"),
        (lambda k: np.zeros((k, 0, 4)), ValueError, r"got \(225, 0, 4\)"),
        (lambda k: np.full((k, 4, 4), 1.5), ValueError, r"must lie in \[0, 1\], got \[1.5, 1.5\]"),
        (lambda k: np.full((k, 4, 4), np.nan), ValueError, "what decode returns must lie in"),
        (lambda k: np.zeros((k, 4, 4), np.uint8), TypeError, "got uint8; end it with torch"),
        (lambda k: [[0.5]] * k, TypeError, "array of floats in .* got list"),
    ],
)
def test_a_decoder_that_makes_no_pictures_is_told_what_it_must_make(returned, kind, said):
    with pytest.raises(kind, match=said):
        latent.explore(lambda z: returned(len(z)))


@pytest.mark.errors
@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"extent": 0.0}, "extent must be above 0, .* got 0.0"),
        ({"extent": -3.0}, "extent must be above 0"),
        ({"extent": float("nan")}, "extent must be above 0"),
        ({"extent": float("inf")}, "extent must be above 0"),
        ({"cells": 0}, "cells must be at least 1, got 0"),
        ({"start": (4.0, 0.0)}, r"within ±3, got \(4.0, 0.0\)"),
        ({"start": (float("nan"), 0.0)}, r"within ±3, got \(nan, 0.0\)"),
        ({"start": (0.0, float("nan"))}, r"within ±3, got \(0.0, nan\)"),
        ({"labels": np.zeros(3, int)}, r"give points \(n, 2\) as well"),
        ({"points": np.zeros((3, 4))}, r"points must have shape \(n, 2\), got \(3, 4\)"),
        ({"points": np.zeros((3, 2)), "labels": np.zeros(2, int)}, "must be 3 whole numbers"),
        ({"points": np.zeros((3, 2)), "labels": np.zeros(3)}, "must be 3 whole numbers.* float64"),
        ({"points": np.zeros((1, 2)), "labels": np.array([-1])}, "got -1 to 0"),
        ({"points": np.zeros((1, 2)), "labels": np.array([10])}, "must lie in 0 to 9"),
        (
            {"points": np.zeros((1, 2)), "labels": np.array([2]), "names": ["a", "b"]},
            "must lie in 0 to 1, a name and a colour each",
        ),
    ],
)
def test_an_argument_that_cannot_be_is_named_with_the_cure(arguments, said):
    with pytest.raises(ValueError, match=said):
        latent.explore(grey, **arguments)


@pytest.mark.errors
def test_what_decode_raises_at_the_start_is_raised_and_a_point_that_is_none_is_refused():
    def broken(z):
        raise KeyError("weights")

    with pytest.raises(KeyError, match="weights"):
        latent.explore(broken)
    with pytest.raises(KeyError, match="weights"):
        latent.figure(broken, (0.0, 0.0))
    with pytest.raises(ValueError, match=r"within ±3, got \(9.0, 0.0\)"):
        latent.figure(grey, (9.0, 0.0))
    explorer = latent.explore(grey)
    with pytest.raises(traitlets.TraitError):
        explorer.point = ("left", 0.0)
    assert explorer.point == (0.0, 0.0)

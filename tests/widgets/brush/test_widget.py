import asyncio
import html
import io
import re
import time
from types import SimpleNamespace

import numpy as np
import pytest
import traitlets

from learnkit.fills.harmonic import harmonic
from learnkit.images.metrics import psnr
from learnkit.widgets import brush
from learnkit.widgets.brush.easel import figure, pack, stretched, unpack
from learnkit.widgets.show import render
from tests.widgets.brush.test_upload import file_of


def mean(image, hole):
    return np.where(hole if image.ndim == 2 else hole[..., None], image[~hole].mean(), image)


@pytest.fixture
def pictures(rng):
    return {"one": rng.random((12, 10)), "two": rng.random((12, 10))}


@pytest.fixture
def hole():
    hole = np.zeros((12, 10), bool)
    hole[3:6, 2:9] = True
    return hole


@pytest.fixture
def clock(monkeypatch):
    """Fills are timed by a clock that moves where a test moves it."""
    clock = SimpleNamespace(now=0.0, perf_counter=lambda: clock.now)
    monkeypatch.setattr("learnkit.widgets.brush.score.time", clock)
    return clock


class Wire:
    """What goes to the browser; a trait of bytes as bytes, a message with its buffers."""

    kernel, comm_id = True, "brush"

    def __init__(self, widget):
        self.states, self.told = [], []
        widget.comm = self

    def on_msg(self, callback):
        pass

    def close(self, *arguments, **options):
        pass

    def send(self, data=None, buffers=None, metadata=None):
        if data["method"] == "custom":
            self.told.append((data["content"], buffers))
        elif data["method"] == "update":
            self.states.append(set(data["state"]) | {path[0] for path in data["buffer_paths"]})


def stroke(widget, hole):
    """What the browser sends when a stroke ends."""
    widget.set_state({"packed": memoryview(pack(hole)), "stroke": widget.stroke + 1})


def test_a_stroke_that_the_browser_sends_is_filled_by_every_method_and_scored(pictures, hole):
    widget = brush.explore(pictures, {"mean": mean, "harmonic": harmonic})
    stroke(widget, hole)
    np.testing.assert_array_equal(widget.hole, hole)
    image = pictures["one"]
    for name, fill in (("mean", mean), ("harmonic", harmonic)):
        expected = fill(np.where(hole, 0, image), hole)
        np.testing.assert_allclose(widget.fills[name], expected)
        assert widget.scores[name] == pytest.approx(psnr(expected, image, hole=hole))
        assert widget.attempts[name].words.startswith(f"{widget.scores[name]:.1f} dB, ")


def test_the_browser_is_sent_the_pixels_of_the_hole_alone(pictures, hole):
    widget = brush.explore(pictures, {"harmonic": harmonic})
    wire = Wire(widget)
    stroke(widget, hole)
    content, (painted,) = wire.told[-1]
    assert content["kind"] == "fill" and content["stroke"] == widget.stroke
    np.testing.assert_array_equal(
        np.frombuffer(painted, np.uint8), np.round(255 * widget.fills["harmonic"][hole])
    )


def test_a_method_cannot_see_what_is_under_the_hole_nor_spoil_the_picture(pictures, hole):
    def spy(image, hole):
        seen.append(image[hole].max())
        image[hole], hole[:] = 0.5, True
        return image

    seen, before = [], pictures["one"].copy()
    widget = brush.explore(pictures, {"spy": spy}, hole=hole)
    assert widget.fills["spy"][hole].tolist() == [0.5] * 21 and set(seen) == {0.0}
    np.testing.assert_array_equal(pictures["one"], before)
    np.testing.assert_array_equal(widget.hole, hole)


def test_another_picture_comes_in_one_message_with_the_same_hole(pictures, hole):
    widget = brush.explore(pictures, {"mean": mean}, hole=hole)
    wire = Wire(widget)
    widget.set_state({"picture": "two"})
    assert {"pixels", "stroke"} <= wire.states[0] or {"pixels", "stroke"} <= wire.states[1]
    np.testing.assert_array_equal(widget.hole, hole)
    np.testing.assert_allclose(widget.fills["mean"][~hole], pictures["two"][~hole])


def test_between_pictures_of_two_sizes_the_hole_is_stretched_and_back(rng):
    pictures = {"small": rng.random((8, 6, 3)), "large": rng.random((16, 18, 3))}
    hole = np.zeros((8, 6), bool)
    hole[2:4, 1:5] = True
    widget = brush.explore(pictures, {"mean": mean}, hole=hole)
    widget.set_state({"picture": "large"})
    np.testing.assert_array_equal(widget.hole, np.kron(hole, np.ones((2, 3))) > 0)
    assert widget.shape == [16, 18, 3] and len(widget.packed) == 36
    widget.picture = "small"
    np.testing.assert_array_equal(widget.hole, hole)


def test_a_stroke_and_a_new_picture_in_one_message_are_both_heeded(rng):
    pictures = {"small": rng.random((8, 6)), "large": rng.random((16, 12))}
    widget = brush.explore(pictures, {"mean": mean})
    hole = np.zeros((8, 6), bool)
    hole[1, 1] = True
    state = {"packed": pack(hole), "stroke": widget.stroke + 1, "picture": "large"}
    widget.set_state(state)
    assert widget.hole.sum() == 4 and widget.scores.keys() == {"mean"}


def test_a_hole_that_does_not_fit_is_not_taken(pictures, hole):
    widget = brush.explore(pictures, {"mean": mean}, hole=hole)
    widget.set_state({"packed": b"\xff", "stroke": 5})
    np.testing.assert_array_equal(widget.hole, hole)


def test_packing_a_hole_and_back_gives_the_hole(rng):
    for shape in ((1, 1), (3, 5), (28, 28), (7, 11)):
        hole = rng.random(shape) < 0.5
        np.testing.assert_array_equal(unpack(pack(hole), shape), hole)
        np.testing.assert_array_equal(stretched(hole, shape), hole)


def test_only_what_is_chosen_runs_and_a_box_that_is_ticked_runs_that_method_alone(pictures, hole):
    calls = []

    def counted(name):
        return lambda image, hole: calls.append(name) or mean(image, hole)

    widget = brush.explore(
        pictures, {"a": counted("a"), "b": counted("b")}, chosen=["a"], hole=hole
    )
    assert widget.scores.keys() == {"a"} and set(calls) == {"a"}
    calls.clear()
    widget.set_state({"chosen": ["a", "b", "a stranger"]})
    assert widget.scores.keys() == {"a", "b"} and set(calls) == {"b"}
    widget.set_state({"chosen": []})
    assert widget.attempts == {}


def test_a_hole_set_in_a_cell_is_told_to_the_browser(pictures, hole):
    widget = brush.explore(pictures, {"mean": mean})
    wire = Wire(widget)
    widget.hole = hole
    assert {"packed", "stroke"} <= wire.states[0]
    assert widget.attempts["mean"].score is not None


def test_a_view_that_opens_late_is_told_what_there_is(pictures, hole):
    widget = brush.explore(pictures, {"mean": mean}, hole=hole)
    assert widget.scores
    wire = Wire(widget)
    widget._handle_custom_msg({"kind": "hello"}, [])
    assert [content["kind"] for content, _ in wire.told] == ["fill", "note"]


# ---- in a running kernel ------------------------------------------------------------------------


def test_while_an_event_loop_runs_the_newest_stroke_wins_between_two_methods(pictures):
    calls = []

    def slow(name):
        def fill(image, hole):
            calls.append((name, int(hole.sum())))
            time.sleep(0.02)
            return mean(image, hole)

        return fill

    holes = [np.arange(120).reshape(12, 10) < n for n in (10, 20, 30)]

    async def kernel():
        widget = brush.explore(pictures, {n: slow(n) for n in "abc"}, hole=holes[0])
        assert widget.scores.keys() == set("abc")  # what is asked for is waited for
        calls.clear()
        stroke(widget, holes[1])
        assert calls == []  # the message is answered at once
        while not calls:
            await asyncio.sleep(0)
        stroke(widget, holes[2])
        await widget._task
        assert widget.attempts.keys() == set("abc")

    asyncio.run(kernel())
    sizes = [size for _, size in calls]
    assert sizes == [20, 30, 30, 30] and {name for name, _ in calls[1:]} == set("abc")


def test_the_quickest_method_is_filled_first(pictures, hole, clock):
    order = []

    def lasting(seconds):
        def fill(image, hole):
            order.append(seconds)
            clock.now += seconds
            return mean(image, hole)

        return fill

    widget = brush.explore(pictures, {"slow": lasting(0.05), "quick": lasting(0.0)})
    assert widget.scores
    order.clear()
    stroke(widget, hole)
    assert order == [0.0, 0.05]


def test_the_first_call_which_also_loads_is_not_the_one_that_is_timed(pictures, hole, clock):
    calls = []

    def loading(image, hole):
        calls.append(0)
        clock.now += 0.1 if len(calls) == 1 else 0.01
        return mean(image, hole)

    widget = brush.explore(pictures, {"loading": loading}, hole=hole)
    assert widget.attempts["loading"].seconds == pytest.approx(0.01)


def test_a_stroke_costs_little_beside_its_fills(rng, tenth_of_a_second):
    picture = rng.random((512, 512, 3))
    widget = brush.explore({"photograph": picture}, {"same": lambda image, hole: image})
    hole = np.zeros((512, 512), bool)
    times = []
    for row in range(0, 200, 40):
        hole[row : row + 36] = True
        start = time.process_time()
        stroke(widget, hole)
        times.append(time.process_time() - start)
    assert sorted(times)[2] < 3 * tenth_of_a_second


# ---- uploads -----------------------------------------------------------------------------------


def test_a_view_cannot_change_what_there_is_to_paint_on(pictures):
    widget = brush.explore(pictures, {"a": mean})
    names, shape = widget.names, widget.shape
    widget.set_state({"shape": [10**6, 10**6, 1], "methods": ["b"], "names": [], "pixels": b""})
    assert (widget.shape, widget.methods, widget.names) == (shape, ["a"], names)
    widget.set_state({"stroke": widget.stroke + 1})
    assert list(widget.scores) == ["a"]


def send_file(widget, data, name="mine.png", piece=400):
    wire = Wire(widget)
    for start in range(0, max(1, len(data)), piece):
        last = start + piece >= len(data)
        told = {"kind": "upload", "key": "k", "name": name, "bytes": len(data), "last": last}
        widget._handle_custom_msg(told, [memoryview(data[start : start + piece])])
    notes = [content["words"] for content, _ in wire.told if content["kind"] == "note"]
    return notes[-1] if notes else None


def test_a_picture_in_pieces_is_opened_filled_and_scored_and_the_second_has_its_own_name(rng):
    widget = brush.explore({"boot": rng.random((28, 28))}, {"mean": mean})
    data = file_of(rng.integers(0, 256, (40, 60, 3), dtype=np.uint8))
    assert len(data) > 3000
    said = send_file(widget, data)
    assert "60 x 40 pixels" in said and "to 28 x 28" in said and widget.note == said
    assert widget.picture == "yours: mine.png" and widget.image.shape == (28, 28)
    assert np.isfinite(widget.scores["mean"])
    wire = Wire(widget)
    widget.picture = "boot"  # another picture: what was said of the file is not said again
    widget._handle_custom_msg({"kind": "hello"}, [])
    notes = [content["words"] for content, _ in wire.told if content["kind"] == "note"]
    assert notes == [""]
    widget.picture = "yours: mine.png"
    send_file(widget, data)
    assert widget.names == ["boot", "yours: mine.png", "yours: mine.png (2)"]


@pytest.mark.parametrize("data", [b"", b"nothing", b"%PDF-1.7", b"\x89PNG\r\n\x1a\n" + b"x" * 90])
def test_a_file_that_is_no_picture_is_said_and_everything_stays(pictures, data):
    widget = brush.explore(pictures, {"mean": mean})
    assert send_file(widget, data).startswith("mine.png is ")
    assert widget.picture == "one" and widget.scores


def test_a_file_that_is_too_large_is_dropped_on_the_way(pictures, monkeypatch):
    monkeypatch.setattr(brush.upload, "MOST_BYTES", 1000)
    widget = brush.explore(pictures, {"mean": mean})
    assert "are taken" in send_file(widget, bytes(1500))
    assert widget._pieces == {} and widget.picture == "one"


# ---- standing still ----------------------------------------------------------------------------


def test_without_a_kernel_picture_hole_fills_and_words_stand_in_its_place(pictures, hole):
    def refuses(image, hole):
        raise ValueError("not this <picture>")

    widget = brush.explore(pictures, {"mean": mean, "refuses": refuses}, hole=hole)
    data, _ = widget._repr_mimebundle_()
    assert data["application/vnd.jupyter.widget-view+json"]["model_id"] == widget.model_id
    words = html.unescape(re.search(r'<img alt="([^"]*)"', data["text/html"])[1])
    assert data["text/plain"] == words
    assert "12 x 10 pixels, with 21 of them painted over" in words
    assert "mean: " in words and " dB, " in words and "refuses: not this <picture>" in words
    widget.hole = ~hole
    assert widget._repr_mimebundle_()[0]["text/html"] != data["text/html"]


def test_the_figure_shows_the_truth_the_hole_in_orange_and_each_fill_with_its_score(rng, hole):
    image = rng.random((12, 10, 3))
    fig = figure(image, hole, {"mean": mean(image, hole), "itself": image})
    titles = [ax.get_title() for ax in fig.axes]
    assert titles[:2] == ["the truth", "the hole"] and re.match(r"mean, [\d.]+ dB", titles[2])
    assert titles[3] == "itself, no error at all"
    orange = fig.axes[1].images[0].get_array()[hole]
    assert (orange == orange[0]).all() and len(render(fig)) > 1000
    empty = figure(image, np.zeros_like(hole), {"itself": image})
    assert [ax.get_title() for ax in empty.axes][2] == "itself"


def test_the_browsers_part_can_be_used_by_keyboard_and_speaks():
    script = str(brush.Brush._esm)
    for word in (
        'tabindex="0"',
        "aria-label",
        'aria-live="polite"',
        'role="status"',
        "aria-pressed",
    ):
        assert word in script
    for key in ("ArrowUp", "ArrowLeft", '" "', '"e"', '"["', '"z"', '"y"', '"delete"', "shiftKey"):
        assert key in script
    assert script.count('<button type="button"') == 5


def test_the_browser_asks_nothing_of_the_network_and_writes_no_html_of_others():
    script = str(brush.Brush._esm)
    sheet = str(brush.Brush._css)
    assert not re.search(r"https?:|//cdn|import\s|fetch\(|url\(|require\(", script + sheet)
    assert script.count("innerHTML") == 1  # names, notes and errors come in as text


@pytest.mark.errors
@pytest.mark.parametrize(
    ("pictures", "methods", "options", "kind", "said"),
    [
        ({}, {"mean": mean}, {}, ValueError, "there is no picture to paint on"),
        ({"a": np.zeros((4, 4))}, {}, {}, ValueError, "there is no method to fill holes"),
        ({"a": np.zeros((4, 4))}, {"m": 3}, {}, TypeError, "'m' must be a function.*got int"),
        ({"a": np.full((4, 4), 7.0)}, {"m": mean}, {}, ValueError, r"'a' must lie in \[0, 1\]"),
        ({"a": np.zeros((4, 4), np.uint8)}, {"m": mean}, {}, TypeError, "'a' must be float"),
        ({"a": np.zeros((4, 4))}, {"m": mean}, {"picture": "b"}, ValueError, "among a; got 'b'"),
        ({"a": np.zeros((4, 4))}, {"m": mean}, {"chosen": ["n"]}, ValueError, "among m; got 'n'"),
        ({"a": np.zeros((4, 4))}, {"m": mean}, {"size": 0}, ValueError, "size must be at least 1"),
        ({"a": np.zeros((4, 4))}, {"m": mean}, {"longest": 0}, ValueError, "longest must be at"),
        (
            {"a": np.zeros((4, 4))},
            {"m": mean},
            {"hole": np.zeros((4, 5), bool)},
            ValueError,
            r"hole must have shape \(4, 4\)",
        ),
        (
            {"a": np.zeros((4, 4)), "b": np.zeros((5, 4))},
            {"m": mean},
            {"fixed": True},
            ValueError,
            "fixed means pictures of one size",
        ),
    ],
)
def test_an_argument_that_cannot_be_is_named_with_the_cure(pictures, methods, options, kind, said):
    with pytest.raises(kind, match=said):
        brush.explore(pictures, methods, **options)


@pytest.mark.errors
def test_a_picture_that_is_not_there_and_a_hole_of_wrong_polarity_are_refused(pictures, hole):
    widget = brush.explore(pictures, {"mean": mean}, hole=hole)
    with pytest.raises(traitlets.TraitError, match="no picture 'three'"):
        widget.picture = "three"
    with pytest.raises(TypeError, match="mask == 0"):
        widget.hole = hole.astype(float)
    with pytest.raises(ValueError, match=r"mine\.txt is no picture"):
        widget.upload(io.BytesIO(b"text").getvalue(), "mine.txt")
    assert widget.picture == "one" and widget.hole.sum() == 21

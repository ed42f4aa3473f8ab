"""Lesson 10's brush in a small notebook of its own: drawn on with mouse, touch, pen and keys."""

import io
import re

import nbformat
import numpy as np
import pytest
from PIL import Image

from tests.browser.notebook import Notebook, kernels_work, until
from tests.browser.painting import Painting

pytestmark = pytest.mark.browser
NAME = "brush_by_itself.ipynb"
CELLS = (
    """import time
from pathlib import Path
import numpy as np
from learnkit.fills.harmonic import harmonic
from learnkit.images.data import fashion_mnist, photograph, to_float
from learnkit.widgets import brush
garments = to_float(fashion_mnist("test")[0][:2])
def mean(image, hole):
    return np.where(hole, image[~hole].mean(), image)
def careful(image, hole):
    if hole.all():
        raise ValueError("the hole covers every pixel: this fill needs a known pixel")
    return harmonic(image, hole)
calls = []
def slow(image, hole):
    calls.append(int(hole.sum()))
    time.sleep(1.5)
    while Path("hold").exists():
        Path("begun").touch()
        time.sleep(0.05)
    return mean(image, hole)""",
    """garment_brush = brush.explore({"boot": garments[0], "pullover": garments[1]},
    {"slow mean": slow, "mean": mean, "harmonic": careful}, chosen=["mean", "harmonic"])
garment_brush""",
    """photo_brush = brush.explore({"cat": photograph("chelsea")[:256, 100:356]},
    {"mean": mean, "harmonic": harmonic})
photo_brush""",
    """print("calls", calls, "holes", int(garment_brush.hole.sum()), garment_brush.picture)""",
)

# Resolves when the fills of the next pointerup's stroke are all there.
FILLED = """cell => { window.filled = new Promise((tell) => {
    const tiles = cell.querySelector(".tiles");
    let ended = false;
    new MutationObserver((_, watch) => {
        if (!ended || tiles.querySelector(".due")) return;
        watch.disconnect();
        tell();
    }).observe(tiles, {subtree: true, attributes: true, attributeFilter: ["class"]});
    cell.addEventListener("pointerup", () => { ended = true; }, {capture: true, once: true});
}); }"""


@pytest.fixture(scope="module")
def lesson(page, url, work):
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(c) for c in CELLS])
    notebook.metadata.kernelspec = {"name": "python3", "display_name": "python3"}
    nbformat.write(notebook, work / NAME)
    opened = Notebook(page, url, NAME)
    opened.run_all()
    return opened


@pytest.fixture
def boot(lesson):
    painting = Painting(lesson, "garment_brush = ")
    painting.cell.locator("select").select_option("boot")
    label = painting.paper
    until(
        lesson.page,
        lambda: label.get_attribute("aria-label"),
        lambda words: "The picture boot" in words,
    )
    painting.clear()
    return painting


def test_it_opens_with_a_stroke_that_every_chosen_method_has_filled(lesson):
    painting = Painting(lesson, "garment_brush = ")
    painting.settled()
    assert lesson.errors() == []
    assert re.fullmatch(r"\d+ pixels to fill; best: harmonic: [\d.]+ dB, .* ms", painting.status)
    for name in ("mean", "harmonic"):
        assert re.match(r"[\d.]+ dB, ", painting.words(name))
    photo = Painting(lesson, "photo_brush = ")
    photo.settled()
    assert "dB" in photo.words("harmonic")


def test_a_stroke_of_the_mouse_is_filled_and_scored(boot):
    before = boot.pixels("harmonic")
    boot.drag((0.3, 0.5), (0.7, 0.5), (0.7, 0.7))
    until(boot.page, lambda: boot.status, lambda s: "best: " in s)
    assert boot.count > 30 and boot.pixels("harmonic") != before
    assert re.match(r"[\d.]+ dB, ", boot.words("harmonic"))


def test_a_touch_paints_too_and_does_not_scroll_the_page(boot):
    wire = boot.page.context.new_cdp_session(boot.page)
    top = boot.paper.bounding_box()["y"]
    for kind, place in [("touchStart", (0.2, 0.3)), ("touchMove", (0.5, 0.6)), ("touchEnd", None)]:
        points = [dict(zip("xy", boot.at(*place), strict=True))] if place else []
        wire.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
    until(boot.page, lambda: boot.count, lambda n: n > 15)
    boot.settled()
    assert "dB" in boot.words("mean") and boot.paper.bounding_box()["y"] == top
    wire.detach()


def test_a_pen_paints_and_its_other_end_erases(boot):
    def stroke(buttons):
        for kind in ("pointerdown", "pointermove", "pointerup"):
            x, y = boot.at(0.5 if kind == "pointerdown" else 0.8, 0.5)
            boot.paper.evaluate(
                """(paper, [kind, x, y, buttons]) => {
                paper.setPointerCapture = () => {};
                paper.dispatchEvent(new PointerEvent(kind, {pointerId: 7, pointerType: "pen",
                    isPrimary: true, clientX: x, clientY: y, buttons, bubbles: true}));
                delete paper.setPointerCapture; }""",
                [kind, x, y, buttons],
            )

    stroke(1)
    until(boot.page, lambda: boot.count, lambda n: n > 15)
    stroke(32)
    until(boot.page, lambda: boot.count, lambda n: n == 0)


def test_undo_redo_erase_and_clear_go_to_python_as_well(boot):
    boot.drag((0.3, 0.3), (0.6, 0.3))
    one = boot.count
    boot.drag((0.3, 0.7), (0.6, 0.7))
    two = boot.count
    assert two > one > 0
    boot.press("Undo")
    assert boot.count == one
    boot.press("Redo")
    assert boot.count == two
    boot.press("Erase")
    boot.drag((0.2, 0.7), (0.8, 0.7))
    boot.press("Paint")
    assert boot.count <= one
    boot.press("Clear")
    until(boot.page, lambda: boot.words("mean"), lambda words: words == "nothing to fill")
    assert boot.status == "Nothing to fill: paint a hole on the picture"
    boot.press("Undo")
    until(boot.page, lambda: boot.words("mean"), lambda words: "dB" in words)


def test_everything_can_be_done_by_key(boot):
    keys, cells = boot.page.keyboard, boot.cell.page.locator(".jp-CodeCell").count()
    boot.paper.focus()
    keys.press("Home")
    size = int(boot.cell.locator(".size").input_value())
    keys.press("]")
    assert int(boot.cell.locator(".size").input_value()) == size + 1
    keys.press("[")
    keys.press("Space")
    one = boot.count
    assert 0 < one <= size * size
    keys.down(" ")
    for _ in range(6):
        keys.press("ArrowRight")
    keys.up(" ")
    line = boot.count
    assert line > one + 6
    keys.press("Control+z")
    assert boot.count == one
    keys.press("Control+y")
    assert boot.count == line
    keys.press("Control+Shift+Z")
    assert boot.count == line
    keys.press("e")
    assert "Eraser at row 14" in boot.paper.get_attribute("aria-label")
    keys.press("Space")
    assert boot.count < line
    keys.press("e")
    keys.press("Shift+ArrowDown")
    assert "Brush at row 18" in boot.paper.get_attribute("aria-label")
    until(boot.page, lambda: boot.words("harmonic"), lambda words: "dB" in words)
    keys.press("Delete")
    assert boot.count == 0
    assert boot.page.locator(".jp-CodeCell").count() == cells  # the notebook heard none of them


def test_the_newest_stroke_wins_over_a_slow_method_and_quick_fills_come_first(lesson, boot, work):
    slow = boot.cell.get_by_label("slow mean", exact=True)
    boot.drag((0.4, 0.4), (0.6, 0.4))
    boot.settled()
    slow.check()
    until(boot.page, lambda: boot.words("slow mean"), lambda words: " dB, 1.5 s" in words)
    hold, before = work / "hold", boot.pixels("harmonic")
    hold.touch()
    try:
        boot.drag((0.3, 0.45), (0.7, 0.45))
        until(boot.page, (work / "begun").exists, bool)
        held = boot.count
        # The slow method does not keep it waiting.
        until(boot.page, lambda: boot.pixels("harmonic"), lambda now: now != before)
        for row in (0.5, 0.55, 0.6, 0.65, 0.7, 0.75):
            boot.drag((0.3, row), (0.7, row))
    finally:
        hold.unlink()  # else the kernel waits for ever
    boot.settled()
    last = boot.count
    slow.uncheck()
    boot.settled()
    cell = lesson.cell('print("calls", calls')
    lesson.run(cell)
    said = cell.locator(".jp-OutputArea-output").last.text_content()
    calls = [int(n) for n in re.search(r"\[(.*)\]", said)[1].split(", ")]
    assert calls[-1] == last and f"holes {last} " in said
    assert len(calls) - calls.index(held) <= 3  # of six strokes meanwhile, two fills at most


def test_a_method_that_cannot_says_why_in_its_tile_and_the_others_go_on(boot):
    boot.cell.locator(".size").fill("14")
    for row in (0.1, 0.5, 0.9):
        boot.drag((0.0, row), (1.0, row))
    until(boot.page, lambda: boot.words("harmonic"), lambda words: "needs a known pixel" in words)
    assert boot.count == 28 * 28
    boot.cell.locator(".size").fill("3")


def picture_file(tmp_path, shape, name="mine.png"):
    noise = np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)
    Image.fromarray(noise).save(tmp_path / name, compress_level=0)
    return tmp_path / name


def test_your_own_picture_is_opened_however_large_and_filled(lesson, tmp_path):
    photo = Painting(lesson, "photo_brush = ")
    large = picture_file(tmp_path, (2000, 2400, 3))
    assert large.stat().st_size > 11e6  # more than one message holds
    photo.cell.locator("input[type=file]").set_input_files(large)
    until(photo.page, lambda: photo.note, lambda words: "reduced to 512 x 427" in words)
    assert photo.cell.locator("select").input_value() == "yours: mine.png"
    photo.settled()
    assert "dB" in photo.words("harmonic")
    photo.drag((0.2, 0.2), (0.3, 0.2))
    photo.settled()
    photo.cell.locator("select").select_option("cat")
    until(photo.page, lambda: photo.paper.get_attribute("aria-label"), lambda s: "256 by 256" in s)
    photo.settled()
    assert "dB" in photo.words("harmonic")


def test_a_small_network_gets_a_small_grey_picture(boot, tmp_path):
    file = picture_file(tmp_path, (300, 400, 3))
    boot.cell.locator("input[type=file]").set_input_files(file)
    until(boot.page, lambda: boot.note, lambda words: "its middle cut out and brought" in words)
    assert "to 28 x 28" in boot.note and "turned grey" in boot.note


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("notes.txt", b"no picture at all", "notes.txt is no picture"),
        ("empty.png", b"", "empty.png is empty"),
        ("drawing.svg", b"<svg xmlns='x'></svg>", "no PDF, SVG, HEIC"),
        ("huge.png", bytes(51_000_000), "huge.png has 51 MB"),
    ],
)
def test_a_file_that_is_no_picture_is_refused_and_the_kernel_lives(
    boot, tmp_path, name, data, said
):
    (tmp_path / name).write_bytes(data)
    boot.cell.locator("input[type=file]").set_input_files(tmp_path / name)
    until(boot.page, lambda: boot.note, lambda words: said in words)
    boot.drag((0.4, 0.4), (0.6, 0.4))
    until(boot.page, lambda: boot.words("mean"), lambda words: "dB" in words)


def test_a_dropped_file_is_opened(boot):
    stream = io.BytesIO()
    Image.new("L", (28, 28), 90).save(stream, "png")
    boot.paper.evaluate(
        """(paper, bytes) => { const data = new DataTransfer();
        data.items.add(new File([new Uint8Array(bytes)], "dropped.png", {type: "image/png"}));
        paper.dispatchEvent(new DragEvent("drop", {dataTransfer: data, bubbles: true})); }""",
        list(stream.getvalue()),
    )
    until(boot.page, lambda: boot.note, lambda words: "dropped.png: 28 x 28 pixels" in words)


def test_quick_fills_follow_while_the_stroke_is_still_being_painted(boot):
    boot.drag((0.2, 0.8), (0.3, 0.8))
    boot.settled()
    before = boot.pixels("harmonic")
    boot.page.mouse.move(*boot.at(0.3, 0.5))
    boot.page.mouse.down()
    boot.page.mouse.move(*boot.at(0.7, 0.6), steps=8)
    until(boot.page, lambda: boot.pixels("harmonic"), lambda now: now != before)
    boot.page.mouse.up()


def test_a_round_of_quick_fills_at_the_strokes_end_is_less_than_half_a_second_of_work(boot):
    def end_stroke():
        boot.page.mouse.up()
        boot.page.evaluate("window.filled")

    boot.drag((0.3, 0.8), (0.4, 0.8))
    boot.settled()
    worked = []
    for column in (0.3, 0.4, 0.5, 0.6, 0.7):
        boot.page.mouse.move(*boot.at(column, 0.4))
        boot.page.mouse.down()
        boot.cell.evaluate(FILLED)
        worked.append(kernels_work(end_stroke))
    assert sorted(worked)[2] < 0.5


def test_a_fill_is_seen_large_and_painting_brings_the_picture_back(boot):
    boot.drag((0.3, 0.5), (0.7, 0.5))
    boot.settled()
    look = boot.tile("mean").get_by_role("button")
    look.click()
    assert look.get_attribute("aria-pressed") == "true"
    boot.drag((0.3, 0.6), (0.7, 0.6))
    assert look.get_attribute("aria-pressed") == "false"


def test_after_all_this_the_kernel_still_answers_and_nothing_was_complained_of(lesson, boot):
    cell = lesson.cell('print("calls", calls')
    lesson.run(cell)
    assert "holes 0 " in cell.locator(".jp-OutputArea-output").last.text_content()
    assert lesson.errors() == []

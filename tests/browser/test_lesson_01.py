import json
import re
import subprocess
import sys

import pytest

from learnkit.course import lab
from learnkit.exercises import progress
from tests.browser import axe
from tests.browser.notebook import until, work_for_picture

pytestmark = pytest.mark.browser
NAME = "01_mse_by_hand.ipynb"
RIGHT = "return np.mean((pred - target) ** 2)"


@pytest.fixture
def parabola(lesson):
    """The widget's cell, with its slider at a grey where everything can move."""
    cell = lesson.cell("parabola.explore")
    cell.locator("img:visible").wait_for()
    return cell


def test_run_all_reaches_the_end_of_an_unsolved_lesson_and_every_exercise_is_not_attempted(lesson):
    assert lesson.errors() == []
    verdicts = lesson.verdicts()
    assert len(verdicts) == 4
    for verdict, name in zip(
        verdicts, ("mse_loss", "numerical_grad", "mse_loss_grad", "psnr"), strict=True
    ):
        assert f"{name}: not attempted" in verdict
        assert f"{name}: not attempted" in lesson.cell(f"def {name}(").text_content()


def test_axe_finds_nothing_serious_in_what_the_lesson_shows(lesson):
    assert axe.findings(lesson.page) == []


def test_the_slider_follows_the_mouse_and_so_do_the_picture_and_its_words(lesson, parabola):
    handle = parabola.locator("[role=slider]")
    before = lesson.picture(parabola)
    box = handle.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    lesson.page.mouse.move(x, y)
    lesson.page.mouse.down()
    lesson.page.mouse.move(x - 60, y, steps=6)
    lesson.page.mouse.move(x - 120, y, steps=6)
    lesson.page.mouse.up()
    reached = float(parabola.locator(".widget-readout").inner_text())
    after = until(
        lesson.page,
        lambda: lesson.picture(parabola),
        lambda seen: f"grey {reached:.2f}" in seen["alt"],
    )
    assert reached < 0.85
    assert after["src"] != before["src"] and after["wide"] > 0


@pytest.mark.parametrize(("key", "way"), [("ArrowLeft", -0.01), ("ArrowRight", +0.01)])
def test_an_arrow_key_moves_the_slider_by_one_step_and_the_picture_follows_at_once(
    lesson, parabola, key, way
):
    handle = parabola.locator("[role=slider]")
    handle.focus()
    lesson.page.keyboard.press(key)  # the first drawing is slower, and no student counts it
    began = float(parabola.locator(".widget-readout").inner_text())
    until(lesson.page, lambda: lesson.picture(parabola)["alt"], lambda a: f"{began:.2f}" in a)
    worked = []
    for step in (1, 2, 3, 4, 5):
        before = lesson.picture(parabola)
        worked.append(work_for_picture(lesson.page, parabola.locator(".widget-vbox"), key))
        after = lesson.picture(parabola)
        assert f"grey {began + step * way:.2f}" in after["alt"]
        assert after["src"] != before["src"]
    assert max(worked) < 1  # second of the kernel, so that the picture follows at once


def test_a_wrong_answer_is_told_why_and_the_right_one_is_told_so(lesson):
    cell = lesson.answer("mse_loss", "return np.sum((pred - target) ** 2)")
    verdict = cell.locator("[role=status]")
    assert verdict.is_visible()
    assert "mse_loss: incorrect" in verdict.inner_text() and "You summed" in verdict.inner_text()
    assert "expected" in verdict.inner_text()
    lesson.answer("mse_loss", RIGHT, key_by_key=True)
    assert verdict.is_visible()
    assert "mse_loss: correct" in verdict.inner_text()
    assert "learnkit's own" not in verdict.inner_text()


def test_a_slip_of_syntax_stops_nobody_and_its_sentence_says_what_goes_on(lesson):
    cell = lesson.answer("mse_loss", "return np.mean((pred - target) ** 2")
    assert lesson.errors() == []  # an error would stop Run All; the verdict says it instead
    verdict = cell.locator("[role=status]")
    assert verdict.is_visible()
    assert "SyntaxError" in verdict.inner_text()
    assert "goes on with learnkit's own mse_loss" in verdict.inner_text()
    user = lesson.cell("mse_loss(picture, face)")
    lesson.run(user)
    assert user.locator(".jp-OutputArea").inner_text().count("MSE 0.0100") == 3
    lesson.answer("mse_loss", RIGHT)
    assert lesson.errors() == []


def test_what_was_done_is_remembered_and_a_new_version_of_the_course_leaves_it_alone(
    lesson, work, tmp_path, monkeypatch
):
    cell = lesson.answer("mse_loss", RIGHT)
    assert "mse_loss: correct" in cell.locator("[role=status]").inner_text()
    entry = json.loads((work / ".learnkit/progress.json").read_text())["mse_loss"]
    assert progress.is_done(entry)
    command = [sys.executable, "-m", "learnkit", "progress", str(work)]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert re.search(r"^  done +mse_loss\b", said, re.M), said

    lesson.save()
    mine = work / NAME
    until(lesson.page, mine.read_text, lambda text: RIGHT in text)
    saved = mine.read_bytes()
    assert lab.prepare(work) == []  # what the next `learnkit lab` does first
    assert mine.read_bytes() == saved

    newer = json.loads((lab.lesson_folder() / NAME).read_bytes())
    newer["cells"][0]["source"] = "# a new first line"
    (tmp_path / NAME).write_text(json.dumps(newer))
    monkeypatch.setattr(lab, "lesson_folder", lambda: tmp_path)
    assert "you have changed it, so it stays" in " ".join(lab.prepare(work))
    assert mine.read_bytes() == saved

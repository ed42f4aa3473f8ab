import re

import pytest

from tests.browser import axe
from tests.browser.notebook import until

pytestmark = pytest.mark.browser
NAME = "08_vae_synthesis.ipynb"


def test_run_all_reaches_the_end_of_an_unsolved_lesson_and_every_exercise_is_not_attempted(lesson):
    assert lesson.errors() == []
    assert lesson.statuses() == [
        ("reparameterize", "not attempted"),
        ("kl_divergence", "not attempted"),
        ("negative_elbo", "not attempted"),
        ("interpolate", "not attempted"),
    ]


def test_axe_finds_nothing_serious_in_what_the_lesson_shows(lesson):
    assert axe.findings(lesson.page) == []


def pixels(picture) -> str:
    return picture.evaluate("canvas => canvas.toDataURL()")


def test_the_point_is_dragged_over_the_atlas_and_the_garment_changes(lesson):
    widget = lesson.cell("latent.explore(decode, ")
    plane, picture = widget.locator("canvas.map"), widget.locator("canvas.picture")
    plane.scroll_into_view_if_needed()
    before, box = pixels(picture), plane.bounding_box()
    at = [(box["x"] + share * box["width"], box["y"] + 0.3 * box["height"]) for share in (0.5, 0.9)]
    lesson.page.mouse.move(*at[0])
    lesson.page.mouse.down()
    lesson.page.mouse.move(*at[1], steps=12)
    lesson.page.mouse.up()
    until(lesson.page, lambda: pixels(picture), lambda now: now != before)
    x = re.search(r"\((-?[\d.]+), ", widget.locator("output").first.text_content())[1]
    assert float(x) > 1.5


def test_the_point_is_moved_by_key_and_the_label_says_where_it_is(lesson):
    widget = lesson.cell("latent.explore(decode, ")
    plane, picture = widget.locator("canvas.map"), widget.locator("canvas.picture")
    plane.focus()
    lesson.page.keyboard.press("Home")
    until(lesson.page, lambda: plane.get_attribute("aria-label"), lambda s: "at 0.00, 0.00" in s)
    before = pixels(picture)
    lesson.page.keyboard.press("Shift+ArrowRight")
    until(lesson.page, lambda: pixels(picture), lambda now: now != before)
    assert "at 0.50, 0.00" in plane.get_attribute("aria-label")


def test_emoji_are_explored_in_colour(lesson):
    widget = lesson.cell("latent.explore(decode_emoji")
    picture = widget.locator("canvas.picture")
    widget.locator("canvas.map").focus()
    before = pixels(picture)
    lesson.page.keyboard.press("Shift+ArrowUp")
    until(lesson.page, lambda: pixels(picture), lambda now: now != before)


def test_a_variance_in_place_of_a_spread_meets_its_own_sentence(lesson):
    cell = lesson.answer(
        "reparameterize",
        "return mean + log_var.exp() * torch.randn(mean.shape, generator=generator)",
    )
    status = cell.locator("[role=status]")
    until(lesson.page, status.text_content, lambda text: "incorrect" in text)
    assert "half" in status.text_content() or "variance" in status.text_content()

import re

import pytest

from tests.browser import axe
from tests.browser.notebook import work_for_picture

pytestmark = pytest.mark.browser
NAME = "05_backpropagation_by_hand.ipynb"


def test_run_all_reaches_the_end_of_an_unsolved_lesson_and_every_exercise_is_not_attempted(lesson):
    assert lesson.errors() == []
    assert lesson.statuses() == [
        ("multiply", "not attempted"),
        ("divide", "not attempted"),
        ("topological_order", "not attempted"),
        ("linear_grad", "not attempted"),
        ("bias_grad", "not attempted"),
        ("relu_grad", "not attempted"),
        ("two_layer_gradients", "not attempted"),
    ]


def test_axe_finds_nothing_serious_in_what_the_lesson_shows(lesson):
    assert axe.findings(lesson.page) == []


def test_the_graph_is_stepped_backward_by_key_until_every_slope_is_there(lesson):
    widget = lesson.cell("graph.explore(")
    widget.locator("img:visible").wait_for()
    assert "forward: the values" in lesson.picture(widget)["alt"]
    widget.locator("[role=slider]").focus()
    for step in range(1, 6):
        assert work_for_picture(lesson.page, widget.locator(".widget-vbox"), "ArrowRight") < 1
        assert f"step {step}: " in lesson.picture(widget)["alt"]
    slopes = dict(re.findall(r"(\w+) (-?[\d.]+\d)[,.]", lesson.picture(widget)["alt"]))
    assert float(slopes["w"]) == pytest.approx(1.485, abs=1e-3)
    assert float(slopes["x"]) == pytest.approx(0.3712, abs=1e-3)


def test_an_order_that_calls_itself_too_deep_meets_its_own_sentence(lesson):
    answer = (
        "return [n for i in root.inputs for n in topological_order(i)] + [root] "
        "if len(root.inputs) == 1 else [*dict.fromkeys(root.inputs), root]"
    )
    cell = lesson.answer("topological_order", answer)
    assert "incorrect" in cell.locator("[role=status]").text_content()


def test_the_challenge_begins_with_a_score(lesson):
    (score,) = lesson.scores()
    assert (
        score.startswith("★ paint: ")
        and "16.85 dB in the holes of three" in score
        and "▸ yours" in score
    )

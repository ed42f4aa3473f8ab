import pytest

from learnkit.speed.roofline import Ceilings, Work
from learnkit.widgets.roofline import Point, explore, scene

ROOFS = {"float32": Ceilings(100e9, 20e9), "bfloat16": Ceilings(200e9, 20e9)}
POINTS = {
    "gate": [
        Point(1, Work(1_000_000, 10_000_000), 1e-3),
        Point(16, Work(16_000_000, 160_000_000), 1e-2),
    ],
    "convolution": [Point(1, Work(10**9, 10**8), 2e-2), Point(16, Work(16 * 10**9, 10**9), 2e-1)],
}


def test_the_chosen_point_lies_under_its_roof_with_its_share_in_the_caption():
    stage = scene(ROOFS, POINTS)
    fig = stage.stage()
    up, marked, title = stage.actors(fig, operation="convolution", batch=1)
    assert marked.get_xdata()[0] == 16 and marked.get_ydata()[0] == pytest.approx(80)
    assert list(up.get_ydata()) == pytest.approx([80, 100])
    assert title.get_text() == "convolution, 16 pictures: 200 ms, 80 GFLOP/s, 80 % of the roof"
    labels = [text.get_text() for text in fig.axes[0].get_legend().get_texts()]
    assert labels == ["roof, float32", "roof, bfloat16", "gate", "convolution"]


def test_the_roofs_are_drawn_as_they_were_measured():
    ax = scene(ROOFS, POINTS).stage().axes[0]
    for line, roof in zip(ax.lines, ROOFS.values(), strict=False):
        for x, y in zip(*line.get_data(), strict=True):
            assert y == pytest.approx(roof.attainable(x) / 1e9)


@pytest.mark.parametrize(
    ("operation", "bound"), [("gate", "memory"), ("convolution", "arithmetic")]
)
def test_the_description_says_what_bounds(operation, bound):
    alt = scene(ROOFS, POINTS).alt(operation=operation, batch=0)
    assert f"where the {bound} bounds" in alt and f"{operation} with 1 picture has" in alt
    assert "20 GB/s and 100 GFLOP/s, which meet at 5 operations a byte" in alt


def test_a_choice_of_operation_and_a_slider_over_the_pictures():
    panel = explore(ROOFS, POINTS)
    assert panel.controls["operation"].options == ("gate", "convolution")
    assert [label for label, _ in panel.controls["batch"].options] == ["1", "16"]


@pytest.mark.errors
@pytest.mark.parametrize(
    ("roofs", "points"), [({}, POINTS), (ROOFS, {}), (ROOFS, {"gate": []})], ids=str
)
def test_nothing_to_draw_is_refused(roofs, points):
    with pytest.raises(ValueError, match="there must be a roof and one to 4 operations"):
        scene(roofs, points)

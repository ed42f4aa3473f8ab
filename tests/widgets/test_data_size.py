import numpy as np
import pytest

from learnkit.widgets.data_size import BySize, explore, scene

SIZES = [30, 100, 300]


def results(**changes):
    rng = np.random.default_rng(0)
    crowd = rng.random((3, 28, 28))
    parts = {
        "sizes": SIZES,
        "seen": [40.0, 23.0, 18.0],
        "unseen": [11.9, 12.9, 13.7],
        "cut": crowd * 0.5,
        "truth": crowd,
        "fills": [rng.random((3, 28, 28)) for _ in SIZES],
        "nearest": [rng.random((3, 28, 28)) for _ in SIZES],
    }
    return BySize(**parts | changes)


def test_each_frame_marks_its_size_on_both_curves_and_shows_its_fills_beside_the_nearest():
    shown = results()
    stage = scene(shown)
    for i, size in enumerate(SIZES):
        fig = stage.stage()
        line, seen, unseen, title, *pictures = stage.actors(fig, frame=i)
        assert set(line.get_xdata()) == {size} and title.get_text() == f"{size} training pictures"
        assert (seen.get_ydata()[0], unseen.get_ydata()[0]) == (shown.seen[i], shown.unseen[i])
        for row in range(3):
            fill, nearest = pictures[2 * row : 2 * row + 2]
            np.testing.assert_array_equal(fill.get_array(), shown.fills[i][row])
            np.testing.assert_array_equal(nearest.get_array(), shown.nearest[i][row])
    heads = [text.get_text() for axes in fig.axes[1:5] for text in axes.texts]
    assert heads == ["with a hole", "its fill", "nearest seen", "truth"]


def test_the_description_tells_both_curves_at_this_size():
    alt = scene(results()).alt(frame=1)
    assert "learned from 100 pictures" in alt and "23.0 dB and in others with 12.9 dB" in alt
    assert "From 30 to 300 pictures the first goes from 40.0 to 18.0 dB" in alt


def test_a_slider_goes_over_the_sizes():
    panel = explore(results())
    assert panel.controls["frame"].max == 2


@pytest.mark.errors
@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"seen": [1.0]}, "3 sizes, 1 seen, 3 unseen, 3 fills, 3 nearest"),
        ({"sizes": [], "seen": [], "unseen": [], "fills": [], "nearest": []}, "a size at least"),
        ({"truth": np.zeros((3, 28, 27))}, "must have one shape"),
    ],
)
def test_results_that_do_not_fit_together_are_refused(changes, words):
    with pytest.raises(ValueError, match=words):
        scene(results(**changes))

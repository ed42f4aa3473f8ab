import numpy as np
import pytest

from learnkit.images.ring import centres
from learnkit.widgets.walks import FRAMES, LINES, Walks, at, explore, scene


def walk(steps, *, bend=0.0, n=120):
    """Points on straight ways to the blobs, which may bend in between."""
    rng = np.random.default_rng(0)
    start, end = rng.normal(size=(n, 2)), centres()[np.arange(n) % 8]
    t = np.linspace(0, 1, steps + 1)[:, None, None]
    return (1 - t) * start + t * end + bend * t * (1 - t)


def walks(**states):
    given = {"curved": {1: walk(1) + 9, 4: walk(4, bend=1.0)}, "straight": {1: walk(1), 4: walk(4)}}
    return Walks(given | states, np.repeat(centres(), 5, axis=0))


def test_the_points_stand_between_two_states_and_their_way_so_far_is_drawn():
    stage, states = scene(walks()), walk(4, bend=1.0)
    fig = stage.stage()
    trail, dots, marker, title, told = stage.actors(fig, "curved", 4, 12)  # t = 0.6
    now = 0.6 * states[2] + 0.4 * states[3]
    np.testing.assert_allclose(np.transpose(dots.get_data()), now, atol=1e-9)
    segments = trail.get_segments()
    assert len(segments) == LINES
    np.testing.assert_allclose(segments[5], [*states[:3, 5], now[5]])
    assert title.get_text() == "t = 0.60" and told.get_text() == "curved, 4 steps: 100 % arrive"
    assert (marker.get_xdata()[0], marker.get_ydata()[0]) == (4, 100)


@pytest.mark.parametrize("steps", [1, 3, 8])
def test_at_the_ends_of_time_the_points_are_where_the_walk_begins_and_ends(steps):
    states = walk(steps, bend=0.5)
    np.testing.assert_allclose(at(states, 0.0), states[0])
    np.testing.assert_allclose(at(states, 1.0), states[-1])


def test_both_curves_show_how_many_arrive_by_steps():
    shown = walks()
    assert shown.shares == {"curved": [0.0, 1.0], "straight": [1.0, 1.0]}
    _, ax = scene(shown).stage().axes
    lines = {line.get_label(): line.get_ydata().tolist() for line in ax.lines}
    assert lines == {"curved": [0, 100], "straight": [100, 100]}
    assert [text.get_text() for text in ax.get_xticklabels()] == ["1", "4"]


def test_the_description_tells_the_time_the_flow_and_who_arrives():
    alt = scene(walks()).alt("curved", 1, FRAMES - 1)
    assert "120 points at the time 1.00" in alt and 'by the flow "curved" in 1 step' in alt
    assert "curved 0 %; straight 100 %" in alt


def test_menus_choose_flow_and_steps_and_the_film_begins_at_the_noise():
    panel = explore(walks())
    assert panel.values == {"flow": "curved", "steps": 4, "frame": 0}
    before = panel.picture.value
    panel.controls["flow"].value = "straight"
    assert panel.picture.value != before and "flow &quot;straight&quot;" in panel.picture.value
    assert panel.controls["frame"].max == FRAMES - 1


@pytest.mark.errors
@pytest.mark.parametrize(
    ("states", "words"),
    [
        ({"straight": {1: walk(1)}}, "walked in the same numbers of steps"),
        ({"curved": {}, "straight": {}}, "walked in the same numbers of steps"),
        ({"straight": {1: walk(1), 4: walk(3)}}, r"straight in 4 steps must be \(5, n, 2\)"),
    ],
)
def test_walks_that_cannot_be_compared_are_refused(states, words):
    with pytest.raises(ValueError, match=words):
        scene(walks(**states))

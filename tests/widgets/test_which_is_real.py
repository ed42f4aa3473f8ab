import re

import numpy as np
import pytest

from learnkit.images.preference import preference_interval
from learnkit.widgets import which_is_real

REAL = np.linspace(0.6, 1.0, 6)[:, None, None] * np.ones((6, 4, 4))
MADE = np.linspace(0.0, 0.4, 8)[:, None, None] * np.ones((8, 4, 4))


def is_real(picture):
    return picture.mean() > 0.5


def test_each_pair_has_one_of_each_and_says_where_the_real_one_is():
    found = list(which_is_real.pairs(REAL, MADE))
    assert len(found) == 6
    for left, right, side in found:
        assert is_real(left) == (side == "left") and is_real(right) == (side == "right")
    assert len({float(l.mean() if s == "left" else r.mean()) for l, r, s in found}) == 6  # noqa: E741
    assert {side for _, _, side in found} == {"left", "right"}


def test_a_seed_gives_one_order_and_another_another():
    def sides(seed):
        return [side for _, _, side in which_is_real.pairs(REAL, MADE, seed)]

    assert sides(1) == sides(1)
    assert any(sides(1) != sides(seed) for seed in range(2, 6))


def test_answers_are_counted_and_the_interval_is_wilsons():
    test = which_is_real.explore(REAL, MADE)
    for number, right in enumerate((True, True, False), start=1):
        real = test.pair[2]
        other = "left" if real == "right" else "right"
        test.buttons[real if right else other].click()
        assert test.trials == number
        assert test.said.value.startswith(
            '<p role="status">' + ("Right. " if right else "No, the ")
        )
    assert (test.wins, test.trials) == (2, 3)
    low, high = (
        float(x) for x in re.findall(r"interval is (\d+) % to (\d+) %", test.said.value)[0]
    )
    expected = preference_interval(2, 3)
    assert (low, high) == pytest.approx([100 * x for x in expected], abs=0.5)


def test_at_the_end_the_buttons_rest_and_the_result_stays():
    test = which_is_real.explore(REAL, MADE)
    for _ in range(6):
        test.choose(test.pair[2])
    assert test.wins == test.trials == 6
    assert all(button.disabled for button in test.buttons.values())
    assert "That was the last pair. 6 of 6 right" in test.said.value


@pytest.mark.parametrize(
    ("wins", "trials", "means"),
    [
        (0, 0, "Nothing is known yet"),
        (6, 10, "guessing would explain your answers"),
        (19, 20, "you can tell them apart"),
        (1, 20, "take the made ones for real"),
    ],
)
def test_the_words_say_what_the_interval_means(wins, trials, means):
    assert means in which_is_real.words(wins, trials)


def test_the_words_for_the_picture_do_not_tell_which_is_real():
    for seed in range(4):
        test = which_is_real.explore(REAL, MADE, seed)
        assert test._alt() == which_is_real.explore(REAL, MADE, seed + 10)._alt()


def test_without_a_kernel_the_pair_is_there():
    data, _ = which_is_real.explore(REAL, MADE)._repr_mimebundle_()
    assert "side by side" in data["text/plain"] and data["image/png"]


@pytest.mark.errors
def test_crowds_that_would_give_themselves_away_are_refused():
    with pytest.raises(ValueError, match="must be of one size"):
        which_is_real.explore(REAL, np.zeros((3, 5, 5)))
    with pytest.raises(ValueError, match="made must be pictures"):
        which_is_real.explore(REAL, np.zeros((4, 4)))
    with pytest.raises(ValueError, match="made"):
        which_is_real.explore(REAL, 255 * REAL)

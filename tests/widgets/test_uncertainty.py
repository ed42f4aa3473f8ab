import numpy as np
import pytest

from learnkit.widgets.uncertainty import Case, explore, scene, words


def case(**changes):
    """A hole of four pixels; in two of them the mean is off, in one of these it is uncertain."""
    parts = {
        "truth": np.full((3, 4), 0.5),
        "mean": np.full((3, 4), 0.5),
        "uncertainty": np.zeros((3, 4)),
        "hole": np.zeros((3, 4), bool),
    }
    parts["hole"][1] = True
    parts["mean"][1, :2] = 0.8, 0.3
    parts["uncertainty"][1] = 0.2, 0.01, 0.06, 0.0
    return Case(**parts | changes)


def test_what_is_tinted_is_above_the_limit_and_in_the_hole():
    everywhere = case(uncertainty=np.full((3, 4), 0.2))
    drawn = scene({"one": case(), "everywhere": everywhere})
    for name, limit, tinted in (
        ("one", 0.05, [True, False, True, False]),
        ("one", 0.1, [True, False, False, False]),
        ("everywhere", 0.1, [True] * 4),
    ):
        layer, _ = drawn.actors(drawn.stage(case=name), case=name, limit=limit)
        alpha = np.asarray(layer.get_array())[..., 3] > 0
        assert alpha[1].tolist() == tinted and not alpha[[0, 2]].any()


def test_it_counts_the_tinted_pixels_and_the_wrong_ones_among_them():
    assert words(case(), 0.05) == "uncertainty above 0.05: 2 of 4 pixels, 1 of the 2 wrong ones"
    assert words(case(), 0.0) == "uncertainty above 0.00: 3 of 4 pixels, 2 of the 2 wrong ones"
    drawn = scene({"one": case()})
    _, title = drawn.actors(drawn.stage(case="one"), case="one", limit=0.05)
    assert title.get_text() == words(case(), 0.05)
    assert words(case(), 0.05) in drawn.alt(case="one", limit=0.05)


def test_a_pixel_that_is_known_is_never_wrong():
    changed = case().mean.copy()
    changed[0] = 0.0
    assert case(mean=changed).wrong.sum() == 2


def test_each_case_has_its_own_pictures():
    bright = case(truth=np.full((3, 4), 0.9))
    drawn = scene({"one": case(), "bright": bright})
    first = drawn.stage(case="bright").axes[0].images[0].get_array()
    np.testing.assert_array_equal(first, bright.truth)


def test_a_case_and_a_limit_can_be_chosen():
    panel = explore({"one": case(), "two": case()}, limit=0.1)
    assert panel.values == {"case": "one", "limit": 0.1}
    before = panel.picture.value
    panel.controls["limit"].value = 0.0
    assert panel.picture.value != before


@pytest.mark.errors
@pytest.mark.parametrize(
    ("cases", "text"),
    [
        ({}, "there is no case"),
        ({"one": case(truth=np.zeros((2, 4)))}, "all of one shape"),
        ({"one": case(hole=np.zeros((3, 3), bool))}, "hole"),
        ({"one": case(uncertainty=np.full((3, 4), np.nan))}, "hold NaN"),
    ],
)
def test_cases_that_do_not_fit_together_are_refused(cases, text):
    with pytest.raises(ValueError, match=text):
        explore(cases)

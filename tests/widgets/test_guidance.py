import numpy as np
import pytest

from learnkit.widgets.guidance import Guided, explore, scene

NAMES = ["Dress", "Bag", "Shirt"]


def guided(**changes):
    rng = np.random.default_rng(0)
    width = np.array([1.0, 0.5, 0.1, 0.0]).reshape(4, 1, 1, 1, 1)
    parts = {
        "scales": [0.0, 1.0, 3.0, 8.0],
        "names": NAMES,
        "pictures": 0.5 + width * (rng.random((4, 3, 6, 28, 28)) - 0.5),
        "recognised": np.linspace(0.1, 1, 12).reshape(4, 3),
    }
    return Guided(**parts | changes)


def test_each_kind_and_scale_shows_its_pictures_and_marks_both_curves():
    shown = guided()
    stage = scene(shown)
    for kind in range(3):
        fig = stage.stage(kind=kind)
        above, below = fig.axes[-2:]
        np.testing.assert_allclose(above.lines[0].get_ydata(), shown.recognised[:, kind])
        np.testing.assert_allclose(below.lines[0].get_ydata(), shown.spread[:, kind])
        *pictures, title, first, second, told, apart = stage.actors(fig, kind=kind, scale=2)
        for drawn, picture in zip(pictures, shown.pictures[2, kind], strict=True):
            np.testing.assert_array_equal(drawn.get_array(), picture)
        assert title.get_text() == f"{NAMES[kind]}, scale 3"
        assert first.get_ydata()[0] == shown.recognised[2, kind]
        assert second.get_ydata()[0] == shown.spread[2, kind]
        assert told.get_text().endswith("% recognised") and apart.get_text().startswith("spread")


def test_the_spread_is_0_where_all_pictures_of_a_kind_are_one_and_grows_as_they_differ():
    spread = guided().spread
    assert spread.shape == (4, 3) and np.allclose(spread[3], 0)
    assert (spread[0] > spread[1]).all() and (spread[1] > spread[2]).all()


def test_the_description_tells_both_numbers_here_and_from_end_to_end():
    shown = guided()
    alt = scene(shown).alt(kind=1, scale=2)
    assert "6 garments of the kind Bag by guidance of the scale 3" in alt
    assert f"{100 * shown.recognised[2, 1]:.0f} % are recognised" in alt
    assert "From scale 0 to 8" in alt and "to 0.000" in alt


def test_a_menu_chooses_the_kind_and_a_slider_the_scale():
    panel = explore(guided(), kind=2, scale=1)
    assert panel.values == {"kind": 2, "scale": 1}
    panel.controls["scale"].value = 3
    assert "Shirt by guidance of the scale 8" in panel.picture.value
    panel.controls["kind"].value = 0
    assert "the kind Dress" in panel.picture.value


@pytest.mark.errors
@pytest.mark.parametrize(
    "changes", [{"names": NAMES[:2]}, {"scales": [1.0]}, {"recognised": np.zeros((4, 2))}]
)
def test_pictures_that_do_not_fit_their_kinds_and_scales_are_refused(changes):
    with pytest.raises(ValueError, match=r"scales and \d kinds: pictures must be"):
        scene(guided(**changes))

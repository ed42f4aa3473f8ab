import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize

from learnkit.fills.harmonic import biharmonic, harmonic
from learnkit.fills.total_variation import total_variation, variation
from learnkit.holes import draw
from learnkit.images.data import photograph


def by_definition(image):
    total = 0.0
    for y in range(len(image)):
        for x in range(len(image[0])):
            down = image[y + 1, x] - image[y, x] if y + 1 < len(image) else 0
            right = image[y, x + 1] - image[y, x] if x + 1 < len(image[0]) else 0
            total += np.hypot(down, right)
    return total


def test_the_variation_is_its_definition(rng):
    image = rng.random((5, 4))
    assert variation(image) == pytest.approx(by_definition(image))
    assert variation(np.stack([image] * 3, axis=2)) == pytest.approx(3 * variation(image))


def test_a_step_edge_goes_straight_on():
    image = np.zeros((20, 20))
    image[:, 9:] = 0.8
    hole = draw.box((20, 20), height=8, width=8)
    for edge in (image, image.T.copy()):
        filled = total_variation(draw.cut_hole(edge, hole), hole, tolerance=1e-6)
        np.testing.assert_allclose(filled, edge, atol=1e-2)


@settings(deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_of_a_line_the_variation_is_that_of_the_known_values_alone(seed):
    rng = np.random.default_rng(seed)
    line, hole = rng.random((1, 12)), rng.random((1, 12)) < 0.5
    hole[0, rng.integers(12)] = False
    filled = total_variation(line, hole, tolerance=1e-4)
    assert variation(filled) <= np.abs(np.diff(line[~hole])).sum() + 1e-4 * 12


@pytest.mark.parametrize("kind", ["box", "brush", "scatter"])
def test_no_other_fill_varies_less_by_more_than_the_tolerance(kind, rng):
    image = photograph("camera", height=40)
    hole = {
        "box": draw.box((40, 40), height=14, width=10),
        "brush": draw.brush((40, 40), strokes=3, width=4, seed=0),
        "scatter": draw.scatter((40, 40), fraction=0.5, seed=0),
    }[kind]
    filled = total_variation(image, hole)
    near = [filled.copy() for _ in range(20)]
    for other in near:
        other[hole] += 0.02 * rng.standard_normal(hole.sum())
    for other in [image, harmonic(image, hole), biharmonic(image, hole), *near]:
        assert variation(filled) <= variation(other) + 1e-3 * hole.sum()


def test_an_optimizer_of_a_smoothed_variation_finds_no_lower_energy(rng):
    image = rng.random((6, 6))
    hole = draw.box((6, 6), height=3, width=3)
    filled = total_variation(image, hole, tolerance=1e-6)

    def smoothed(values):
        x = image.copy()
        x[hole] = values
        slopes = np.zeros((2, 6, 6))
        slopes[0, :-1], slopes[1, :, :-1] = np.diff(x, axis=0), np.diff(x, axis=1)
        return np.sqrt((slopes**2).sum(axis=0) + 1e-10).sum()

    found = minimize(smoothed, np.full(9, 0.5), method="L-BFGS-B", bounds=[(0, 1)] * 9).fun
    assert variation(filled) <= found + 1e-5
    assert variation(filled) == pytest.approx(found, abs=2e-3)


def test_each_channel_is_filled_by_itself():
    image = photograph("astronaut", height=30)
    hole = draw.brush(image.shape, strokes=3, width=4, seed=1)
    filled = total_variation(image, hole)
    for channel in range(3):
        alone = total_variation(image[..., channel].copy(), hole)
        np.testing.assert_allclose(filled[..., channel], alone, atol=1e-12)


@pytest.mark.errors
def test_a_tolerance_that_is_not_positive_is_refused():
    with pytest.raises(ValueError, match="tolerance must be positive, got 0"):
        total_variation(np.zeros((3, 3)), np.eye(3, dtype=bool), tolerance=0.0)

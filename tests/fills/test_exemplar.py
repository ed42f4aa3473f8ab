import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from learnkit.fills.exemplar import exemplar
from learnkit.fills.harmonic import harmonic
from learnkit.fills.protocol import check_filled
from learnkit.holes import draw
from learnkit.images.data import photograph
from learnkit.images.metrics import psnr

ROOM = (14, 16)


def case(seed, colour):
    """A random picture in ten shades, and a hole of a few pixels somewhere in it."""
    rng = np.random.default_rng(seed)
    hole = np.zeros(ROOM, bool)
    top, left = rng.integers(0, 9), rng.integers(0, 11)
    hole[top : top + rng.integers(1, 6), left : left + rng.integers(1, 6)] = True
    return rng.integers(0, 11, (*ROOM, 3) if colour else ROOM) / 10, hole


@given(seed=st.integers(0, 2**32 - 1), colour=st.booleans(), drawn=st.booleans())
def test_it_keeps_the_law_and_every_pixel_of_the_fill_is_one_of_the_picture(seed, colour, drawn):
    image, hole = case(seed, colour)
    kept, kept_hole = image.copy(), hole.copy()
    generator = np.random.default_rng(0) if drawn else None
    filled = exemplar(image, hole, patch=3, generator=generator)
    check_filled(filled, image, hole)
    np.testing.assert_array_equal(image, kept)
    np.testing.assert_array_equal(hole, kept_hole)
    pixels = {tuple(np.atleast_1d(pixel)) for pixel in image[~hole]}
    assert {tuple(np.atleast_1d(pixel)) for pixel in filled[hole]} <= pixels
    image[hole] = 1 - image[hole]
    again = exemplar(image, hole, patch=3, generator=np.random.default_rng(0) if drawn else None)
    np.testing.assert_array_equal(again, filled)


@given(seed=st.integers(0, 2**32 - 1), colour=st.booleans())
def test_one_pixel_comes_from_the_patch_with_the_least_squared_distance(seed, colour):
    """Against two loops over all places."""
    image, _ = case(seed, colour)
    image = np.random.default_rng(seed).random(image.shape)  # no two patches are alike
    hole = np.zeros(ROOM, bool)
    hole[6, 7] = True
    known = ~hole[5:8, 6:9]
    best = (np.inf, None)
    for i in range(ROOM[0] - 2):
        for j in range(ROOM[1] - 2):
            if not hole[i : i + 3, j : j + 3].any():
                apart = (image[i : i + 3, j : j + 3] - image[5:8, 6:9])[known]
                best = min(best, (float((apart**2).sum()), (i, j)))
    i, j = best[1]
    np.testing.assert_array_equal(exemplar(image, hole, patch=3)[6, 7], image[i + 1, j + 1])


def test_an_edge_that_runs_into_the_hole_is_continued_before_the_flat_parts():
    """Two greys that meet in a line: with the edge first the line comes out on the other side."""
    image = np.where(np.arange(40)[:, None] < 20, 0.2, 0.8) * np.ones((1, 40))
    hole = draw.box(image.shape, height=14, width=14, top=9, left=13)
    np.testing.assert_array_equal(exemplar(image, hole, patch=5), image)


def test_a_wall_of_bricks_comes_out_sharper_and_nearer_than_by_the_harmonic_fill():
    wall = photograph("brick", height=200)
    hole = draw.box(wall.shape, height=40, width=40, top=60, left=100)
    smooth, copied = harmonic(wall, hole), exemplar(wall, hole, reach=60)
    assert psnr(copied, wall, hole=hole) > psnr(smooth, wall, hole=hole) + 1
    slope = [np.hypot(*np.gradient(image))[hole].mean() for image in (wall, smooth, copied)]
    assert slope[1] < 0.4 * slope[0] < 0.8 * slope[2]


def test_draws_differ_and_a_seed_repeats_them():
    grass = photograph("grass", height=128)
    hole = draw.box(grass.shape, height=12, width=12)
    first, again, other = (
        exemplar(grass, hole, patch=5, generator=np.random.default_rng(seed)) for seed in (0, 0, 1)
    )
    np.testing.assert_array_equal(first, again)
    assert (first != other)[hole].mean() > 0.2


def test_the_reach_limits_where_patches_come_from():
    """The only bright pixels are far away: with a short reach none is copied."""
    image = np.full((30, 60), 0.3)
    image[:, 50:] = 0.9
    image[10:13, 4:6] = 0.9  # the hole's surroundings look like the far away place
    hole = np.zeros(image.shape, bool)
    hole[10:13, 6:9] = True
    near = exemplar(image, hole, patch=3, reach=10)
    far = exemplar(image, hole, patch=3)
    assert near[hole].max() == 0.9 or (near[hole] == 0.3).all()
    assert (far[hole] == 0.9).sum() >= (near[hole] == 0.9).sum()


def test_a_hole_at_the_border_and_one_in_every_corner_is_filled():
    image = np.random.default_rng(0).random((20, 20))
    hole = np.zeros((20, 20), bool)
    for corner in ((0, 0), (0, 17), (17, 0), (17, 17)):
        hole[corner[0] : corner[0] + 3, corner[1] : corner[1] + 3] = True
    check_filled(exemplar(image, hole, patch=5), image, hole)


@pytest.mark.errors
@pytest.mark.parametrize(
    ("hole", "options", "words"),
    [
        (np.ones((9, 9), bool), {}, "covers every pixel"),
        (np.eye(9) > 0, {"patch": 4}, "odd number of pixels from 3 on, got 4"),
        (np.eye(9) > 0, {"patch": 1}, "odd number of pixels from 3 on, got 1"),
        (np.eye(9) > 0, {"patch": 3, "reach": -5}, "from 0 on, got -5"),
        (np.eye(9) > 0, {"patch": 11}, "no patch of 11 x 11 pixels is wholly known"),
        (np.indices((9, 9)).sum(axis=0) % 2 == 0, {"patch": 3}, "such as biharmonic"),
    ],
)
def test_what_cannot_be_filled_is_said(hole, options, words):
    with pytest.raises(ValueError, match=words):
        exemplar(np.zeros((9, 9)), hole, **options)

"""Holes to learn on: of the kinds and sizes that were asked for, and repeatable."""

import pytest
import torch

from learnkit.holes.batches import random_holes

MANY = {"box": 400, "half": 400, "scatter": 400, "strokes": 400}


def shares(kinds, *, wide=False, h=28, w=20):
    holes = random_holes(kinds, h, w, torch.Generator().manual_seed(0), wide=wide)
    assert holes.shape == (sum(kinds.values()), 1, h, w) and holes.dtype == torch.bool
    return holes.float().mean(dim=(1, 2, 3))


@pytest.mark.parametrize("wide", [False, True])
def test_every_hole_has_something_to_fill_and_leaves_something_known(wide):
    of_each = shares(MANY, wide=wide)
    assert of_each.min() > 0 and of_each.max() < 1


def test_everything_leaves_nothing():
    assert (shares({"everything": 3}) == 1).all()


@pytest.mark.parametrize(
    ("kind", "wide", "least", "most"),
    [
        ("box", False, 0.15**2, 0.8**2),
        ("box", True, 0.08**2, 0.92**2),
        ("half", False, 0.25, 0.75),
        ("half", True, 0.08, 0.92),
        ("scatter", False, 0.22, 0.78),
        ("scatter", True, 0.05, 0.95),
    ],
)
def test_sizes_span_what_is_promised(kind, wide, least, most):
    of_each = shares({kind: 2000}, wide=wide)
    assert least <= of_each.min() <= least + 0.12 and most - 0.12 <= of_each.max() <= most


@pytest.mark.parametrize("wide", [False, True])
def test_each_single_pixel_is_lost_as_often_as_any_other(wide):
    """The share that is lost is as likely below a half as above, so 0.5 of 2,000 for each."""
    holes = random_holes({"scatter": 2000}, 28, 28, torch.Generator().manual_seed(0), wide=wide)
    of_each = holes[:, 0].float().mean(dim=0)
    assert (of_each - 0.5).abs().max() < 6 * 0.5 / 2000**0.5  # six standard deviations


def test_tiny_holes_of_single_pixels_are_neither_empty_nor_full():
    of_each = shares({"scatter": 5000}, wide=True, h=2, w=2)
    assert of_each.min() > 0 and of_each.max() < 1


def test_halves_come_from_all_four_sides():
    halves = random_holes({"half": 200}, 28, 28, torch.Generator().manual_seed(0))[:, 0]
    corners = halves[:, [0, 0, -1, -1], [0, -1, 0, -1]]
    assert len({tuple(row.tolist()) for row in corners}) == 4
    assert (corners.sum(dim=1) == 2).all()


def test_kinds_come_in_the_order_asked_and_one_seed_gives_one_batch():
    a, b = (
        random_holes({"everything": 1, "box": 2}, 8, 8, torch.Generator().manual_seed(7))
        for _ in range(2)
    )
    assert torch.equal(a, b) and a[0].all() and not a[1:].flatten(1).all(dim=1).any()


@pytest.mark.errors
def test_an_unknown_kind_is_named():
    with pytest.raises(ValueError, match=r"unknown kinds of hole \['circle'\]; there are box, "):
        random_holes({"circle": 1}, 8, 8, torch.Generator())


def test_no_hole_at_all_is_named():
    with pytest.raises(ValueError, match="no hole to make"):
        random_holes({"box": 0}, 28, 28, torch.Generator())

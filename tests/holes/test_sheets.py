"""Damage to learn on: kinds, sizes, and that a seed repeats it."""

import pytest
import torch

from learnkit.holes.sheets import SHEET, damages, sheets

KINDS = {"lines": 60, "letters": 60, "blots": 60, "pixels": 60}


def drawn(kinds, h=64, w=64, seed=0):
    return damages(kinds, h, w, torch.Generator().manual_seed(seed))


@pytest.mark.parametrize("size", [(64, 64), (40, 64), (9, 8), (SHEET, SHEET)])
def test_every_hole_has_something_to_fill_and_leaves_something_known(size):
    holes = drawn(KINDS, *size)
    assert holes.shape == (240, 1, *size) and holes.dtype == torch.bool
    share = holes.float().mean(dim=(1, 2, 3))
    assert share.min() > 0 and share.max() < 1


def test_a_seed_gives_one_batch_and_pictures_have_pieces_of_their_own():
    a, b, c = drawn(KINDS), drawn(KINDS), drawn(KINDS, seed=1)
    assert torch.equal(a, b) and not torch.equal(a, c)
    assert len({hole.numpy().tobytes() for hole in a}) > 220


@pytest.mark.parametrize(("kind", "least", "most"), [("lines", 1, 8), ("blots", 8, 18)])
def test_strokes_are_as_wide_as_promised(kind, least, most):
    """The widest square that fits into any hole is as wide as its stroke, or where two cross."""
    sheet = sheets()[kind].float()[:, None]

    def fits(side):
        return (torch.nn.functional.avg_pool2d(sheet, side, stride=1) == 1).flatten(1).any(dim=1)

    assert fits(least).all()
    assert not fits(3 * most).any()


def test_lost_pixels_are_from_few_to_most():
    share = drawn({"pixels": 400}).float().mean(dim=(1, 2, 3))
    assert share.min() < 0.1 and 0.7 < share.max() < 0.85


def test_pieces_are_turned_and_mirrored():
    """Scratches and letters run one way on a sheet; in the pieces both ways are as many."""
    holes = drawn({"letters": 800}, 32, 32)[:, 0].float()
    along, across = ((holes.diff(dim=d) != 0).float().mean() for d in (1, 2))
    assert along.item() == pytest.approx(across.item(), rel=0.05)


@pytest.mark.errors
def test_what_cannot_be_drawn_is_named():
    with pytest.raises(ValueError, match=r"unknown damage \['rust'\]; there are lines, letters, b"):
        drawn({"rust": 1})
    with pytest.raises(ValueError, match="sheets are 256 x 256, got pictures of 300 x 64"):
        drawn(KINDS, 300, 64)

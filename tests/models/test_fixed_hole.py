import pytest
import torch

from learnkit.models.fixed_hole import FixedHoleFill

HOLE = torch.zeros(6, 6, dtype=torch.bool)
HOLE[2:4, 1:5] = True


@pytest.fixture
def pictures():
    return torch.rand(5, 1, 6, 6, generator=torch.Generator().manual_seed(0))


def test_what_pictures_hold_under_the_hole_changes_no_answer(pictures):
    model = FixedHoleFill(HOLE, 8)
    other = torch.where(HOLE, torch.rand_like(pictures), pictures)
    assert not torch.equal(pictures, other)
    assert torch.equal(model(pictures), model(other))


def test_known_and_missing_pixels_together_are_the_picture(pictures):
    model = FixedHoleFill(HOLE, 8)
    again = torch.empty_like(pictures)
    again[:, 0, ~HOLE], again[:, 0, HOLE] = model.known(pictures), model.missing(pictures)
    assert torch.equal(again, pictures)


def test_it_fills_the_hole_with_its_answer_and_leaves_known_pixels_bit_for_bit(pictures):
    model = FixedHoleFill(HOLE, 8)
    filled = model.fill(pictures)
    assert torch.equal(filled[:, 0, ~HOLE], pictures[:, 0, ~HOLE])
    assert torch.equal(filled[:, 0, HOLE], model(pictures).detach().clamp(0, 1))


def test_it_learns_by_heart_what_it_is_shown(pictures):
    torch.manual_seed(0)
    model = FixedHoleFill(HOLE, 64)
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
    for _ in range(200):
        optimizer.zero_grad()
        (model(pictures) - model.missing(pictures)).square().mean().backward()
        optimizer.step()
    torch.testing.assert_close(model.fill(pictures), pictures, atol=0.02, rtol=0)


def test_dropout_drops_in_train_mode_alone(pictures):
    model = FixedHoleFill(HOLE, 64, dropout=0.5)
    assert not torch.equal(model(pictures), model(pictures))
    model.eval()
    assert torch.equal(model(pictures), model(pictures))


@pytest.mark.errors
def test_pictures_of_another_size_are_refused(pictures):
    with pytest.raises(ValueError, match="made for pictures with 1 channel of 6 x 6"):
        FixedHoleFill(HOLE, 8)(pictures[:, :, :5])

import pytest
import torch
import torch.nn.functional as F

from learnkit.models.context_encoder import ContextEncoder


@pytest.mark.parametrize("shape", [(1, 28, 28), (3, 12, 8)])
def test_it_fills_holes_and_keeps_what_is_known_bit_for_bit(shape):
    torch.manual_seed(0)
    model, images = ContextEncoder(shape, latent=40), torch.rand(3, *shape)
    hole = torch.rand(3, 1, *shape[1:]) < 0.5
    hole[1], hole[2] = False, True
    hole[2, :, 0, 0] = False
    pred, filled = model(images, hole), model.fill(images, hole)
    assert pred.shape == images.shape and 0 <= pred.min() and pred.max() <= 1
    assert torch.equal(filled, torch.where(hole, pred, images)) and not filled.requires_grad
    assert torch.equal(model.fill(images.masked_fill(hole, torch.nan), hole), filled)


def test_all_that_it_knows_of_a_picture_is_its_few_numbers():
    model, images = ContextEncoder(latent=40), torch.rand(2, 1, 28, 28)
    hole = torch.rand(2, 1, 28, 28) < 0.5
    z = model.encode(images, hole)
    assert z.shape == (2, 40)
    assert torch.equal(model(images, hole), model.decoder(z))


def test_it_tells_a_black_pixel_from_a_missing_one():
    model, images = ContextEncoder(), torch.zeros(1, 1, 28, 28)
    hole = torch.zeros(1, 1, 28, 28, dtype=torch.bool)
    assert not torch.equal(model(images, hole), model(images, ~hole))


def test_it_learns_to_fill_a_few_pictures():
    torch.manual_seed(0)
    images = torch.rand(8, 1, 8, 1) * torch.rand(8, 1, 1, 8)
    hole = torch.zeros(8, 1, 8, 8, dtype=torch.bool)
    hole[..., 2:6, 2:6] = True
    model, inside = ContextEncoder((1, 8, 8), latent=32), images[..., 2:6, 2:6]
    optimizer = torch.optim.Adam(model.parameters(), 3e-3)
    for _ in range(150):
        optimizer.zero_grad()
        loss = F.mse_loss(model(images, hole)[..., 2:6, 2:6], inside)
        loss.backward()
        optimizer.step()
    assert loss < 0.1 * inside.var()


@pytest.mark.errors
def test_a_picture_of_another_size_is_named():
    with pytest.raises(ValueError, match="multiples of 4, to be halved twice; got 10 x 8"):
        ContextEncoder((1, 10, 8))
    with pytest.raises(
        ValueError, match="made for pictures with 1 channel of 28 x 28, got 1 of 32"
    ):
        ContextEncoder()(torch.rand(2, 1, 32, 32), torch.ones(2, 1, 32, 32, dtype=torch.bool))
    with pytest.raises(ValueError, match="the hole covers every pixel"):
        ContextEncoder().fill(torch.rand(1, 1, 28, 28), torch.ones(1, 1, 28, 28, dtype=torch.bool))

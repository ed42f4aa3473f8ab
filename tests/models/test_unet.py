"""The U-Net, and the network that fills holes over the linear fill."""

import pytest
import torch
from torch import nn

from learnkit.holes.batches import random_holes
from learnkit.images.data import fashion_mnist
from learnkit.models.masked import hole_mse
from learnkit.models.pretrained import pretrained
from learnkit.models.unet import Inpainter, UNet, timestep_embedding
from learnkit.training.device import choose
from learnkit.training.loop import train
from learnkit.training.pictures import resident


@pytest.fixture(scope="module")
def garments():
    return torch.from_numpy(fashion_mnist("test")[0][:60]).float()[:, None] / 255


def awake(model):
    """Its last layer's weights are no longer zero."""
    nn.init.normal_(model.end[2].weight, std=0.1, generator=torch.Generator().manual_seed(0))
    return model.eval()


def test_it_begins_by_saying_nothing():
    x = torch.rand(2, 3, 28, 28)
    assert torch.equal(UNet(3, 1, width=16)(x), torch.zeros(2, 1, 28, 28))


def test_the_bottom_mixes_all_places_and_without_it_any_size_goes():
    x = torch.rand(1, 1, 28, 28, generator=torch.Generator().manual_seed(0))
    moved = x.clone()
    moved[..., 0, 0] += 1.0
    whole = awake(UNet(1, 1, width=16, depth=1))
    assert ((whole(moved) - whole(x)).abs()[..., -1, -1] > 0).all()
    free = awake(UNet(1, 2, width=16, depth=1, size=None))
    assert free(torch.rand(1, 1, 40, 64)).shape == (1, 2, 40, 64)


def test_every_part_of_it_learns():
    torch.manual_seed(0)
    model = awake(UNet(2, 1, width=16, depth=2, timed=True))
    model(torch.rand(2, 2, 28, 28), torch.tensor([0.1, 0.9])).square().sum().backward()
    assert all(p.grad is not None and p.grad.abs().sum() > 0 for p in model.parameters())


def test_a_timed_network_paints_another_picture_at_another_time():
    torch.manual_seed(0)
    model, x = (
        awake(UNet(1, 1, width=16, timed=True)),
        torch.rand(1, 1, 28, 28).expand(2, -1, -1, -1),
    )
    early, late = model(x, torch.tensor([0.1, 0.9]))
    assert not torch.allclose(early, late)


def test_waves_tell_times_apart():
    near = timestep_embedding(torch.linspace(0, 1, 1000))
    assert near.shape == (1000, 64)
    apart = torch.cdist(near, near) + 10 * torch.eye(1000)
    assert apart.min() > 0.1


def test_untrained_it_is_the_linear_fill_and_a_few_steps_improve_on_it():
    pictures = resident(fashion_mnist("train")[0][:400])
    images = pictures.take(torch.arange(400))
    torch.manual_seed(0)
    model = Inpainter(width=16, depth=1)
    model.linear.fit(images)
    hole = torch.zeros(1, 1, 28, 28, dtype=torch.bool)
    hole[..., 8:20, 8:20] = True

    def missed(net, batch):
        return hole_mse(net(batch, hole).float(), batch, hole)

    with torch.no_grad():
        linear = model.linear(images, hole.expand(400, 1, 28, 28))
        assert torch.equal(model.fill(images, hole), linear)
        before = missed(model, images).item()
    *_, _ = train(model, missed, pictures, steps=60, batch_size=50, lr=2e-3, machine=choose("cpu"))
    with torch.no_grad():
        assert missed(model.eval(), images).item() < 0.97 * before


def test_known_pixels_come_back_bit_for_bit_and_the_truth_is_never_seen(garments):
    model = pretrained("inpainter")
    kinds = {"box": 15, "half": 15, "scatter": 15, "strokes": 15}
    hole = random_holes(kinds, 28, 28, torch.Generator().manual_seed(0))
    filled = model.fill(garments, hole)
    assert torch.equal(filled[~hole], garments[~hole])
    assert torch.equal(filled, model.fill(torch.where(hole, 0.9, garments), hole))
    assert filled.min() >= 0 and filled.max() <= 1
    assert torch.equal(model.fill(garments, torch.zeros_like(hole)), garments)


@pytest.mark.errors
def test_what_it_cannot_fill_is_said(garments):
    model = Inpainter(width=16)
    with pytest.raises(ValueError, match="the hole covers every pixel"):
        model.fill(garments, torch.ones(60, 1, 28, 28, dtype=torch.bool))
    with pytest.raises(ValueError, match=r"multiples of 4, .* got 30 x 28"):
        model.unet(torch.zeros(1, 3, 30, 28))
    with pytest.raises(ValueError, match="made for pictures with 1 channel of 28 x 28"):
        model.fill(torch.zeros(1, 1, 32, 32), torch.zeros(1, 1, 32, 32, dtype=torch.bool))

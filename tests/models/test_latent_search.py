import math

import pytest
import torch

from learnkit.images.data import fashion_mnist
from learnkit.images.masks import box
from learnkit.models.latent_search import latent_search
from learnkit.models.pretrained import pretrained


@pytest.fixture(scope="module")
def decode():
    model = pretrained("vae").requires_grad_(False)
    return lambda z: torch.sigmoid(model.decode(z))


@pytest.mark.parametrize(("side", "linear_mmse"), [(14, 15.42), (10, 16.08)])  # measured in dB
def test_the_first_500_test_garments_are_filled_no_worse_than_by_linear_mmse(
    decode, side, linear_mmse
):
    images = torch.from_numpy(fashion_mnist("test")[0][:500]).float()[:, None] / 255
    hole = torch.from_numpy(box((28, 28), height=side, width=side))[None, None]
    fill = latent_search(decode, images, hole, 24, generator=torch.Generator().manual_seed(0))
    known = ~hole.expand_as(images)
    assert torch.equal(fill[known], images[known])
    assert -10 * math.log10((fill - images)[~known].square().mean().item()) > linear_mmse


def test_a_picture_that_the_decoder_can_draw_is_found_again(decode):
    torch.manual_seed(0)
    truth = decode(torch.randn(20, 24)).detach()
    hole = torch.from_numpy(box((28, 28), height=10, width=10))[None, None]
    noise = torch.where(hole, torch.rand_like(truth), truth)
    fill = latent_search(
        decode, noise, hole, 24, sigma=0.05, steps=150, restarts=2, generator=torch.Generator()
    )
    assert (fill - truth).square()[hole.expand_as(truth)].mean().sqrt() < 0.06

import math

import pytest
import torch

from learnkit.holes.draw import box
from learnkit.images.data import fashion_mnist
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


def test_where_nothing_is_known_it_draws_and_the_others_of_the_batch_are_searched_for(decode):
    images = torch.from_numpy(fashion_mnist("test")[0][:4]).float()[:, None] / 255
    hole = torch.from_numpy(box((28, 28), height=10, width=10))[None, None].repeat(4, 1, 1, 1)
    hole[1], hole[3] = True, True

    def fill(images, hole, seed=0):
        dice = torch.Generator().manual_seed(seed)
        return latent_search(decode, images, hole, 24, steps=5, generator=dice)

    filled, other = fill(images, hole), fill(images, hole, seed=1)
    assert torch.equal(filled[[0, 2]], fill(images[[0, 2]], hole[[0, 2]]))
    assert 0 <= filled.min() and filled.max() <= 1
    apart = (filled[1] - filled[3]).abs().mean(), (filled[1] - other[1]).abs().mean()
    assert min(apart) > 0.02  # two draws are two pictures, and so are two generators'
    everything = torch.ones(1, 1, 28, 28, dtype=torch.bool)
    assert fill(images, everything).shape == images.shape
    assert fill(images.double(), hole).dtype == torch.float64
    ruined = torch.where(hole, torch.nan, images)  # what stands in a hole is never read
    assert torch.equal(fill(ruined, hole), filled)


@pytest.mark.errors
@pytest.mark.parametrize(
    ("option", "sentence"),
    [
        ({"sigma": 0.0}, "sigma must be above 0"),
        ({"steps": 0}, "steps must be at least 1, got 0"),
        ({"restarts": 0}, "restarts must be at least 1, got 0"),
        ({"restarts": 3, "bank": 2}, "bank must be at least 3, got 2"),
    ],
)
def test_numbers_and_pictures_that_cannot_be_are_named(decode, option, sentence):
    images, hole = torch.rand(2, 1, 28, 28), torch.zeros(1, 1, 28, 28, dtype=torch.bool)
    with pytest.raises(ValueError, match=sentence):
        latent_search(decode, images, hole, 24, **option)
    with pytest.raises(ValueError, match="1 channel of 28 x 28, got 3 of 28 x 28"):
        latent_search(decode, torch.rand(2, 3, 28, 28), hole, 24)

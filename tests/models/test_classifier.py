import numpy as np
import pytest
import torch

from learnkit.images.data import fashion_mnist
from learnkit.images.frechet import frechet_of
from learnkit.models.pretrained import card, pretrained
from learnkit.recipes.classifier import moved
from learnkit.training.pictures import resident


@pytest.fixture(scope="module")
def garments():
    return resident(fashion_mnist("test")[0][:600]).take(torch.arange(600))


@pytest.fixture(scope="module")
def features(garments):
    with torch.no_grad():
        return pretrained("classifier").features(garments)


def test_it_sees_64_numbers_in_a_garment_and_none_of_them_is_dead_or_below_0(features):
    assert features.shape == (600, 64) and (features >= 0).all()
    assert (features.std(dim=0) > 0).sum() > 32


def test_the_logits_are_read_off_the_features(garments, features):
    model = pretrained("classifier")
    with torch.no_grad():
        torch.testing.assert_close(model(garments), model.head(features))
    assert card("classifier")["quality"]["test garments named rightly, %"] > 92


def test_its_features_tell_garments_from_damaged_ones_the_more_the_worse_they_are(
    garments, features
):
    model, rng = pretrained("classifier"), torch.Generator().manual_seed(0)

    def distance(sigma):
        noisy = (garments + sigma * torch.randn(garments.shape, generator=rng)).clamp(0, 1)
        with torch.no_grad():
            return frechet_of(features.double().numpy(), model.features(noisy).double().numpy())

    distances = [distance(sigma) for sigma in (0.0, 0.05, 0.1, 0.2)]
    assert distances[0] == pytest.approx(0, abs=1e-6) and distances == sorted(distances)


def test_a_picture_is_moved_by_whole_pixels_and_turned_round_where_asked():
    images = torch.rand(3, 1, 28, 28)
    noise = torch.tensor([[0.2, -0.3, 1.0], [1.4, -9.0, 1.0], [0.0, 0.0, -1.0]])
    still, shifted, turned = moved(images, noise)
    assert torch.equal(still, images[0]) and torch.equal(turned, images[2].flip(-1))
    np.testing.assert_array_equal(shifted[0, :-1, 2:], images[1, 0, 1:, :-2])
    assert not shifted[0, -1].any() and not shifted[0, :, :2].any()

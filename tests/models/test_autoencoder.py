import pytest
import torch
from torch import nn

from learnkit.models.autoencoder import Autoencoder, Restorer
from learnkit.models.pretrained import pretrained
from learnkit.training.photographs import HELD_OUT, SHOWN, damaged, psnr_objective, tiles


def test_an_autoencoder_hands_back_pictures_by_way_of_its_few_features():
    model = Autoencoder((3, 8, 8), width=32, latent=5)
    images = torch.rand(4, 3, 8, 8)
    z = model.encode(images)
    assert z.shape == (4, 5) and torch.equal(model(images), model.decode(z))
    assert 0 <= model(images).min() and model(images).max() <= 1


def test_an_autoencoder_of_many_features_learns_to_copy_a_few_pictures():
    torch.manual_seed(0)
    model, images = Autoencoder((1, 6, 6), width=64, latent=16), torch.rand(8, 1, 6, 6)
    optimizer = torch.optim.Adam(model.parameters(), 3e-3)
    for _ in range(300):
        optimizer.zero_grad()
        loss = ((model(images) - images) ** 2).mean()
        loss.backward()
        optimizer.step()
    assert loss < 0.1 * images.var()


@pytest.mark.parametrize("size", [(8, 8), (7, 10), (9, 5)])
def test_a_fresh_restorer_hands_back_what_it_is_given_whatever_the_size(size):
    images = torch.rand(2, 3, *size)
    torch.testing.assert_close(Restorer(width=8, growth=4, layers=2, blocks=1)(images), images)


def test_a_restorer_does_the_same_everywhere_in_the_picture():
    model, images = pretrained("denoiser"), torch.rand(1, 3, 64, 64)
    with torch.no_grad():
        whole, part = model(images), model(images[..., 16:, 16:])
    torch.testing.assert_close(whole[..., 40:, 40:], part[..., 24:, 24:], rtol=1e-4, atol=1e-4)


def test_the_shipped_denoiser_makes_a_noisy_tile_better_at_every_strength():
    batch = tiles(torch.device("cpu")).take(torch.arange(0, 4000, 500))
    noise = torch.randn(batch.shape, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        for sigma in (0.03, 0.1, 0.2):
            error = ((pretrained("denoiser")(batch + sigma * noise) - batch) ** 2).mean()
            assert error < 0.5 * sigma**2


def test_the_held_out_photographs_are_never_shown():
    assert not set(HELD_OUT) & set(SHOWN) and len(HELD_OUT) == 2 and len(SHOWN) == 16


def test_damage_keeps_a_plain_picture_and_blurs_a_point_into_a_bell():
    plain, still = torch.full((1, 3, 9, 9), 0.3), torch.zeros(1)
    torch.testing.assert_close(damaged(plain, torch.zeros_like(plain), 1.2, still), plain)
    point = torch.zeros(1, 1, 15, 15)
    point[0, 0, 7, 7] = 1
    bell = damaged(point, torch.zeros_like(point), 1.2, still)[0, 0]
    across = (bell.sum(0) * (torch.arange(15) - 7) ** 2).sum()
    assert bell.sum().item() == pytest.approx(1, abs=1e-6)
    assert across.item() == pytest.approx(1.2**2, rel=0.02)


def test_the_objective_is_minus_the_psnr_of_the_noise_where_nothing_is_mended():
    objective = psnr_objective(blur=0.0, low=0.1, high=0.1)(torch.Generator().manual_seed(0))
    loss = objective(nn.Identity(), torch.rand(16, 3, 32, 32))
    assert loss.item() == pytest.approx(-20, abs=0.1)

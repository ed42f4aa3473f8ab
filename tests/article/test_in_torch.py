"""The mended program: it invents pictures, and fills a hole better than smoothness does."""

import numpy as np
import pytest
import torch

from learnkit.article import in_torch
from learnkit.fills.harmonic import harmonic
from learnkit.holes import draw
from learnkit.images.data import fashion_mnist, photograph
from learnkit.images.metrics import psnr
from learnkit.models.vae import kl_divergence


def test_its_loss_is_the_squared_error_over_2_sigma_squared_plus_the_kl_of_lesson_08():
    torch.manual_seed(0)
    model, noise = in_torch.Synthesis(), torch.randn(5, in_torch.LATENT)
    images = torch.rand(5, 1, 28, 28)
    mean, log_var = model.encoder(images).chunk(2, dim=1)
    made = model.generator(mean + (log_var / 2).exp() * noise)
    wrong = ((made - images) ** 2).sum() / 5 / (2 * in_torch.SIGMA**2)
    expected = wrong + kl_divergence(mean, log_var).mean()
    assert model.loss(images, noise).item() == pytest.approx(expected.item(), rel=1e-5)


def test_synthesis_learns_and_its_inventions_differ_from_each_other():
    torch.manual_seed(0)
    images = torch.from_numpy(fashion_mnist("train")[0][:2560, None] / np.float32(255))
    model = in_torch.Synthesis()
    batches = [(x, torch.randn(len(x), in_torch.LATENT)) for x in images.split(64)]
    losses = list(in_torch.train_synthesis(model, batches))
    assert np.mean(losses[-5:]) < 0.5 * losses[0]
    made = model.generator(torch.randn(16, in_torch.LATENT))
    assert made.shape == (16, 1, 28, 28) and made.std(dim=0).mean() > 0.03
    assert made.min() >= 0 and made.max() <= 1


def test_the_hole_is_never_read():
    torch.manual_seed(0)
    image, pred = torch.rand(1, 3, 8, 8), torch.rand(1, 3, 8, 8)
    hole = torch.rand(1, 1, 8, 8) < 0.5
    changed = torch.where(hole, torch.nan, image)
    known = (~hole).expand_as(image)
    expected = ((pred - image) ** 2)[known].mean()
    assert torch.equal(in_torch.known_error(changed, pred, hole), expected)


@pytest.mark.errors
def test_a_hole_over_everything_or_of_numbers_is_refused():
    image = torch.rand(1, 3, 8, 8)
    with pytest.raises(ValueError, match="covers every pixel"):
        in_torch.known_error(image, image, torch.ones(1, 1, 8, 8, dtype=torch.bool))
    with pytest.raises(TypeError, match="a hole is bool"):
        in_torch.known_error(image, image, torch.zeros(1, 1, 8, 8))


@pytest.mark.slow
def test_a_lost_half_of_the_pixels_is_filled_better_than_by_the_harmonic_fill():
    torch.manual_seed(0)
    face = photograph("astronaut", height=160)[:64, 34:98]
    hole = draw.scatter((64, 64), fraction=0.5, seed=0)
    model, noise = in_torch.painter(), torch.randn(1, *in_torch.NOISE)
    image = torch.from_numpy(face).float().permute(2, 0, 1)[None]
    place = torch.from_numpy(hole)[None, None]
    losses = list(in_torch.train_inpainting(model, noise, image, place, steps=250))
    made = model(noise)[0].permute(1, 2, 0).detach().double().numpy()
    assert losses[-1] < 0.05 * losses[0]
    assert psnr(made, face, hole=hole) > psnr(harmonic(face, hole), face, hole=hole) + 1

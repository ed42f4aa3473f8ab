import math

import pytest
import torch

from learnkit.models import vae
from learnkit.models.pretrained import card, pretrained
from learnkit.recipes import emoji_vae
from learnkit.training.datasets import emoji_unseen


class Grey(vae.VAE):
    """Puts every picture at (1, 1), with a variance of 1, and decodes everything to middle grey."""

    def __init__(self):
        super().__init__(torch.nn.Identity(), torch.nn.Identity(), latent=2)
        self.level = torch.nn.Parameter(torch.zeros(1))

    def forward(self, images, noise):
        nothing = torch.zeros(len(images), 2)
        return self.level.expand_as(images), nothing + 1, nothing

    def reconstruct(self, images):
        return torch.full_like(images, 0.5)


def test_the_measure_of_a_grey_decoder_follows_from_the_pictures():
    images = emoji_unseen().take(torch.arange(192))
    error = (images - 0.5).square().mean().item()
    told = emoji_vae.measure(Grey())
    assert told["PSNR of copies, dB"] == pytest.approx(-10 * math.log10(error), rel=1e-5)
    assert told["sigma, in 255ths"] == pytest.approx(255 * math.sqrt(error), rel=1e-5)
    assert told["KL, nats an emoji"] == pytest.approx(1.0)  # two means of 1, half a nat each
    nats = 0.5 * math.log(2 * math.pi * math.e * error) + 1.0 / 3072  # of a Gaussian, and the KL
    assert told["negative ELBO, nats a number"] == pytest.approx(nats, abs=1e-5)


def test_the_loss_weighs_the_divergence_by_beta():
    images = emoji_unseen().take(torch.arange(8))
    losses = emoji_vae.RECIPE.objective(torch.Generator())(Grey(), images)
    nll = vae.gaussian_nll(torch.zeros_like(images), images).mean()
    torch.testing.assert_close(losses["loss"], nll + emoji_vae.BETA * 1.0)
    assert losses["kl"].item() == pytest.approx(1.0)


def test_the_shipped_weights_are_small_and_copy_emoji_that_they_were_never_shown():
    model = pretrained("emoji_vae")
    assert 2 * card("emoji_vae")["parameters"] <= 2_000_000  # bytes, as float16
    real = emoji_unseen().take(torch.arange(64))
    copied = model.reconstruct(real)
    assert copied.shape == (64, 3, 32, 32)
    wrong = (copied - real).square().mean(dim=(1, 2, 3))
    others = (copied[:, None] - real).square().mean(dim=(2, 3, 4)).argmin(dim=1)
    assert (others == torch.arange(64)).float().mean() > 0.95  # each copy is of its own emoji
    assert wrong.median() < 0.02

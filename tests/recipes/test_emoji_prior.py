"""The prior of the emoji VAE: what it learns from, and how its draws are judged."""

import pytest
import torch

from learnkit.models.latent_flow import LatentFlow
from learnkit.models.pretrained import card, pretrained
from learnkit.recipes import emoji_prior as module
from learnkit.recipes.emoji_prior import RECIPE
from learnkit.training.datasets import emoji_shown, emoji_unseen

DEVICE = torch.device("cpu")


@pytest.fixture(scope="module")
def shown():
    pictures = emoji_shown(DEVICE)
    return pictures.first(len(pictures))


def test_it_learns_a_z_of_mean_0_and_scale_1_from_the_clouds_of_the_emoji(shown):
    model, autoencoder = pretrained("emoji_prior"), pretrained("emoji_vae")
    dice = torch.Generator().manual_seed(0)
    z = module.drawn(autoencoder, model, shown, torch.randn(len(shown), 48, generator=dice))
    assert z.mean(dim=0).abs().max() < 0.05
    torch.testing.assert_close(z.std(dim=0), torch.ones(48), rtol=0.05, atol=0)
    mean, _ = autoencoder.encode(shown)
    still = module.drawn(autoencoder, model, shown, torch.zeros(len(shown), 48))
    torch.testing.assert_close(still * model.scale + model.mean, mean, rtol=1e-4, atol=1e-4)


def test_the_loss_is_that_of_a_flow_from_noise_to_z(shown):
    model, heard = LatentFlow(48, width=16, depth=1), []
    model.register_forward_hook(lambda _, given, said: heard.append(given))
    loss = RECIPE.objective(torch.Generator().manual_seed(0))(model, shown[:256])
    (zt, t), autoencoder = heard[0], pretrained("emoji_vae")
    assert t.min() < 0.05 and t.max() > 0.95
    late = t > 0.95  # there z is all but the mean of its cloud, whose standard deviation is 0.1
    mean, _ = autoencoder.encode(shown[:256][late])
    assert (zt[late] - mean).square().mean() < 0.1 * mean.square().mean()
    # the network says 0: what is left is the mean of (z - noise)², the variances of both
    assert loss.item() == pytest.approx(1 + mean.square().mean().item(), rel=0.15)


def test_the_nearest_emoji_of_an_emoji_is_itself(shown):
    assert module.nearest(shown[:5], shown) == pytest.approx(0, abs=1e-3)
    grey, black = torch.full((2, 3, 4, 4), 0.5), torch.zeros(1, 3, 4, 4)
    assert module.nearest(grey, black) == pytest.approx(0.5)


def test_its_draws_are_emoji_over_white_and_nearer_to_known_ones_than_draws_from_the_normal(shown):
    autoencoder, dice = pretrained("emoji_vae"), torch.Generator().manual_seed(0)
    z = pretrained("emoji_prior").sample(64, dice)
    made = torch.sigmoid(autoencoder.decode(z)).detach()
    corners = made[:, :, [0, 0, -1, -1], [0, -1, 0, -1]]
    assert corners.mean() > 0.9 and made[:, :, 8:24, 8:24].std() > 0.15
    # another draw is another emoji, and about as far off as real ones are from each other
    real = emoji_unseen().take(torch.arange(64))
    assert 0.5 < made.std(0).mean() / real.std(0).mean() < 1.2
    assert module.nearest(made, shown) < 0.6 * module.nearest(autoencoder.sample(64, dice), shown)


def test_its_card_says_that_it_knows_the_emoji_that_it_was_shown_better():
    quality = card("emoji_prior")["quality"]
    assert quality["flow loss, emoji shown"] < quality["flow loss, emoji kept aside"]

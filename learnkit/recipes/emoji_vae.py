"""Emoji from a variational autoencoder: convolutions, and 48 numbers an emoji.

Each pixel is scored as a Gaussian about the decoder's colour, with the sigma that fits the batch
best, and the divergence weighs BETA times as much, which is a sigma of √BETA times the best. 1,719
emoji, each in a cloud of its own, leave most of the latent space empty, and a draw from N(0, I)
falls in between. A BETA of 20 made the clouds so wide that such draws became heads, flags and
hearts, all of them blurred. With 5 copies are sharper, and `emoji_prior` learns where the clouds
are. Mirror images as further data make better copies, and draws that are symmetric all: they are
left out. Every tenth emoji is kept for the measure.
"""

import math

import torch

from learnkit.models import vae
from learnkit.recipes.base import Recipe
from learnkit.recipes.vae import by_way_of_z, elbo_objective
from learnkit.tensors import Images, Rows
from learnkit.training import distributed
from learnkit.training.datasets import emoji_shown, emoji_unseen

BETA = 5.0


def nll(logits: Images, images: Images) -> Rows:
    """`vae.gaussian_nll` with the sigma that is best for the whole batch, whoever computes it."""
    if distributed.world_size() == 1:
        return vae.gaussian_nll(logits, images)
    mse = (torch.sigmoid(logits) - images).square().mean().detach()  # flat there: it is the best
    return vae.gaussian_nll(logits, images, distributed.mean(mse).sqrt())


@torch.no_grad()
def measure(model: vae.VAE) -> dict[str, float]:
    """On the emoji kept aside: how near a copy comes, the best sigma, and what an emoji costs."""
    device = next(model.parameters()).device
    unseen = emoji_unseen(device)
    images = unseen.first(len(unseen))
    logits, mean, log_var = by_way_of_z(model, images)
    sigma = (torch.sigmoid(logits) - images).square().mean().sqrt()
    error = (model.reconstruct(images) - images).square().mean().item()
    nats = vae.negative_elbo(logits, images, mean, log_var, nll=vae.gaussian_nll)
    return {
        "PSNR of copies, dB": -10 * math.log10(error),
        "sigma, in 255ths": 255 * sigma.item(),
        "KL, nats an emoji": vae.kl_divergence(mean, log_var).mean().item(),
        "negative ELBO, nats a number": nats.item() / images[0].numel(),
    }


RECIPE = Recipe(
    name="emoji_vae",
    what="A variational autoencoder of emoji in colour: 48 numbers to an emoji and back.",
    data="Noto emoji (Apache-2.0, Google), nine of ten",
    pictures=emoji_shown,
    objective=elbo_objective(BETA, nll),
    measure=measure,
    steps=5_000,
    batch_size=64,
    lr=2e-3,
)

"""Garments from a variational autoencoder: two layers each side, 24 numbers a garment.

Grey pixels are scored as bets (Bernoulli), as the example that everybody starts from does, so that
the two can be compared: lower is better, and 189.86 nats is what a perfect copy would cost.
"""

from collections.abc import Callable

import torch

from learnkit.images.data import fashion_mnist
from learnkit.models import vae
from learnkit.recipes.garments import garments
from learnkit.recipes.recipe import Recipe
from learnkit.training import distributed
from learnkit.training.pictures import resident


def objective(generator: torch.Generator) -> Callable[[vae.VAE, torch.Tensor], dict]:
    """The negative evidence lower bound, with one draw of z a picture; and the KL in it."""

    def negative_elbo(model: vae.VAE, images: torch.Tensor) -> dict[str, torch.Tensor]:
        noise = distributed.randn((len(images), _latent(model)), generator)
        logits, mean, log_var = model(images, noise)
        kl = vae.kl_divergence(mean, log_var).mean()
        return {"loss": vae.negative_elbo(logits, images, mean, log_var), "kl": kl}

    return negative_elbo


@torch.no_grad()
def measure(model: vae.VAE) -> dict[str, float]:
    """Nats a picture on all 10,000 test garments: mean, median, largest; and the KL in the mean."""
    device = next(model.parameters()).device
    images = resident(fashion_mnist("test")[0], device=device).take(torch.arange(10_000))
    generator = torch.Generator().manual_seed(0)
    noise = torch.randn(len(images), model.latent, generator=generator).to(device)
    logits, mean, log_var = model(images, noise)
    kl = vae.kl_divergence(mean, log_var)
    nats = vae.bernoulli_nll(logits, images) + kl
    return {
        "test nats, mean": nats.mean().item(),
        "test nats, median": nats.median().item(),
        "test nats, largest": nats.max().item(),
        "KL, mean": kl.mean().item(),
    }


def _latent(model: torch.nn.Module) -> int:
    return model.latent


RECIPE = Recipe(
    name="vae",
    what="A variational autoencoder of garments: draw 24 numbers, get a garment.",
    data="Fashion-MNIST (MIT, Zalando SE), training pictures",
    pictures=garments,
    objective=objective,
    measure=measure,
    steps=7_000,
    batch_size=256,
    lr=4e-3,
)

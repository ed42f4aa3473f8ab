"""Garments from a variational autoencoder: two layers each side, 24 numbers a garment.

Grey pixels are scored as bets (Bernoulli), as the example that everybody starts from does, so that
the two can be compared: lower is better, and 189.86 nats is what a perfect copy would cost.
"""

from collections.abc import Callable

import torch

from learnkit.models import vae
from learnkit.recipes.base import Objective, Recipe
from learnkit.tensors import Images, Latents
from learnkit.training import distributed
from learnkit.training.datasets import garments, unseen
from learnkit.training.loop import Losses


def elbo_objective(
    beta: float = 1.0, nll: vae.NLL = vae.bernoulli_nll
) -> Callable[[torch.Generator], Objective]:
    """The negative evidence lower bound, with one draw of z a picture; and the KL in it."""

    def of(generator: torch.Generator) -> Objective:
        def negative_elbo(model: vae.VAE, images: Images) -> Losses:
            noise = distributed.randn((len(images), model.latent), generator)
            logits, mean, log_var = model(images, noise)
            kl = vae.kl_divergence(mean, log_var).mean()
            return {
                "loss": vae.negative_elbo(logits, images, mean, log_var, beta, nll=nll),
                "kl": kl,
            }

        return negative_elbo

    return of


def by_way_of_z(model: vae.VAE, images: Images) -> tuple[Images, Latents, Latents]:
    """(logits, μ, log σ²) of pictures to be measured: one draw of z each, the same every time."""
    noise = torch.randn(
        len(images),
        model.latent,
        generator=torch.Generator("cpu").manual_seed(0),
        dtype=torch.float32,
        device="cpu",
    )
    return model(images, noise.to(images.device))


@torch.no_grad()
def measure(model: vae.VAE) -> dict[str, float]:
    """Nats a picture on all 10,000 test garments: mean, median, largest; and the KL in the mean."""
    device = next(model.parameters()).device
    images = unseen(device).first(10_000)
    logits, mean, log_var = by_way_of_z(model, images)
    kl = vae.kl_divergence(mean, log_var)
    nats = vae.bernoulli_nll(logits, images) + kl
    return {
        "test nats, mean": nats.mean().item(),
        "test nats, median": nats.median().item(),
        "test nats, largest": nats.max().item(),
        "KL, mean": kl.mean().item(),
    }


RECIPE = Recipe(
    name="vae",
    what="A variational autoencoder of garments: draw 24 numbers, get a garment.",
    data="Fashion-MNIST (MIT, Zalando SE), training pictures",
    pictures=garments,
    objective=elbo_objective(),
    measure=measure,
    steps=7_000,
    batch_size=256,
    lr=4e-3,
)

"""The prior of the emoji VAE learns: a flow from N(0, I) to where the encoder puts emoji.

Each emoji is encoded by the shipped VAE, and z is drawn from its cloud; the loss is `flow_loss`
from noise to z. There are 800 weights for each of the 1,719 emoji, so the flow learns one cloud
after the other, and most of its draws are near to an emoji that it was shown: the measure says how
near, and how much better it knows those than the ones that were kept aside.
"""

from collections.abc import Callable, Iterator
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor

from learnkit.models import vae
from learnkit.models.flow_matching import flow_loss
from learnkit.models.latent_flow import LatentFlow
from learnkit.models.pretrained import pretrained
from learnkit.recipes.base import Recipe
from learnkit.recipes.painter import even_shares
from learnkit.recipes.run import by_objective
from learnkit.tensors import Images, Latents, Scalar
from learnkit.training import distributed
from learnkit.training.datasets import emoji_shown, emoji_unseen
from learnkit.training.loop import Step
from learnkit.training.pictures import Pictures
from learnkit.training.run import Run

TIMES = 20  # draws of t and of noise for each emoji, where the loss is measured


def training(
    recipe: Recipe, model: LatentFlow, pictures: Pictures, run: Run, **options: Any
) -> Iterator[Step]:
    """Mean and scale of z are taken from all pictures; then the flow is trained."""
    autoencoder = pretrained("emoji_vae").to(pictures.images.device)
    with torch.no_grad():
        model.standardise(*autoencoder.encode(pictures.first(len(pictures))))
    yield from by_objective(recipe, model, pictures, run, **options)


def objective(generator: torch.Generator) -> Callable[[LatentFlow, Images], Scalar]:
    """`flow_loss` from noise to a draw from each picture's cloud, each at a time of its own."""
    autoencoder = pretrained("emoji_vae").to(generator.device)

    def loss(model: LatentFlow, images: Images) -> Scalar:
        n = len(images)
        shape = (n, model.latent)
        t = distributed.shard(even_shares(n * distributed.world_size(), generator))
        noise, cloud = (distributed.randn(shape, generator) for _ in range(2))
        return flow_loss(model, noise, drawn(autoencoder, model, images, cloud), t)

    return loss


@torch.no_grad()
def drawn(autoencoder: vae.VAE, model: LatentFlow, images: Images, noise: Latents) -> Latents:
    """z = μ + σ `noise` of each picture's cloud, in the units of the flow: mean 0, scale 1."""
    mean, log_var = (x.float() for x in autoencoder.encode(images))
    return (mean + torch.exp(log_var / 2) * noise - model.mean) / model.scale


@torch.no_grad()
def measure(model: LatentFlow) -> dict[str, float]:
    """The loss on emoji shown and kept aside; how near draws are to an emoji that was shown."""
    device = model.mean.device
    autoencoder, generator = pretrained("emoji_vae").to(device), torch.Generator(device)
    kept, all_shown = emoji_unseen(device), emoji_shown(device)
    aside, shown = kept.first(len(kept)), all_shown.first(len(all_shown))

    def loss(images: Images) -> float:
        of = objective(generator.manual_seed(0))
        return sum(of(model, images).item() for _ in range(TIMES)) / TIMES

    z = model.sample(len(aside), generator.manual_seed(0))
    draws = torch.sigmoid(autoencoder.decode(z))
    return {
        "flow loss, emoji shown": loss(shown),
        "flow loss, emoji kept aside": loss(aside),
        "RMS distance to the nearest emoji shown, draws, 255ths": 255 * nearest(draws, shown),
        "RMS distance to the nearest emoji shown, emoji kept aside, 255ths": 255
        * nearest(aside, shown),
    }


def nearest(images: Images, others: Float[Tensor, "m c h w"]) -> float:
    """The mean over the pictures of the root mean squared difference to the nearest other."""
    apart = torch.cdist(images.flatten(1), others.flatten(1)).amin(dim=1)
    return (apart / images[0].numel() ** 0.5).mean().item()


RECIPE = Recipe(
    name="emoji_prior",
    what="A flow that draws the 48 numbers from which the emoji VAE paints an emoji.",
    data="Noto emoji (Apache-2.0, Google), nine of ten, encoded by emoji_vae",
    pictures=emoji_shown,
    objective=objective,
    training=training,
    measure=measure,
    steps=25_000,
    batch_size=256,
    lr=1e-3,
)

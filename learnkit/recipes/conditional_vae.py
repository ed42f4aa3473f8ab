"""Garments from a conditional variational autoencoder: one set of weights fills and invents.

Each picture of each batch gets a hole of its own, from single pixels to the whole picture, and
pays for the pixels of its hole alone. What is measured is both trades: the hole's PSNR (one draw,
and the mean of sixteen, which scores higher and is no garment that was ever seen), and how far
10,000 garments, invented by filling a hole of 100 %, are from the real ones.
"""

from collections.abc import Callable

import torch

from learnkit.holes.batches import Kind, portions, random_holes
from learnkit.holes.published import MEASURED
from learnkit.images.frechet import frechet_of
from learnkit.models import conditional_vae
from learnkit.models.masked import hole_psnr
from learnkit.models.pretrained import garment_features
from learnkit.recipes.base import Recipe
from learnkit.recipes.gan import real_features
from learnkit.tensors import Images
from learnkit.training import distributed
from learnkit.training.datasets import garments, unseen
from learnkit.training.loop import Losses

# of 256 holes
KINDS: dict[Kind, int] = {"box": 77, "half": 38, "scatter": 51, "strokes": 52, "everything": 38}
SIDE, COUNT, FIRST = 28, 10_000, 500


def objective(generator: torch.Generator) -> Callable[..., Losses]:
    """The hole's negative evidence lower bound, with one hole and one draw of z a picture."""

    def of(model: conditional_vae.ConditionalVAE, images: Images) -> Losses:
        kinds = portions(KINDS, len(images) * distributed.world_size())
        hole = distributed.shard(random_holes(kinds, SIDE, SIDE, generator, wide=True))
        noise = distributed.randn((len(images), model.latent), generator)
        logits, *clouds = model(images, hole, noise)
        return {
            "loss": conditional_vae.masked_negative_elbo(logits, images, hole, *clouds),
            "kl": conditional_vae.kl_between(*clouds).mean(),
        }

    return of


def measure(model: conditional_vae.ConditionalVAE) -> dict[str, float]:
    """Hole PSNR on the first 500 test garments; the Frechet distance of 10,000 inventions."""
    device = next(model.parameters()).device
    images = unseen(device).first(FIRST)
    dice = torch.Generator(device).manual_seed(0)
    found = {}
    for kind in ("centre 14x14", "right half"):
        place = torch.from_numpy(MEASURED[kind]).to(device)[None, None]
        for what, count in (("one draw", 1), ("mean of 16", 16)):
            fill = model.fill(images, place, dice, count=count)
            found[f"hole PSNR of {kind}, {what}, dB"] = hole_psnr(fill, images, place)
    made = model.sample(COUNT, dice).cpu()
    found["Frechet classifier distance of 10,000 inventions"] = frechet_of(
        garment_features(made), real_features()
    )
    return found


RECIPE = Recipe(
    name="conditional_vae",
    what="A conditional variational autoencoder of garments: it fills any hole in many ways, and "
    "invents a garment where the hole covers everything.",
    data="Fashion-MNIST (MIT, Zalando SE), training pictures",
    pictures=garments,
    objective=objective,
    measure=measure,
    steps=16_000,
    batch_size=256,
    lr=2e-3,
)

"""Garments from a generative adversarial network: 64 numbers drawn, a garment made of them.

Two convolutional networks play the non-saturating game, and three things keep it steady: the
discriminator is flat where the real pictures are (R1, added every 16th step), Adam does not
remember where the slope went (β₁ = 0: the other player has moved since), and what is shipped is
the average of the generator over its last thousand steps, which wanders less than any one of them.
"""

from collections.abc import Iterator
from functools import cache
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.optim.swa_utils import update_bn

from learnkit.images.frechet import frechet_of, kid
from learnkit.models import gan
from learnkit.models.pretrained import float32_on_the_cpu, garment_features
from learnkit.recipes.base import Recipe
from learnkit.tensors import Batch, Images, Scalar
from learnkit.training import distributed
from learnkit.training.checkpoint import Plan
from learnkit.training.datasets import garments, unseen
from learnkit.training.device import Machine
from learnkit.training.loop import Losses, Step, averaged, loop
from learnkit.training.pictures import Pictures
from learnkit.training.run import Run

GAMMA = 0.2  # of R1: γ/2 E|∇D|²
LAZY = 16  # steps between two penalties, each of which then weighs as much as sixteen
SETTLING = 40  # batches of its own pictures that give the average its batch norm's statistics
COUNT = 10_000  # samples that are measured, as many as there are test garments


def adam(model: nn.Module, *, lr: float) -> torch.optim.Adam:
    """Adam that does not remember where the slope went."""
    weights = list(model.parameters())
    fused = weights[0].device.type != "cpu"  # the shipped weights are not of the fused one
    return torch.optim.Adam(weights, lr=lr, betas=(0.0, 0.99), fused=fused)


def training(
    recipe: Recipe,
    model: gan.Generator,
    pictures: Pictures,
    run: Run,
    *,
    machine: Machine,
    generator: torch.Generator,
) -> Iterator[Step]:
    """Both networks in turns; at the end `model` is the generator's average.

    Raises ValueError where several processes train together: the game is played by one.
    """
    if distributed.world_size() > 1:
        raise ValueError("the GAN trains in one process: start it without torchrun")
    with float32_on_the_cpu():
        discriminator = gan.dcgan()[1]
    players = {"model": model, "discriminator": discriminator}
    optimizers = {}
    for name, network in players.items():
        machine.place(network)
        optimizers[name] = recipe.optimizer(network, lr=recipe.lr)
    average, schedule = averaged(model), recipe.schedule(run.steps)

    def flat(critic: gan.Judge, real: Batch, _fake: Batch) -> Scalar:
        return LAZY * GAMMA / 2 * gan.r1_penalty(critic, real)

    def take(batch: Images, t: int) -> Losses:
        for optimizer in optimizers.values():
            for group in optimizer.param_groups:
                group["lr"] = schedule(t)
        losses = gan.gan_step(
            model,
            discriminator,
            batch,
            g_optimizer=optimizers["model"],
            d_optimizer=optimizers["discriminator"],
            noise=generator,
            penalty=None if t % LAZY else flat,
            autocast=machine.autocast,
        )
        average.update_parameters(model)
        return losses

    parts: dict[str, Any] = dict(players)
    parts |= {f"{name} optimizer": it for name, it in optimizers.items()}
    parts |= {"plan": Plan(steps=run.steps), "average": average, "generator": generator}
    yield from loop(take, pictures, run, parts=parts)
    model.load_state_dict(average.module.state_dict())
    # batch norm's statistics were copied along: they are of the last weights, not of the average
    noise = torch.Generator(machine.device).manual_seed(0)
    update_bn((model.noise(256, noise) for _ in range(SETTLING)), model.train())


def measure(model: gan.Generator) -> dict[str, float]:
    """How far 10,000 samples are from the 10,000 test garments, by the classifier's features.

    KID has no bias at small crowds, and a kernel matrix takes its time: half of each do.
    """
    noise = torch.Generator(next(model.parameters()).device).manual_seed(0)
    made = [model.sample(500, noise).cpu() for _ in range(COUNT // 500)]
    fake, real = garment_features(torch.cat(made)), real_features()
    return {
        "Frechet classifier distance to test garments": frechet_of(fake, real),
        "KID by the same features": kid(fake[: COUNT // 2], real[: COUNT // 2]),
    }


@cache
def real_features() -> np.ndarray:
    """The classifier's features of the test garments, (10,000, d)."""
    return garment_features(unseen().first(COUNT))


RECIPE = Recipe(
    name="gan",
    what="A generative adversarial network's generator of garments: draw 64 numbers, get a "
    "garment.",
    data="Fashion-MNIST (MIT, Zalando SE), training pictures",
    pictures=garments,
    training=training,
    measure=measure,
    steps=6_000,
    batch_size=64,
    lr=1e-3,
    optimizer=adam,
)

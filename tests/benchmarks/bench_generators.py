"""Garments drawn by four networks: the Frechet classifier distance of 10,000 to the test garments.

    python -m tests.benchmarks generators

The flow is told the kinds, as many of each, guided by the scale 1.5, and takes 25 steps; the
painter takes 25 calls, GAN and VAE one, and all of them draw any kind. They draw in turn, 500 at a
time. The flow is asked for a distance of at most 4.0 and for at most 2.2 million weights; of the
others the ratio is their distance over the flow's. A quarter of an hour of one core.
"""

from collections.abc import Callable, Iterator

import numpy as np
import torch
from torch import nn

from learnkit.images.frechet import frechet_of
from learnkit.models.pretrained import card, garment_features, pretrained
from learnkit.recipes.flow import SCALE
from learnkit.recipes.gan import real_features
from learnkit.tensors import Images
from learnkit.training.device import choose

COUNT, PART = 10_000, 500
ASKED, WEIGHTS = 4.0, 2_200_000


def run() -> Iterator[tuple[str, float, str]]:
    """A row a network, and one for the weights of the flow."""
    distances = measured({"flow": guided, "painter": plain, "gan": plain, "vae": plain})
    flow = distances.pop("flow")
    yield "flow, guided: distance, at most 4.0 asked", ASKED / flow, f"{flow:.2f} against {ASKED}"
    weights = card("flow")["parameters"]
    detail = f"{weights:,} against {WEIGHTS:,}"
    yield "flow: weights, at most 2.2 million asked", WEIGHTS / weights, detail
    for name, found in distances.items():
        yield f"flow beside {name}: distance", found / flow, f"{flow:.2f} against {found:.2f}"


@torch.inference_mode()
def measured(
    networks: dict[str, Callable[[nn.Module, torch.Generator], Images]],
) -> dict[str, float]:
    """The distance of COUNT draws by each of the networks, in turn."""
    machine, made = choose("cpu"), {name: [] for name in networks}
    models = {name: pretrained(name) for name in networks}
    dice = {name: torch.Generator().manual_seed(0) for name in networks}
    for _ in range(COUNT // PART):
        for name, draw in networks.items():
            with machine.autocast():
                images = draw(models[name], dice[name]).float()
            made[name].append(garment_features(images))
    return {
        name: frechet_of(np.concatenate(parts), real_features()) for name, parts in made.items()
    }


def plain(model: nn.Module, dice: torch.Generator) -> Images:
    """Garments of any kind."""
    return model.sample(PART, dice)


def guided(model: nn.Module, dice: torch.Generator) -> Images:
    """As many of each kind."""
    kinds = torch.arange(PART) % model.empty
    return model.sample(PART, dice, labels=kinds, scale=SCALE)

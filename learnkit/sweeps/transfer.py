"""Whether a network of garments helps where there are few photographs.

The context encoder of lesson 10 has learned from 60,000 garments. Here it is to fill holes in tiles
of grey photographs, of which it gets 30, 100 or 300. There are four ways: as it is; fine-tuned;
with its encoder frozen; and the same network from random weights. Each is stopped early.
"""

import copy
from functools import cache

import numpy as np
import torch
from skimage.color import rgb2gray

from learnkit.holes import draw
from learnkit.images.data import photograph
from learnkit.models.context_encoder import ContextEncoder
from learnkit.models.masked import hole_mse, hole_psnr
from learnkit.models.pretrained import Network, network, pretrained
from learnkit.sweeps.base import Sweep
from learnkit.tensors import Grey, Scalar
from learnkit.training.device import Machine
from learnkit.training.loop import train
from learnkit.training.photographs import HELD_OUT, SHOWN
from learnkit.training.pictures import Pictures, resident
from learnkit.training.run import Run
from learnkit.training.transfer import freeze

SIDE, STEPS, EVERY = 28, 200, 25
HOLE = torch.from_numpy(draw.box((SIDE, SIDE), height=14, width=14))[None, None]
WAYS = ("from scratch", "encoder frozen", "fine-tuned")


@cache
def tiles(names: tuple[str, ...]) -> Grey:
    """Photographs at a half and at a quarter of their size, cut into grey tiles of 28 x 28."""
    found = []
    for name in names:
        for part in (2, 4):
            image = photograph(name, height=photograph(name).shape[0] // part)
            image = rgb2gray(image) if image.ndim == 3 else image
            rows = range(0, image.shape[0] - SIDE + 1, SIDE)
            columns = range(0, image.shape[1] - SIDE + 1, SIDE)
            found += [image[i : i + SIDE, j : j + SIDE] for i in rows for j in columns]
    pictures = resident(np.stack(found))
    return pictures.first(len(pictures))


def few(n: int, seed: int) -> tuple[Pictures, Grey]:
    """`n` tiles to learn from and 200 for validation, others for each seed."""
    images = tiles(tuple(SHOWN))
    mixed = images[torch.randperm(len(images), generator=torch.Generator().manual_seed(seed))]
    return resident(mixed[:n, 0].numpy()), mixed[n : n + 200]


@torch.no_grad()
def psnr(model: ContextEncoder, images: Grey) -> float:
    """Decibels in the hole, pooled over all tiles."""
    return hole_psnr(model.fill(images, HOLE), images, HOLE)


def fit(
    way: str, pictures: Pictures, validation: Grey, *, seed: int, steps: int = STEPS
) -> ContextEncoder:
    """The network after training in one of the WAYS, with the weights of its best validation."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        scratch = way == "from scratch"
        model: Network = network("context_encoder") if scratch else pretrained("context_encoder")
    if way == "encoder frozen":
        freeze(model, "encoder")  # `train` calls model.train(), which no layer of it heeds

    def objective(model: Network, images: Grey) -> Scalar:
        return hole_mse(model(images, HOLE), images, HOLE)

    best, weights = -np.inf, model.state_dict()
    for step in train(
        model,
        objective,
        pictures,
        run=Run(steps=steps, batch_size=min(32, len(pictures)), seed=seed),
        schedule=lambda t: 1e-3 * (1 - t / steps),
        machine=Machine(torch.device("cpu")),
    ):
        if step.number % min(EVERY, steps) == 0 and (now := psnr(model, validation)) > best:
            best, weights = now, copy.deepcopy(model.state_dict())
    model.load_state_dict(weights)
    return model.eval()


def trial(way: str, tiles_seen: int, seed: int) -> dict[str, float]:
    """Decibels on 145 tiles of two photographs that nobody has learned from."""
    if way == "as it is":
        model = pretrained("context_encoder")
    else:
        model = fit(way, *few(tiles_seen, seed), seed=seed)
    return {"test": psnr(model, tiles(HELD_OUT))}


SWEEP = Sweep(
    name="transfer",
    what="Holes in tiles of photographs, filled by a network that has learned garments, or not.",
    settings=(
        {"way": "as it is", "tiles_seen": 0},
        *({"way": way, "tiles_seen": n} for n in (30, 100, 300) for way in WAYS),
    ),
    trial=trial,
    seeds=6,
)

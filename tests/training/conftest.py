"""A small training that every file here uses: a network that learns to copy noisy pictures."""

import numpy as np
import pytest
import torch
from torch import nn

from learnkit.training.device import choose
from learnkit.training.loop import averaged, train
from learnkit.training.pictures import resident


@pytest.fixture
def cpu():
    return choose("cpu")


@pytest.fixture
def pictures():
    rng = np.random.default_rng(0)
    return resident(rng.integers(0, 256, (50, 8, 8), dtype=np.uint8))


def network():
    torch.manual_seed(0)
    return nn.Sequential(nn.Conv2d(1, 4, 3, padding=1), nn.Dropout(0.1), nn.Conv2d(4, 1, 1))


def copying(generator):
    """The objective: noisy pictures in, clean ones out."""

    def objective(model, batch):
        noise = torch.randn(batch.shape, generator=generator)
        return ((model(batch + 0.1 * noise) - batch) ** 2).mean()

    return objective


def training(pictures, steps=12, **more):
    """(network, the generator of its steps)."""
    model, generator = network(), torch.Generator().manual_seed(1)
    average = averaged(model, 0.9)
    return model, train(
        model,
        copying(generator),
        pictures,
        steps=steps,
        batch_size=16,
        average=average,
        generator=generator,
        machine=choose("cpu"),
        **more,
    )


def weights(model):
    return torch.cat([p.detach().flatten() for p in model.parameters()])

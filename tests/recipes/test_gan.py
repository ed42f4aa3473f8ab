import itertools
import math
from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import nn

from learnkit.images.data import fashion_mnist
from learnkit.images.frechet import frechet_of
from learnkit.models import gan
from learnkit.models.pretrained import network, pretrained
from learnkit.recipes import gan as module
from learnkit.recipes.base import find
from learnkit.recipes.run import bake
from learnkit.training.device import choose
from learnkit.training.pictures import resident

CPU = choose("cpu")


@pytest.fixture
def small(monkeypatch):
    """The recipe on a few pictures, quick to bake and to measure."""

    def pictures(device):
        return resident(fashion_mnist("train")[0][:200], device=device)

    monkeypatch.setattr(module, "LAZY", 2)
    return replace(
        find("gan"),
        pictures=pictures,
        measure=lambda model: {"mean grey": model.sample(20).mean().item()},
        batch_size=16,
        every=3,
    )


def test_stopped_and_resumed_it_bakes_the_same_weights(small, tmp_path, monkeypatch):
    monkeypatch.setattr(
        module, "SETTLING", 2
    )  # batches after the last step: each is like the others
    list(bake(small, tmp_path / "whole", steps=8, machine=CPU))
    broken = bake(small, tmp_path / "broken", steps=8, machine=CPU)
    list(itertools.islice(broken, 5))
    broken.close()
    again = bake(small, tmp_path / "broken", steps=8, machine=CPU, resume=True)
    assert [step.number for step in again] == list(range(6, 9))
    one, other = (
        (tmp_path / folder / "gan.safetensors").read_bytes() for folder in ("whole", "broken")
    )
    assert one == other


def test_what_is_left_in_the_model_is_the_average_with_statistics_of_its_own(small):
    torch.manual_seed(0)
    model, weights = network("gan"), []
    steps = small.training(
        small,
        model,
        small.pictures(torch.device("cpu")),
        small.run(steps=4),
        machine=CPU,
        generator=torch.Generator().manual_seed(0),
    )
    for _ in steps:
        weights.append([p.detach().clone() for p in model.parameters()])
    for i, p in enumerate(model.parameters()):
        average = weights[0][i]
        for later in weights[1:]:
            average = 0.999 * average + 0.001 * later[i]
        torch.testing.assert_close(p.detach(), average, rtol=1e-5, atol=1e-6)
    norm = next(m for m in model.modules() if isinstance(m, nn.BatchNorm2d))
    seen = model.layers[:2](model.noise(20_000, torch.Generator().manual_seed(5)))
    torch.testing.assert_close(norm.running_mean, seen.mean((0, 2, 3)), rtol=0, atol=0.02)
    torch.testing.assert_close(norm.running_var, seen.var((0, 2, 3)), rtol=0.05, atol=0)
    assert norm.momentum == 0.1


def test_every_step_tells_both_losses_and_begins_where_nobody_can_tell(small, tmp_path):
    first = next(bake(small, tmp_path, steps=4, machine=CPU))
    assert list(first.losses) == ["discriminator", "generator"]
    assert first.loss == pytest.approx(2 * math.log(2), abs=0.2)


def test_the_weights_are_small_enough_to_be_shipped():
    numbers = sum(value.numel() for value in network("gan").state_dict().values())
    assert 2 * numbers < 1.2e6


def test_the_measure_is_that_of_the_classifiers_features(monkeypatch):
    monkeypatch.setattr(module, "COUNT", 1000)
    module.real_features.cache_clear()
    model = gan.dcgan(width=8)[0]
    said = module.measure(model)
    noise = torch.Generator().manual_seed(0)
    made = torch.cat([model.sample(500, noise), model.sample(500, noise)])
    real = torch.from_numpy(fashion_mnist("test")[0][:1000]).float()[:, None] / 255
    with torch.no_grad():
        made, real = (pretrained("classifier").features(x).double().numpy() for x in (made, real))
    module.real_features.cache_clear()
    distance, kid = said.values()
    assert distance == pytest.approx(frechet_of(made, real), rel=1e-4)
    assert distance > 10 and kid > 0.1 and np.isfinite(kid)


@pytest.mark.errors
def test_several_processes_are_sent_away(small, monkeypatch):
    monkeypatch.setattr("learnkit.training.distributed.world_size", lambda: 2)
    with pytest.raises(ValueError, match="the GAN trains in one process"):
        next(small.training(small, network("gan"), None, small.run(), machine=CPU, generator=None))

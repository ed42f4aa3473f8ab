"""Recipes under torchrun: two processes and one learn from the same batches, holes and noise."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from learnkit.models.pretrained import NETWORKS, pretrained
from learnkit.recipes.base import find
from learnkit.training import distributed
from tests.recipes.sharing import FEW, losses, pictures

ROOT = Path(__file__).parents[2]
# The GAN trains in one process; the emoji VAE asks the other process for its error (below).
ALONE = ("gan", "emoji_vae")


@pytest.mark.parametrize("name", [name for name in NETWORKS if name not in ALONE])
def test_two_processes_have_the_loss_that_one_has_on_the_whole_batch(name, monkeypatch):
    """Each of the two draws for all, and computes on its own half; their mean is the loss."""
    model, batch = pretrained(name), pictures(name).take(torch.arange(32))
    monkeypatch.setattr(distributed, "world_size", lambda: 1)

    def loss(rows):
        objective = find(name).objective(torch.Generator().manual_seed(0))
        mine = batch[rows] if torch.is_tensor(batch) else tuple(part[rows] for part in batch)
        with torch.no_grad():
            found = objective(model, mine)
        return next(iter(found.values())).item() if isinstance(found, dict) else found.item()

    whole, halves = loss(slice(None)), []
    monkeypatch.setattr(distributed, "world_size", lambda: 2)
    for rank in range(2):
        monkeypatch.setattr(distributed, "rank", lambda rank=rank: rank)
        halves.append(loss(slice(rank, None, 2)))
    assert np.mean(halves) == pytest.approx(whole, rel=2e-5)
    assert halves[0] != halves[1]


def by_two_processes(folder, *names):
    launch = ["torch.distributed.run", "--standalone", "--nproc-per-node=2", "-m"]
    answer = folder / "two.json"
    ran = subprocess.run(
        [sys.executable, "-m", *launch, "tests.recipes.sharing", str(answer), *names],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=540,
    )
    assert ran.returncode == 0, ran.stderr[-3000:]
    told = json.loads(answer.read_text())
    assert told["processes"] == 2
    return told["losses"]


def check_alike(folder, *names):
    assert distributed.world_size() == 1
    two = by_two_processes(folder, *names)
    for name in names:
        for alone, shared in zip(losses(name, **FEW), two[name], strict=True):
            assert shared == pytest.approx(alone, rel=1e-4), name


def test_two_real_processes_train_as_one_does(tmp_path):
    """One whose sigma and one whose batch norm are of the whole batch."""
    check_alike(tmp_path, "emoji_vae", "classifier")


@pytest.mark.slow
def test_two_real_processes_train_every_recipe_as_one_does(tmp_path):
    check_alike(tmp_path, *(name for name in NETWORKS if name != "gan"))

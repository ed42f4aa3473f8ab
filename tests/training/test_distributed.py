import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from learnkit.training import distributed

ROOT = Path(__file__).parents[2]
TRAINING = """
import json, sys
import numpy as np, torch
from torch import nn
from learnkit.training import distributed
from learnkit.training.device import choose
from learnkit.training.loop import train
from learnkit.training.pictures import resident

with distributed.together():
    rng = np.random.default_rng(0)
    pictures = resident(rng.integers(0, 256, (60, 8, 8), dtype=np.uint8))
    torch.manual_seed(0)
    model = nn.Sequential(nn.Flatten(), nn.Linear(64, 16), nn.ReLU(), nn.Linear(16, 64)).double()
    generator = torch.Generator().manual_seed(1)

    def objective(model, batch):
        noise = distributed.randn(tuple(batch.shape), generator)
        clean = batch.double()
        return ((model(clean + 0.1 * noise) - clean.flatten(1)) ** 2).mean()

    steps = train(model, objective, pictures, steps=15, batch_size=12, lr=0.01,
                  generator=generator, machine=choose("cpu"))
    losses = [step.loss for step in steps]
    if distributed.rank() == 0:
        last = model[3].weight.detach().flatten().tolist()
        with open(sys.argv[1], "w") as file:
            json.dump({"processes": distributed.world_size(), "losses": losses, "last": last}, file)
"""


def trained(folder: Path, processes: int) -> dict:
    script, answer = folder / "training.py", folder / f"{processes}.json"
    script.write_text(TRAINING)
    launch = [sys.executable]
    if processes > 1:
        launch += ["-m", "torch.distributed.run", "--standalone", f"--nproc-per-node={processes}"]
    ran = subprocess.run(
        [*launch, str(script), str(answer)], cwd=ROOT, capture_output=True, text=True, timeout=240
    )
    assert ran.returncode == 0, ran.stderr[-3000:]
    return json.loads(answer.read_text())


def test_two_processes_and_one_give_the_same_losses_for_the_same_batches(tmp_path):
    one, two = trained(tmp_path, 1), trained(tmp_path, 2)
    assert (one["processes"], two["processes"]) == (1, 2)
    assert two["losses"] == pytest.approx(one["losses"], rel=1e-12)
    assert two["last"] == pytest.approx(one["last"], rel=1e-9)


def test_shards_are_every_nth_row_and_together_the_whole(monkeypatch):
    batch, shards = torch.arange(12), []
    monkeypatch.setattr(distributed, "world_size", lambda: 3)
    for rank in range(3):
        monkeypatch.setattr(distributed, "rank", lambda r=rank: r)
        shards.append(distributed.shard(batch).tolist())
    assert shards[1] == [1, 4, 7, 10] and sorted(np.concatenate(shards)) == batch.tolist()


def test_noise_is_the_same_whoever_draws_it(monkeypatch):
    whole = distributed.randn((6, 2), torch.Generator().manual_seed(0))
    monkeypatch.setattr(distributed, "world_size", lambda: 2)
    monkeypatch.setattr(distributed, "rank", lambda: 1)
    assert torch.equal(distributed.randn((3, 2), torch.Generator().manual_seed(0)), whole[1::2])


@pytest.mark.errors
def test_a_batch_that_cannot_be_shared_equally_is_named(monkeypatch):
    monkeypatch.setattr(distributed, "world_size", lambda: 5)
    with pytest.raises(ValueError, match="batch of 12 cannot be shared equally by 5 processes"):
        distributed.shard(torch.arange(12))

import json
import os
import runpy
import socket
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

with distributed.process_group():
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


def test_two_processes_and_one_give_the_same_losses_for_the_same_batches(tmp_path, monkeypatch):
    script, *answers = (tmp_path / name for name in ("training.py", "one.json", "two.json"))
    script.write_text(TRAINING)
    monkeypatch.setattr(sys, "argv", [str(script), str(answers[0])])
    runpy.run_path(str(script))
    launch = ["-m", "torch.distributed.run", "--standalone", "--nproc-per-node=2"]
    ran = subprocess.run(
        [sys.executable, *launch, str(script), str(answers[1])],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=240,
    )
    assert ran.returncode == 0, ran.stderr[-3000:]
    one, two = (json.loads(answer.read_text()) for answer in answers)
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


@pytest.mark.errors
def test_more_processes_than_gpus_are_one_sentence_to_each_of_them(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    monkeypatch.setenv("LOCAL_WORLD_SIZE", "3")
    for rank in range(3):
        monkeypatch.setenv("LOCAL_RANK", str(rank))
        with (
            pytest.raises(ValueError, match=r"3 processes .* there are 2 GPUs.*--nproc-per-node 2"),
            distributed.process_group(),
        ):
            pass


@pytest.mark.parametrize(
    ("cuda", "asked", "device", "backend"),
    [
        (True, None, "cuda:1", "nccl"),
        (True, "cpu", "cpu", "gloo"),
        (False, None, "cpu", "gloo"),  # a Mac too: its GPU is joined by nothing
    ],
)
def test_a_process_of_torchrun_has_a_gpu_of_its_own_or_the_cpu(
    monkeypatch, cuda, asked, device, backend
):
    joined = []
    monkeypatch.setattr(torch.cuda, "is_available", lambda: cuda)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    monkeypatch.setattr(torch.cuda, "set_device", lambda device: None)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: not cuda)
    monkeypatch.setenv("LOCAL_RANK", "1")
    monkeypatch.setenv("LOCAL_WORLD_SIZE", "2")
    group = distributed.dist
    monkeypatch.setattr(
        group, "init_process_group", lambda name, **more: joined.append((name, more["device_id"]))
    )
    monkeypatch.setattr(distributed, "_meet", lambda wait: (group.HashStore(), 1, 2))
    monkeypatch.setattr(group, "barrier", lambda: None)
    monkeypatch.setattr(group, "destroy_process_group", lambda: None)
    with distributed.process_group(asked) as mine:
        assert mine == torch.device(device)
    assert joined == [(backend, mine if backend == "nccl" else None)]


ALONE = """
from learnkit.training import distributed
try:
    with distributed.process_group("cpu", wait=1):
        pass
except TimeoutError as error:
    print(error)
"""


@pytest.mark.parametrize("rank", ["0", "1"])
def test_a_process_whose_peers_do_not_come_says_so_and_what_to_do(rank):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    group = {"RANK": rank, "LOCAL_RANK": "0", "WORLD_SIZE": "2", "MASTER_PORT": port}
    ran = subprocess.run(
        [sys.executable, "-c", ALONE],
        env=os.environ | group | {"MASTER_ADDR": "127.0.0.1"},
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=240,
    )
    said = f"2 processes were to meet at 127.0.0.1:{port} within 1 s, and they did not"
    assert ran.stdout.startswith(said) and "--node-rank" in ran.stdout


def test_shares_of_any_dimension_are_taken_where_the_pictures_are_counted(monkeypatch):
    whole = distributed.rand((3, 6, 1), torch.Generator().manual_seed(0), dim=1)
    monkeypatch.setattr(distributed, "world_size", lambda: 2)
    monkeypatch.setattr(distributed, "rank", lambda: 1)
    mine = distributed.rand((3, 3, 1), torch.Generator().manual_seed(0), dim=1)
    assert torch.equal(mine, whole[:, 1::2])

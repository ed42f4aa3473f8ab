import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from learnkit.training import checkpoint
from tests.training.conftest import training, weights

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("stop", [1, 5, 11])
def test_a_training_that_resumes_ends_at_the_same_weights_to_the_bit(pictures, tmp_path, stop):
    whole, steps = training(pictures)
    losses = [step.loss for step in steps]
    path = tmp_path / "a.pt"
    _, steps = training(pictures, path=path, every=1)
    first = [next(steps).loss for _ in range(stop)]
    torch.manual_seed(99)  # another life
    model, steps = training(pictures, path=path, every=5, resume=True)
    assert first + [step.loss for step in steps] == losses
    assert torch.equal(weights(model), weights(whole))


def test_stopped_anywhere_it_resumes_from_there(pictures, tmp_path):
    path = tmp_path / "a.pt"
    whole, steps = training(pictures)
    list(steps)
    _, steps = training(pictures, path=path, seconds=3600.0)
    for step in steps:
        if step.number == 7:
            break
    steps.close()
    assert checkpoint.steps_done(path) == 7
    model, steps = training(pictures, path=path, resume=True)
    assert [step.number for step in steps] == list(range(8, 13))
    assert torch.equal(weights(model), weights(whole)) and checkpoint.steps_done(path) == 12


def test_by_the_clock_a_checkpoint_is_written_when_its_seconds_are_over(
    pictures, tmp_path, monkeypatch
):
    now, saved, real = [0.0], [], checkpoint.save
    monkeypatch.setattr("learnkit.training.keeping.time.monotonic", lambda: now[0])
    monkeypatch.setattr(
        checkpoint, "save", lambda p, n, parts: saved.append(n) or real(p, n, parts)
    )
    _, steps = training(pictures, path=tmp_path / "a.pt", seconds=30.0)
    for _ in steps:
        now[0] += 8
    assert saved == [5, 9, 12]


def test_what_is_stored_of_two_gpus_is_put_into_the_one_that_is_there(tmp_path, monkeypatch):
    put, states = [], [torch.tensor([i], dtype=torch.uint8) for i in range(2)]
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "get_rng_state", lambda i: states[i])
    monkeypatch.setattr(torch.cuda, "set_rng_state", lambda state, i: put.append((int(state), i)))
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    checkpoint.save(tmp_path / "a.pt", 3, {})
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 1)
    assert checkpoint.load(tmp_path / "a.pt", {}) == 3 and put == [(0, 0)]


def test_a_macs_random_state_is_kept(tmp_path, monkeypatch):
    states = [torch.tensor([7], dtype=torch.uint8)]
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: True)
    monkeypatch.setattr(torch.mps, "get_rng_state", lambda: states[-1])
    monkeypatch.setattr(torch.mps, "set_rng_state", lambda state: states.append(state + 1))
    checkpoint.save(tmp_path / "a.pt", 3, {})
    checkpoint.load(tmp_path / "a.pt", {})
    assert states[-1].tolist() == [8]


def test_begun_on_a_gpu_it_goes_on_on_a_cpu_and_says_what_differs(tmp_path):
    path, dice = tmp_path / "a.pt", torch.Generator().manual_seed(4)
    checkpoint.save(path, 3, {"generator": dice})
    whole = torch.load(path, weights_only=True)
    whole["parts"]["generator"] |= {"device": "cuda", "state": torch.zeros(16, dtype=torch.uint8)}
    torch.save(whole, path)
    with pytest.warns(UserWarning, match="begun on cuda and is resumed on cpu"):
        assert checkpoint.load(path, {"generator": dice}) == 3
    began = torch.rand(4, generator=torch.Generator().manual_seed(4))
    assert not torch.equal(torch.rand(4, generator=dice), began)


def test_where_nothing_is_there_to_resume_training_begins(pictures, tmp_path):
    _, steps = training(pictures, path=tmp_path / "deep/er/a.pt", resume=True)
    assert [step.number for step in steps] == list(range(1, 13))
    assert (tmp_path / "deep/er/a.pt").exists()


def test_what_is_done_is_not_done_again(pictures, tmp_path):
    _, steps = training(pictures, path=tmp_path / "a.pt")
    list(steps)
    _, steps = training(pictures, path=tmp_path / "a.pt", resume=True)
    assert list(steps) == []


def test_nothing_but_the_checkpoint_is_left_in_its_folder(pictures, tmp_path):
    _, steps = training(pictures, path=tmp_path / "a.pt", every=2)
    list(steps)
    assert os.listdir(tmp_path) == ["a.pt"]


def test_a_disk_that_is_full_costs_a_sentence_and_not_the_last_checkpoint(tmp_path, monkeypatch):
    path, part = tmp_path / "a.pt", nn.Linear(2, 2)
    checkpoint.save(path, 3, {"model": part})
    before = path.read_bytes()

    def full(state, file):
        file.write(b"half of it")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(torch, "save", full)
    with pytest.raises(OSError, match=r"No space left.*the checkpoint before it is kept"):
        checkpoint.save(path, 4, {"model": part})
    assert path.read_bytes() == before and os.listdir(tmp_path) == ["a.pt"]
    monkeypatch.undo()
    assert checkpoint.load(path, {"model": part}) == 3


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs Linux's device that is full")
def test_a_writer_that_fails_for_real_is_a_sentence_too(tmp_path, monkeypatch):
    real = Path.open
    monkeypatch.setattr(Path, "open", lambda self, *a, **k: real(Path("/dev/full"), "wb"))
    with pytest.raises(OSError, match="none was there before: is the disk full"):
        checkpoint.save(tmp_path / "a.pt", 1, {"model": nn.Linear(300, 300)})


@pytest.mark.errors
@pytest.mark.parametrize("keep", [0, 1, 100, 1000])
def test_a_file_that_was_cut_short_is_named(tmp_path, keep):
    path, part = tmp_path / "a.pt", nn.Linear(20, 20)
    checkpoint.save(path, 1, {"model": part})
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(OSError, match=r"a\.pt cannot be read as a checkpoint: delete it"):
        checkpoint.load(path, {"model": part})


@pytest.mark.errors
def test_a_strangers_file_runs_no_code(tmp_path):
    class Evil:
        def __reduce__(self):
            return os.mkdir, (str(tmp_path / "was here"),)

    torch.save(Evil(), tmp_path / "a.pt")
    with pytest.raises(OSError, match="cannot be read as a checkpoint"):
        checkpoint.load(tmp_path / "a.pt", {"model": nn.Linear(1, 1)})
    assert not (tmp_path / "was here").exists()


@pytest.mark.errors
def test_a_checkpoint_of_something_else_is_named(tmp_path):
    path = tmp_path / "a.pt"
    with pytest.raises(OSError, match="no checkpoint at"):
        checkpoint.load(path, {})
    torch.save({"weights": 1}, path)
    with pytest.raises(ValueError, match="is no checkpoint of learnkit"):
        checkpoint.load(path, {})
    checkpoint.save(path, 1, {"model": nn.Linear(2, 2)})
    with pytest.raises(ValueError, match="holds model, and this training has model, optimizer"):
        checkpoint.load(path, {"model": nn.Linear(2, 2), "optimizer": None})
    with pytest.raises(ValueError, match=r"the model in .* is not the one of this training"):
        checkpoint.load(path, {"model": nn.Linear(2, 3)})


VICTIM = """
import sys
from pathlib import Path
import numpy as np, torch
from learnkit.training.pictures import resident
from tests.training.conftest import training, weights
rng = np.random.default_rng(0)
pictures = resident(rng.integers(0, 256, (50, 8, 8), dtype=np.uint8))
folder, end, count = sys.argv[1:]
model, steps = training(pictures, steps=int(count), path=Path(folder), every=1, resume=True)
for step in steps:
    print(step.number, flush=True)
np.save(end, weights(model).numpy())
"""


def killed_and_resumed(folder: Path, kills: int, steps: int) -> tuple[np.ndarray, int]:
    """The final weights of a training killed so often, at random moments, and its deaths."""
    rng, deaths = np.random.default_rng(kills), 0
    command = [sys.executable, "-c", VICTIM, str(folder / "a.pt"), str(folder / "end.npy")]
    for turn in range(kills + 1):
        process = subprocess.Popen(
            [*command, str(steps)],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        if turn == kills:
            _, errors = process.communicate(timeout=300)
            assert process.returncode == 0, errors
            break
        process.stdout.readline()  # it is training now, and writes a checkpoint every step
        began, taken = time.perf_counter(), int(rng.integers(1, 20))
        for _ in range(taken):
            process.stdout.readline()
        time.sleep(rng.uniform(0, 2) * (time.perf_counter() - began) / taken)  # amid a step
        process.send_signal(signal.SIGKILL)
        process.communicate()
        deaths += process.returncode == -signal.SIGKILL
    return np.load(folder / "end.npy"), deaths


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="Windows has no SIGKILL")
@pytest.mark.parametrize("kills", [2, pytest.param(10, marks=pytest.mark.slow)])
def test_killed_at_random_moments_it_ends_at_the_same_weights_to_the_bit(tmp_path, pictures, kills):
    whole, steps = training(pictures, steps=40 * (kills + 1))
    count = sum(1 for _ in steps)
    weights_after, deaths = killed_and_resumed(tmp_path, kills, count)
    assert deaths == kills
    assert np.array_equal(weights(whole).numpy(), weights_after)

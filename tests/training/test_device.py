import shutil

import pytest
import torch
from torch import nn

from learnkit.training import device
from learnkit.training.device import Machine, available, choose


def pretend(monkeypatch, *, cuda=0, mps=False, compiler=True, bf16=False):
    """A machine with so many GPUs, as far as torch's questions go."""
    monkeypatch.setattr(torch.cuda, "is_available", lambda: cuda > 0)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: cuda)
    monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda including_emulation: True)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: mps)
    monkeypatch.setattr(torch.cpu, "_is_avx512_bf16_supported", lambda: bf16, raising=False)
    monkeypatch.setattr(shutil, "which", lambda name: "/usr/bin/c++" if compiler else None)


def test_cuda_comes_before_mps_and_mps_before_the_cpu(monkeypatch):
    pretend(monkeypatch)
    assert str(choose()) == "cpu, channels last" and available() == ["cpu"]
    pretend(monkeypatch, mps=True)
    assert str(choose()) == "mps" and available() == ["mps", "cpu"]
    pretend(monkeypatch, cuda=2, mps=True)
    assert str(choose()) == "cuda, bf16, channels last, compiled, CUDA graphs"
    assert available() == ["cuda:0", "cuda:1", "mps", "cpu"]
    assert choose("cuda:1").device == torch.device("cuda:1")


def test_a_cpu_trains_in_bf16_where_it_multiplies_it_itself(monkeypatch):
    pretend(monkeypatch, bf16=True)
    assert str(choose()) == "cpu, bf16, channels last"


def test_without_a_compiler_nothing_is_compiled(monkeypatch):
    pretend(monkeypatch, cuda=1, compiler=False)
    assert str(choose()) == "cuda, bf16, channels last"


@pytest.mark.errors
@pytest.mark.parametrize("name", ["cuda", "cuda:2", "mps"])
def test_a_gpu_that_was_asked_for_and_is_not_there_is_a_sentence(monkeypatch, name):
    pretend(monkeypatch, cuda=1 if name == "cuda:2" else 0)
    with pytest.raises(ValueError, match=rf"{name} was asked for, and torch .*`learnkit doctor`"):
        choose(name)


@pytest.mark.errors
def test_a_name_of_no_device_is_named(monkeypatch):
    pretend(monkeypatch)
    with pytest.raises(ValueError, match="no device is called 'gpu'; here are cpu"):
        choose("gpu")


def test_a_machine_does_what_it_says():
    model = nn.Conv2d(3, 8, 3)
    machine = Machine(torch.device("cpu"), bf16=True, channels_last=True)
    assert machine.place(model).weight.is_contiguous(memory_format=torch.channels_last)
    with machine.autocast():
        assert model(torch.zeros(1, 3, 8, 8)).dtype == torch.bfloat16
    assert machine.compiled(model) is model
    with Machine(torch.device("cpu")).autocast():
        assert nn.Linear(2, 2)(torch.zeros(1, 2)).dtype == torch.float32


def test_a_lesson_trains_longer_on_a_gpu_and_a_twentieth_where_it_must_be_quick(monkeypatch):
    monkeypatch.delenv("LEARNKIT_QUICK", raising=False)
    monkeypatch.setattr(device, "_best", lambda: "cpu")
    assert device.budget(300, gpu=3000) == 300
    monkeypatch.setattr(device, "_best", lambda: "cuda")
    assert device.budget(300, gpu=3000) == 3000 and device.budget(300) == 300
    monkeypatch.setenv("LEARNKIT_QUICK", "1")
    assert device.budget(300) == 15 and device.budget(10) == 2

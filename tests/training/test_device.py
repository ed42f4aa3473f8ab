import importlib.util
import shutil
import sysconfig
from pathlib import Path

import pytest
import torch
from torch import nn

from learnkit.training import device
from learnkit.training.device import Machine, available, choose


def pretend(monkeypatch, *, cuda=0, mps=False, compiler=True, bf16=False, chip=(9, 0), why=None):
    """A machine with so many GPUs, as far as torch's questions go; `why` they do not work."""
    monkeypatch.setattr(torch.cuda, "get_device_capability", lambda device: chip)
    monkeypatch.setattr(device, "works", lambda device: why)
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: name if compiler else None)
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
    assert str(choose()) == "cuda, bf16, channels last"
    assert available() == ["cuda:0", "cuda:1", "mps", "cpu"]
    assert choose("cuda:1").device == torch.device("cuda:1")


def test_a_cpu_trains_in_bf16_where_it_multiplies_it_itself(monkeypatch):
    pretend(monkeypatch, bf16=True)
    assert str(choose()) == "cpu, bf16, channels last"


LONG = device.WORTH_COMPILING


@pytest.mark.skipif(
    not Path(sysconfig.get_paths()["include"], "Python.h").exists(), reason="no Python.h"
)
def test_a_long_training_is_compiled_where_triton_can_write_for_the_chip(monkeypatch):
    compiled = "cuda, bf16, channels last, compiled, CUDA graphs"
    pretend(monkeypatch, cuda=1)
    assert str(choose(steps=LONG)) == compiled and str(choose(steps=LONG - 1)) != compiled
    pretend(monkeypatch, cuda=1, chip=(6, 1))  # a GTX 1080
    assert str(choose(steps=LONG)) == "cuda, bf16, channels last"
    pretend(monkeypatch, cuda=1, compiler=False)
    assert str(choose(steps=LONG)) == "cuda, bf16, channels last"
    pretend(monkeypatch, cuda=1)
    monkeypatch.setattr(sysconfig, "get_paths", lambda: {"include": "/nowhere"})
    assert str(choose(steps=LONG)) == "cuda, bf16, channels last"


def test_a_gpu_that_runs_no_kernel_is_passed_over_with_its_reason(monkeypatch):
    why = "CUDA error: no kernel image is available for execution on the device"
    pretend(monkeypatch, cuda=1, why=why)
    with pytest.warns(UserWarning, match="the GPU cannot be used.*no kernel image"):
        assert choose().device.type == "cpu"
    with pytest.raises(ValueError, match="cuda was asked for, and it cannot be used: CUDA error"):
        choose("cuda")


def test_a_kernel_tells_whether_a_device_works():
    assert device.works("cpu") is None
    if not torch.cuda.is_available():
        assert device.works("cuda")


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

"""The machine that trains, chosen in one place: CUDA, then MPS, then the CPU; and what pays on it.

Every setting that makes training faster stands in `Machine`, to be seen and to be switched off:
`dataclasses.replace(choose(), bf16=False)`. What does not pay on a device is off there.
"""

import contextlib
import os
import shutil
from dataclasses import dataclass

import torch
from torch import nn

COMPILERS = ("c++", "g++", "clang++")


@dataclass(frozen=True)
class Machine:
    """A device, and how to run a network on it."""

    device: torch.device
    bf16: bool = False  # half the bytes, the range of float32: pays where the chip multiplies it
    channels_last: bool = False  # pixels' channels side by side: convolutions read them in a row
    compile: bool = False  # needs a C++ compiler, and a minute at the first step
    graphs: bool = False  # CUDA graphs: a step's kernels started by one call, for small networks

    def __str__(self) -> str:
        """The device and what is on, in a line: "cpu, channels last"."""
        words = {"bf16": self.bf16, "channels last": self.channels_last, "compiled": self.compile}
        words["CUDA graphs"] = self.graphs
        return ", ".join([str(self.device), *(word for word, on in words.items() if on)])

    def place(self, model: nn.Module) -> nn.Module:
        """The model moved to the device, in the memory layout that is quick there."""
        layout = torch.channels_last if self.channels_last else torch.contiguous_format
        return model.to(self.device, memory_format=layout)

    def compiled(self, model: nn.Module) -> nn.Module:
        """The model compiled, where that pays; it shares its weights with `model`."""
        if not self.compile:
            return model
        return torch.compile(model, mode="reduce-overhead" if self.graphs else "default")

    def autocast(self) -> contextlib.AbstractContextManager:
        """Matrix products and convolutions in bfloat16 inside it, where that pays."""
        return torch.autocast(self.device.type, torch.bfloat16, enabled=self.bf16)


def choose(name: str | None = None) -> Machine:
    """The best machine there is, or the one of that name: "cuda", "cuda:1", "mps" or "cpu".

    Raises ValueError where no such device is there.
    """
    device = torch.device(_best()) if name is None else _named(name)
    if device.type == "cuda":
        compiler = any(map(shutil.which, COMPILERS))
        bf16 = torch.cuda.is_bf16_supported(including_emulation=False)
        return Machine(device, bf16, channels_last=True, compile=compiler, graphs=compiler)
    # On a CPU channels_last is worth 1.4 times in a U-Net's step, bf16 1.5 times in the VAE's where
    # the CPU multiplies it itself; compiling costs more than a short training has to win.
    cpu = device.type == "cpu"
    return Machine(device, bf16=cpu and _cpu_multiplies_bf16(), channels_last=cpu)


def budget(steps: int, *, gpu: int | None = None) -> int:
    """How many steps a lesson trains here: `steps` on a CPU, `gpu` of them on a GPU.

    A twentieth where LEARNKIT_QUICK is set: for runs that only ask whether a lesson goes through.
    """
    here = steps if gpu is None or _best() == "cpu" else gpu
    return max(2, here // 20) if os.environ.get("LEARNKIT_QUICK") else here


def available() -> list[str]:
    """The names that `choose` takes on this machine, the best first."""
    gpus = [f"cuda:{i}" for i in range(torch.cuda.device_count())] if _has("cuda") else []
    return [*gpus, *(["mps"] if _has("mps") else []), "cpu"]


def _has(kind: str) -> bool:
    if kind == "cuda":
        return torch.cuda.is_available()
    return kind == "mps" and torch.backends.mps.is_available()


def _cpu_multiplies_bf16() -> bool:
    """Whether the CPU has instructions for it (AVX512-BF16); torch tells under a private name."""
    return getattr(torch.cpu, "_is_avx512_bf16_supported", lambda: False)()


def _best() -> str:
    return next((kind for kind in ("cuda", "mps") if _has(kind)), "cpu")


def _named(name: str) -> torch.device:
    try:
        device = torch.device(name)
    except RuntimeError:
        raise ValueError(
            f"no device is called {name!r}; here are {', '.join(available())}"
        ) from None
    there = device.type == "cpu" or _has(device.type)
    if there and (device.index or 0) < max(1, sum(device.type in a for a in available())):
        return device
    raise ValueError(
        f"{name} was asked for, and torch {torch.__version__} finds none; here are "
        f"{', '.join(available())} (`learnkit doctor` says why a GPU is not seen)"
    )

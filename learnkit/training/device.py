"""The machine that trains, chosen in one place: CUDA, then MPS, then the CPU; and what pays on it.

Every setting that makes training faster stands in `Machine`, to be seen and to be switched off:
`dataclasses.replace(choose(), bf16=False)`. What does not pay on a device is off there.
"""

import contextlib
import importlib.util
import os
import shutil
import sysconfig
import warnings
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import torch
from torch import nn

COMPILERS = ("c++", "g++", "clang++")
TRITON = 7  # the oldest generation of NVIDIA's chips that Triton writes kernels for: Volta
WORTH_COMPILING = 20_000  # steps: a minute of compiling is won back by then, and not long before


@dataclass(frozen=True)
class Machine:
    """A device, and how to run a network on it."""

    device: torch.device
    bf16: bool = False  # half the bytes, the range of float32: pays where the chip multiplies it
    channels_last: bool = False  # pixels' channels side by side: convolutions read them in a row
    compile: bool = False  # the network alone: needs Triton, and a minute at the first step
    graphs: bool = False  # CUDA graphs: a step's kernels started by one call, for small networks

    def __str__(self) -> str:
        """The device and what is on, in a line: "cpu, channels last"."""
        words = {"bf16": self.bf16, "channels last": self.channels_last, "compiled": self.compile}
        words["CUDA graphs"] = self.graphs
        return ", ".join([str(self.device), *(word for word, on in words.items() if on)])

    def place(self, model: nn.Module) -> nn.Module:
        """The model moved to the device, in the memory layout that is quick there."""
        layout = torch.channels_last if self.channels_last else torch.contiguous_format
        # torch's stub forgets the memory format
        return model.to(self.device, memory_format=layout)  # type: ignore[call-overload]

    def compiled(self, model: nn.Module) -> nn.Module:
        """The model compiled, where that pays; it shares its weights with `model`."""
        if not self.compile:
            return model
        mode = "reduce-overhead" if self.graphs else "default"
        # torch's stub says a function, also of a module
        return torch.compile(model, mode=mode)  # type: ignore[return-value]

    def synchronize(self) -> None:
        """Waits until a GPU has done all that it was handed; a CPU has done it already."""
        if self.device.type == "cuda":
            torch.cuda.synchronize(self.device)
        elif self.device.type == "mps":
            torch.mps.synchronize()

    def autocast(self) -> contextlib.AbstractContextManager:
        """Matrix products and convolutions in bfloat16 inside it, where that pays."""
        return torch.autocast(self.device.type, torch.bfloat16, enabled=self.bf16)


def choose(name: str | None = None, *, steps: int = 0) -> Machine:
    """The best machine there is, or the one of that name: "cuda", "cuda:1", "mps" or "cpu".

    `steps` is how long it will train: a short training is not worth compiling for.
    Raises ValueError where no such device is there, or it cannot be used.
    """
    device = torch.device(_best()) if name is None else _named(name)
    if device.type == "cuda":
        compiled = steps >= WORTH_COMPILING and can_compile(device)
        bf16 = torch.cuda.is_bf16_supported(including_emulation=False)
        return Machine(device, bf16, channels_last=True, compile=compiled, graphs=compiled)
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


@cache
def works(device: torch.device | str) -> str | None:
    """Runs one small kernel on the device: None where that works, else what torch says of it.

    A GPU that torch counts may be too old for this torch, or have no memory left.
    """
    try:
        one = torch.ones(4, dtype=torch.float32, device=device)
        (one @ one).item()
    except (RuntimeError, AssertionError) as error:  # AssertionError: torch without CUDA
        return (str(error).strip().splitlines() or [type(error).__name__])[0]
    return None


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


def can_compile(device: torch.device) -> bool:
    """Whether torch.compile works there: it writes C++ for a CPU, which a compiler then builds.

    For an NVIDIA GPU it writes Triton, which must be there and know the chip, and the C++ that
    starts its kernels.
    """
    header = Path(sysconfig.get_paths()["include"], "Python.h")
    if not any(map(shutil.which, COMPILERS)) or not header.exists():
        return False
    if device.type == "cuda":
        found = importlib.util.find_spec("triton") is not None
        return found and torch.cuda.get_device_capability(device)[0] >= TRITON
    return device.type == "cpu"


def _best() -> str:
    for kind in filter(_has, ("cuda", "mps")):
        if (reason := works(kind)) is None:
            return kind
        _say_once(f"the GPU cannot be used, and the next device is taken: {reason}")
    return "cpu"


@cache
def _say_once(sentence: str) -> None:
    warnings.warn(sentence, stacklevel=4)


def _named(name: str) -> torch.device:
    try:
        device = torch.device(name)
    except RuntimeError:
        raise ValueError(
            f"no device is called {name!r}; here are {', '.join(available())}"
        ) from None
    there = device.type == "cpu" or _has(device.type)
    if there and (device.index or 0) < max(1, sum(device.type in a for a in available())):
        if (reason := works(str(device))) is not None:
            raise ValueError(f"{name} was asked for, and it cannot be used: {reason}")
        return device
    raise ValueError(
        f"{name} was asked for, and torch {torch.__version__} finds none; here are "
        f"{', '.join(available())} (`learnkit doctor` says why a GPU is not seen)"
    )

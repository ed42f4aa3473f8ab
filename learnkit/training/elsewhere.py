"""Whether a function makes its tensors where its arguments lie, tried without a GPU.

torch.zeros(n) and torch.randn(n, generator=g) lie on the CPU; beside arguments on a GPU they fail,
hours later and on another machine. Torch's meta device shows it at once: tensors there have a
shape and no numbers, and refuse to meet those of the CPU as those of a GPU would.
"""

from collections.abc import Callable

import torch
from torch.overrides import TorchFunctionMode

META = torch.device("meta")
REFUSED = "is not on the expected device"  # torch's words where meta meets the CPU


class _DrawnOnCPUError(Exception):
    """A generator was asked for numbers on the CPU; one that lives on a GPU would refuse."""


class _Draws(TorchFunctionMode):
    """While it is on, a generator may draw on the meta device alone."""

    def __torch_function__(
        self, function: Callable, types: tuple, args: tuple = (), options: dict | None = None
    ) -> object:
        options = options or {}
        made = function(*args, **options)
        drawn = options.get("generator") is not None and torch.is_tensor(made)
        if drawn and made.device != META:
            raise _DrawnOnCPUError
        return made


def strays(function: Callable, *args: object, **options: object) -> bool:
    """Whether `function` would fail with its tensors on a GPU, for one it makes lies on the CPU.

    Any other failure says nothing: the meta device has no numbers that x.item() could read.

    >>> strays(lambda x: x + torch.ones(2), torch.zeros(2))
    True
    >>> strays(lambda x: x + torch.ones_like(x), torch.zeros(2))
    False
    """
    moved = [one.detach().to(META) if torch.is_tensor(one) else one for one in args]
    try:
        with _Draws():
            function(*moved, **options)
    except _DrawnOnCPUError:
        return True
    except Exception as error:
        return REFUSED in str(error)
    return False


def gpu_here() -> bool:
    """Whether the lessons on this machine run on a GPU."""
    return torch.cuda.is_available() or torch.backends.mps.is_available()

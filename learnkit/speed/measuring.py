"""The numbers of a roofline: the ceilings of this machine, and the work of an operation."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves
from torch.utils.flop_counter import flop_registry

from learnkit.speed.roofline import Work
from learnkit.speed.throughput import milliseconds
from learnkit.training.device import Machine

REPEATS = 5
# (side of the matrices, bytes that are copied): large enough to be at the ceiling, and no larger
SIZES = {"cpu": (1024, 2**26), "mps": (2048, 2**28), "cuda": (8192, 2**28)}


def peak(machine: Machine, dtype: torch.dtype = torch.float32) -> float:
    """Operations a second (π) of a product of two square matrices, with torch's threads of now."""
    side = SIZES[machine.device.type][0]
    x = torch.ones(side, side, dtype=dtype, device=machine.device)
    with torch.inference_mode():
        return 2e3 * side**3 / milliseconds(lambda: x @ x, machine, repeats=REPEATS)


def bandwidth(machine: Machine) -> float:
    """Bytes a second (β) of a copy, which reads and writes; likewise."""
    size = SIZES[machine.device.type][1]
    numbers = torch.ones(size // 4, dtype=torch.float32, device=machine.device)
    target = torch.empty_like(numbers)
    with torch.inference_mode():
        return 2e3 * size / milliseconds(lambda: target.copy_(numbers), machine, repeats=REPEATS)


def work_of(call: Callable[[], object]) -> Work:
    """What all operations of `call()` ask together; it is run once.

    A product of matrices or a convolution counts two operations for each product that it adds up,
    any other operation one for each number that it makes. Each reads what it is given and writes
    what it makes: what a cache keeps between two operations is not known here.

    >>> x = torch.ones(10, 10)
    >>> work_of(lambda: x @ x)
    Work(flops=2000, bytes=1200)
    """
    # in inference mode a convolution is not seen as one
    with torch.inference_mode(False), torch.no_grad(), _Counting() as counting:
        call()
    return counting.work


class _Counting(TorchDispatchMode):
    """Sees every operation that torch carries out."""

    def __init__(self) -> None:
        super().__init__()
        self.work = Work()

    def __torch_dispatch__(
        self, func: Any, types: Any, args: tuple = (), kwargs: dict | None = None
    ) -> Any:
        kwargs = kwargs or {}
        out = func(*args, **kwargs)
        read, made = _tensors((args, kwargs)), _tensors(out)
        places = {x.untyped_storage().data_ptr() for x in read}
        views = all(x.untyped_storage().data_ptr() in places for x in made)
        if views and not func._schema.is_mutable:  # a reshape, say: nothing is moved
            return out
        if func._overloadpacket in flop_registry:
            flops = flop_registry[func._overloadpacket](*args, **kwargs, out_val=out)
        else:
            flops = sum(x.numel() for x in made)
        self.work += Work(flops, sum(x.nbytes for x in (*read, *made)))
        return out


def _tensors(tree: Any) -> list[Tensor]:
    return [leaf for leaf in tree_leaves(tree) if isinstance(leaf, Tensor)]

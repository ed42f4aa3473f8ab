"""The same training on one process or on many: `torchrun --nproc-per-node N -m ...`.

Every process holds the whole network, takes its share of each batch, and adds its gradient to the
others' (DistributedDataParallel). Without torchrun all of this is one process, and does nothing.
"""

import contextlib
import gc
import os
from collections.abc import Iterator

import torch
import torch.distributed as dist
from torch import nn


def rank() -> int:
    """Which of the processes this is, from 0."""
    return dist.get_rank() if dist.is_initialized() else 0


def world_size() -> int:
    """How many processes train together."""
    return dist.get_world_size() if dist.is_initialized() else 1


@contextlib.contextmanager
def together() -> Iterator[torch.device | None]:
    """Joins the processes that torchrun started, and parts them at the end; else does nothing.

    Gives this process's own device where it has a GPU of its own, else None. NCCL joins GPUs,
    gloo CPUs.
    """
    if "LOCAL_RANK" not in os.environ or dist.is_initialized():
        yield None
        return
    mine = None
    if torch.cuda.is_available():
        mine = torch.device("cuda", int(os.environ["LOCAL_RANK"]))
        torch.cuda.set_device(mine)
    dist.init_process_group("nccl" if mine else "gloo")
    try:
        yield mine
        dist.barrier()  # who is first at the end waits: gloo's threads still answer the others
    finally:
        gc.collect()  # what still holds the group, such as a parallel model, goes before it
        dist.destroy_process_group()


def shared(model: nn.Module) -> nn.Module:
    """The model with gradients averaged over all processes; the model itself where there is one."""
    return nn.parallel.DistributedDataParallel(model) if world_size() > 1 else model


def shard(batch: torch.Tensor) -> torch.Tensor:
    """The share of a batch that is this process's: every world_size-th row, from its rank.

    Raises ValueError where the shares would not be equal: the mean of their means would lie.
    """
    if len(batch) % world_size():
        raise ValueError(
            f"a batch of {len(batch)} cannot be shared equally by {world_size()} processes; "
            f"choose a multiple of {world_size()}"
        )
    return batch[rank() :: world_size()]


def randn(shape: tuple[int, ...], generator: torch.Generator) -> torch.Tensor:
    """Normal noise for this process's rows: the same rows whether one process draws or many.

    Every process draws for the whole batch from the same generator and keeps its share.
    """
    rows, *rest = shape
    size = (rows * world_size(), *rest)
    return shard(torch.randn(size, generator=generator, device=generator.device))


def mean(value: torch.Tensor) -> torch.Tensor:
    """The mean of a number over all processes."""
    if world_size() == 1:
        return value
    total = value.clone()
    dist.all_reduce(total)
    return total / world_size()

"""The same training on one process or on many: `torchrun --nproc-per-node N -m ...`.

Every process holds the whole network, takes its share of each batch, and adds its gradient to the
others' (DistributedDataParallel). Without torchrun all of this is one process, and does nothing.
"""

import contextlib
import functools
import gc
import inspect
import os
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import torch
import torch.distributed as dist
from torch import Tensor, nn

from learnkit.tensors import Batch, Floats, Scalar

WAIT = 300.0  # seconds until all processes of a training must have come


def rank() -> int:
    """Which of the processes this is, from 0."""
    return dist.get_rank() if dist.is_initialized() else 0


def world_size() -> int:
    """How many processes train together."""
    return dist.get_world_size() if dist.is_initialized() else 1


@contextlib.contextmanager
def process_group(name: str | None = None, *, wait: float = WAIT) -> Iterator[torch.device | None]:
    """Joins the processes that torchrun started, and parts them at the end; else does nothing.

    Gives this process's own device: its NVIDIA GPU, which NCCL joins, or the CPU, which gloo does
    (Apple's GPUs are joined by nothing), and None without torchrun. `name` is the device that was
    asked for, if any was.
    Raises ValueError where there are more processes than GPUs, TimeoutError where some do not come
    within `wait` seconds.
    """
    if "LOCAL_RANK" not in os.environ or dist.is_initialized():
        yield None
        return
    if torch.cuda.is_available() and name != "cpu":
        mine = torch.device("cuda", _own_gpu())
        torch.cuda.set_device(mine)
    else:
        mine = torch.device("cpu")
    store, own_rank, count = _meet(timedelta(seconds=wait))
    dist.init_process_group(
        "gloo" if mine.type == "cpu" else "nccl",
        store=store,
        rank=own_rank,
        world_size=count,
        device_id=None if mine.type == "cpu" else mine,
    )
    try:
        yield mine
        dist.barrier()  # who is first at the end waits: gloo's threads still answer the others
    finally:
        gc.collect()  # what still holds the group, such as a parallel model, goes before it
        dist.destroy_process_group()


def _meet(wait: timedelta) -> tuple[dist.Store, int, int]:
    """Waits until all processes are there: what they share, this one's rank, and their number."""
    count = int(os.environ["WORLD_SIZE"])
    where = f"{os.environ['MASTER_ADDR']}:{os.environ['MASTER_PORT']}"
    come = None
    try:
        store, own_rank, _ = next(dist.rendezvous("env://", timeout=wait))
        come, end = store.add("come", 1), time.monotonic() + wait.total_seconds()
        while come < count and time.monotonic() < end:
            time.sleep(0.01)
            come = store.add("come", 0)
    except (dist.DistError, RuntimeError) as error:
        reason = str(error).splitlines()[0]
    else:
        reason = f"{come} of them are there"
    if come is None or come < count:
        raise TimeoutError(
            f"{count} processes were to meet at {where} within {wait.total_seconds():g} s, and "
            f"they did not ({reason}): start the same command on every machine, each with its own "
            "--node-rank, and see that they reach that address"
        )
    store.set_timeout(dist.default_pg_timeout)  # an evaluation may take longer than a meeting
    return store, own_rank, count


def _own_gpu() -> int:
    here, gpus = int(os.environ.get("LOCAL_WORLD_SIZE", 1)), torch.cuda.device_count()
    rank_here = int(os.environ["LOCAL_RANK"])
    if max(here, rank_here + 1) > gpus:
        raise ValueError(
            f"{here} processes were started here, and there are {gpus} GPUs: give each a GPU of "
            f"its own with --nproc-per-node {gpus}, or train on the CPU with --device cpu"
        )
    return rank_here


def shared(model: nn.Module) -> nn.Module:
    """The model with gradients averaged over all processes; the model itself where there is one.

    Its batch norms then compare the pictures of all processes.
    """
    if world_size() == 1:
        return model
    for norm in model.modules():
        if isinstance(norm, nn.modules.batchnorm._BatchNorm):
            vars(norm)["forward"] = functools.partial(_batch_norm, norm)
    # buffers are the same everywhere already: they are computed, and from the same numbers
    known = inspect.signature(nn.parallel.DistributedDataParallel).parameters
    name = "forward_sync_buffers" if "forward_sync_buffers" in known else "broadcast_buffers"
    options: dict[str, Any] = {name: False}
    return nn.parallel.DistributedDataParallel(model, **options)


class _Sum(torch.autograd.Function):
    """The sum over all processes; so is its gradient, for each process's number is in all sums."""

    @staticmethod
    def forward(ctx: Any, x: Floats) -> Floats:
        total = x.clone()
        dist.all_reduce(total)
        return total

    @staticmethod
    def backward(ctx: Any, gradient: Floats) -> Floats:
        return _Sum.forward(ctx, gradient)


def _batch_norm(norm: nn.modules.batchnorm._BatchNorm, x: Batch) -> Batch:
    """What `norm` does to the pictures of all processes together, for this one's (n, c, ...).

    torch.nn.SyncBatchNorm is the same, and runs on GPUs alone.
    """
    if not norm.training:
        return type(norm).forward(norm, x)
    each = [0, *range(2, x.ndim)]  # all but the channels
    like = [1, -1, *[1] * (x.ndim - 2)]
    y = x.to(torch.promote_types(x.dtype, torch.float32))
    mean = _Sum.apply(y.mean(dim=each)) / world_size()
    variance = _Sum.apply((y - mean.reshape(like)).square().mean(dim=each)) / world_size()
    with torch.no_grad():
        names = ("num_batches_tracked", "running_mean", "running_var")
        tracked, running_mean, running_var = (norm.get_buffer(name) for name in names)
        tracked += 1
        rate = norm.momentum or 1 / float(tracked)
        count = world_size() * y.numel() / y.shape[1]
        running_mean.lerp_(mean.to(running_mean), rate)
        running_var.lerp_(variance.to(running_var) * count / (count - 1), rate)
    y = (y - mean.reshape(like)) / (variance.reshape(like) + norm.eps).sqrt()
    return (y * norm.weight.reshape(like) + norm.bias.reshape(like)).to(x.dtype)


def shard(batch: Tensor, dim: int = 0) -> Tensor:
    """The share of a batch that is this process's: every world_size-th row, from its rank.

    `dim` is the dimension that counts the pictures.
    Raises ValueError where the shares would not be equal: the mean of their means would lie.
    """
    if batch.shape[dim] % world_size():
        raise ValueError(
            f"a batch of {batch.shape[dim]} cannot be shared equally by {world_size()} processes; "
            f"choose a multiple of {world_size()}"
        )
    return batch[(slice(None),) * dim + (slice(rank(), None, world_size()),)]


def randn(shape: tuple[int, ...], generator: torch.Generator, *, dim: int = 0) -> Floats:
    """Normal noise for this process's rows: the same rows whether one process draws or many.

    Every process draws for the whole batch from the same generator and keeps its share.
    """
    return _drawn(torch.randn, shape, generator, dim)


def rand(shape: tuple[int, ...], generator: torch.Generator, *, dim: int = 0) -> Floats:
    """Numbers from [0, 1) for this process's rows, likewise."""
    return _drawn(torch.rand, shape, generator, dim)


def _drawn(
    draw: Callable[..., Floats], shape: tuple[int, ...], of: torch.Generator, dim: int
) -> Floats:
    size = list(shape)
    size[dim] *= world_size()
    return shard(draw(size, generator=of, device=of.device, dtype=torch.float32), dim)


def mean(value: Scalar) -> Scalar:
    """The mean of a number over all processes."""
    if world_size() == 1:
        return value
    total = value.clone()
    dist.all_reduce(total)
    return total / world_size()

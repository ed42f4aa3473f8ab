"""Data parallel training, as arithmetic: who takes which pictures, and what becomes of gradients.

Every process holds the whole network. It computes the mean gradient of its own pictures; then all
processes take the mean over all pictures, and so make the same step. `distributed` has torch do
this; here it is written out.
Source: Patarasuk and Yuan (2009), Bandwidth Optimal All-reduce Algorithms; Li et al. (2020),
PyTorch Distributed, section 3.
"""

from collections.abc import Sequence

import torch

from learnkit.tensors import Floats


def shard(indices: torch.Tensor, rank: int, world_size: int) -> torch.Tensor:
    """The indices (m,) that process `rank`, from 0, takes: every world_size-th, from its rank.

    Each index is in one share and only there; the first shares may have one more.
    Raises ValueError where there is no such process.

    >>> shard(torch.arange(7), 1, 3)
    tensor([1, 4])
    """
    if not 0 <= rank < world_size:
        raise ValueError(f"rank must be from 0 to world_size - 1 = {world_size - 1}, got {rank}")
    return indices[rank::world_size]


def average_gradients(gradients: Sequence[Sequence[Floats]], counts: Sequence[int]) -> list[Floats]:
    """The mean gradient of all pictures, parameter by parameter: Σ_r n_r g_r / Σ_r n_r.

    `gradients[rank][parameter]` is the mean over the `counts[rank]` pictures of that process. A
    process without pictures adds nothing, whatever its gradients hold: they may be NaN, the mean of
    nothing. The tensors are new.
    Raises ValueError where there is no picture at all, or not one count a process.

    >>> average_gradients([[torch.tensor(1.0)], [torch.tensor(4.0)]], counts=[2, 1])
    [tensor(2.)]
    """
    if len(gradients) != len(counts) or sum(counts) < 1:
        raise ValueError(
            f"{len(gradients)} processes with {list(counts)} pictures: there must be a count for "
            "each, and a picture at least"
        )
    busy = [(own, count) for own, count in zip(gradients, counts, strict=True) if count]
    total = sum(counts)
    return [
        torch.stack([own[i] * (count / total) for own, count in busy]).sum(dim=0)
        for i in range(len(gradients[0]))
    ]


def ring_bytes(size: float, world_size: int) -> float:
    """What each process sends so that all have the sum of `size` bytes: 2 (p - 1) / p of them.

    In a ring each process sends p - 1 parts to its neighbour to add them up, and p - 1 to pass the
    sums on; a part is size / p. So the volume hardly depends on how many processes there are.

    >>> ring_bytes(100.0, 2)
    100.0
    """
    if world_size < 1:
        raise ValueError(f"world_size must be at least 1, got {world_size}")
    return 2 * (world_size - 1) / world_size * size

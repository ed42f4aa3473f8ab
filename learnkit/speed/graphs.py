"""CUDA graphs: all kernels of a call are recorded once, and started together from then on.

A small network at batch one is a hundred kernels of a few microseconds each, and to start one from
Python takes as long as to run it. A graph is started by one call.
Source: PyTorch's notes on CUDA semantics, section "CUDA Graphs".
"""

from collections.abc import Callable

import torch
from torch import Tensor

from learnkit.training.device import Machine

WARMUP = 3  # calls on a stream of their own, in which kernels are chosen and memory is taken


def recorded(call: Callable[[], Tensor], machine: Machine) -> Callable[[], Tensor]:
    """`call`, without gradients, as a graph: it computes from the same tensors, wherever they lie.

    New input is copied into the tensor that `call` reads; the result is overwritten by the next
    call. Raises ValueError where the machine is no NVIDIA GPU.
    """
    if machine.device.type != "cuda":
        raise ValueError(f"CUDA graphs need an NVIDIA GPU, and this is {machine.device}")
    aside = torch.cuda.Stream()
    aside.wait_stream(torch.cuda.current_stream())
    with torch.no_grad(), torch.cuda.stream(aside):
        for _ in range(WARMUP):
            call()
    torch.cuda.current_stream().wait_stream(aside)
    graph = torch.cuda.CUDAGraph()
    with torch.no_grad(), torch.cuda.graph(graph):
        result = call()

    def replayed() -> Tensor:
        graph.replay()
        return result

    return replayed

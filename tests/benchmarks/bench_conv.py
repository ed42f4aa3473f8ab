"""Convolution in NumPy beside torch on the same cores, float32, on three usual shapes.

A ratio of 1 is the budget: 1.5 times torch's time forward, 2 times forward and backward (the
geometric mean over the shapes), and 300 times faster than the loops that define it. Both sides get
one core, and then all of them: each time in a process of their own.
"""

import json
import math
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable

import numpy as np
import torch
import torch.nn.functional as F

from learnkit.byhand import conv

SHAPES = [  # n, c_in, size, c_out, kernel
    (128, 1, 28, 32, 3),
    (128, 32, 14, 64, 3),
    (64, 16, 28, 16, 5),
]


def run() -> list[tuple[str, float, str]]:
    """The rows, on one core and on all: the number of threads is read once, at the import."""
    table = []
    for cores in sorted({1, os.cpu_count() or 1}):
        threads = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), str(cores))
        command = [sys.executable, "-m", "tests.benchmarks.bench_conv"]
        done = subprocess.run(command, env=os.environ | threads, check=True, capture_output=True)
        for what, figure, detail in map(json.loads, done.stdout.splitlines()):
            table.append((f"{what}; cores {cores}", figure, detail))
    return table


def rows() -> list[tuple[str, float, str]]:
    """Medians of fifteen, ours and torch's in turn."""
    rng = np.random.default_rng(0)
    forward, both, table = [], [], []
    for n, c_in, size, c_out, k in SHAPES:
        x = rng.standard_normal((n, c_in, size, size)).astype(np.float32)
        w = rng.standard_normal((c_out, c_in, k, k)).astype(np.float32)
        tx, tw = (torch.tensor(a, requires_grad=True) for a in (x, w))
        u = rng.standard_normal((n, c_out, size - k + 1, size - k + 1)).astype(np.float32)
        tu = torch.tensor(u)

        def ours(x=x, w=w, u=u, k=k, size=size):
            conv.conv2d(x, w)
            conv.conv2d_input_grad((size, size), w, u)
            conv.conv2d_weight_grad(x, u, (k, k))

        def theirs(tx=tx, tw=tw, tu=tu):
            torch.autograd.grad(F.conv2d(tx, tw), (tx, tw), tu)

        def bare(tx=tx, tw=tw):
            with torch.no_grad():
                F.conv2d(tx, tw)

        forward.append(ratio(lambda x=x, w=w: conv.conv2d(x, w), bare))
        both.append(ratio(ours, theirs))
    for name, times, budget in (("forward", forward, 1.5), ("+ backward", both, 2.0)):
        mean = math.exp(statistics.mean(map(math.log, times)))
        each = ", ".join(f"{t:.1f}" for t in times)
        what = f"conv. {name}: {each}"
        table.append((what, budget / mean, f"{mean:.2f} x torch against at most {budget}"))
    x, w = rng.standard_normal((4, 32, 14, 14)), rng.standard_normal((64, 32, 3, 3))
    slow = ratio(lambda: conv.conv2d_loops(x, w), lambda: conv.conv2d(x, w), times=1)
    table.append(("convolution against its loops", slow / 300, f"{slow:.0f} x against 300"))
    return table


def ratio(one: Callable[[], object], other: Callable[[], object], times: int = 15) -> float:
    """The median time of `one` over that of `other`, run in turn, after one round unmeasured."""
    one_times, other_times = [], []
    other()
    if times > 1:
        one()
    for _ in range(times):
        one_times.append(timed(one))
        other_times.append(timed(other))
    return statistics.median(one_times) / statistics.median(other_times)


def timed(call: Callable[[], object]) -> float:
    """Seconds of one call."""
    began = time.perf_counter()
    call()
    return time.perf_counter() - began


if __name__ == "__main__":
    for row in rows():
        print(json.dumps(row))

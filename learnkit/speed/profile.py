"""Which operations the time goes to: torch's profiler, as rows of a table.

Source: torch.profiler, whose columns "Self CPU" and "Self CUDA" these are.
"""

import os
from collections.abc import Callable

from torch.profiler import ProfilerActivity, profile

from learnkit.training.device import Machine


def profiled(call: Callable[[], object], machine: Machine, *, repeats: int = 20) -> dict[str, dict]:
    """Operation by operation what one `call()` takes: its "calls", "ms" and "share, %".

    The time of an operation is its own, without that of operations which it calls; on a GPU it is
    the GPU's. The largest comes first, and all shares together are 100.
    Raises ValueError where `repeats` is below 1.

    >>> import torch
    >>> x = torch.ones(4)
    >>> profiled(lambda: x @ x, Machine(x.device))["dot"]["calls"]
    1.0
    """
    if repeats < 1:
        raise ValueError(f"repeats must be at least 1, got {repeats}")
    os.environ.setdefault("KINETO_LOG_LEVEL", "99")  # else it prints that it begins and ends
    on_gpu = machine.device.type == "cuda"
    activities = [ProfilerActivity.CPU, *([ProfilerActivity.CUDA] if on_gpu else [])]
    call()
    with profile(activities=activities) as seen:
        for _ in range(repeats):
            call()
        machine.synchronize()
    times = {
        event.key: (event.self_device_time_total if on_gpu else event.self_cpu_time_total, event)
        for event in seen.key_averages()
    }
    total = sum(microseconds for microseconds, _ in times.values())
    return {
        name.removeprefix("aten::"): {
            "calls": event.count / repeats,
            "ms": microseconds / repeats / 1000,
            "share, %": 100 * microseconds / total,
        }
        for name, (microseconds, event) in sorted(times.items(), key=lambda item: -item[1][0])
    }

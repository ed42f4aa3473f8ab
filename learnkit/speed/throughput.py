"""Pictures a second.

A GPU is handed its work, and Python goes on while the GPU computes. So a clock that is read before
the work is done measures the handing over alone.
"""

import time
from collections.abc import Callable
from statistics import median

from learnkit.training.device import Machine


def throughput(
    step: Callable[[], object],
    batch_size: int,
    synchronize: Callable[[], object],
    clock: Callable[[], float],
    warmup: int = 3,
    repeats: int = 10,
) -> float:
    """The median, over `repeats` steps, of pictures a second; `warmup` steps go before, untimed.

    `step()` is one step with `batch_size` pictures, `synchronize()` waits until the device has done
    all that it was handed, `clock()` tells the time in seconds.
    Raises ValueError for counts that cannot be.

    >>> ticks = iter([0.0, 0.5, 1.0, 1.25, 2.0, 4.0])
    >>> throughput(lambda: None, 8, lambda: None, lambda: next(ticks), repeats=3)
    16.0
    """
    if batch_size < 1 or repeats < 1 or warmup < 0:
        raise ValueError(
            "batch_size and repeats must be at least 1 and warmup 0, got "
            f"{batch_size}, {repeats} and {warmup}"
        )
    for _ in range(warmup):
        step()
    rates = []
    for _ in range(repeats):
        synchronize()
        begin = clock()
        step()
        synchronize()
        rates.append(batch_size / (clock() - begin))
    return median(rates)


def milliseconds(step: Callable[[], object], machine: Machine, **counts: int) -> float:
    """The median time of one step on a machine, in ms; `counts` are those of `throughput`."""
    return 1000 / throughput(step, 1, machine.synchronize, time.perf_counter, **counts)

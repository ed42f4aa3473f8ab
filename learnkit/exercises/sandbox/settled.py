"""What a notebook may have turned in torch and NumPy, turned back while a check runs.

The reference and the known mistakes run in the notebook's process, the answer in a fresh one:
both must find the same. What stood before stands again afterwards, the states of the random
generators as well. torch is never loaded for it.
"""

import contextlib
import random
import sys
import threading
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

_here = threading.local()  # whether this thread is within it already: then it costs nothing
_PRINTED: dict[str, Any] = {
    "edgeitems": 3,
    "threshold": 1000,
    "floatmode": "maxprec",
    "precision": 8,
    "suppress": False,
    "linewidth": 75,
    "nanstr": "nan",
    "infstr": "inf",
    "sign": "-",
    "formatter": None,
    "legacy": False,
}


@contextlib.contextmanager
def settled() -> Iterator[None]:
    """Within it Python's, NumPy's and torch's global state is that of a fresh process."""
    if getattr(_here, "settled", False):
        yield
        return
    with contextlib.ExitStack() as stack:
        stack.enter_context(np.errstate(all="ignore"))  # a mistake may divide by zero
        stack.enter_context(np.printoptions(**_PRINTED))
        stack.enter_context(warnings.catch_warnings())
        warnings.simplefilter("ignore")
        stack.callback(random.setstate, random.getstate())
        stack.callback(np.random.set_state, np.random.get_state())  # noqa: NPY002
        if "torch" in sys.modules:
            stack.enter_context(_torch_settled())
        _here.settled = True
        stack.callback(setattr, _here, "settled", False)
        yield


@contextlib.contextmanager
def _torch_settled() -> Iterator[None]:
    import torch

    with contextlib.ExitStack() as stack:

        def put(get: Callable, put: Callable, default: object) -> None:
            before = get()
            if before != default:
                stack.callback(put, before)
                put(default)

        stack.enter_context(torch.inference_mode(False))
        stack.enter_context(torch.enable_grad())
        stack.enter_context(torch.autocast("cpu", enabled=False))
        stack.enter_context(torch.autograd.set_detect_anomaly(False))
        stack.enter_context(torch.random.fork_rng(devices=[]))
        put(torch.get_default_dtype, torch.set_default_dtype, torch.float32)
        put(torch.get_float32_matmul_precision, torch.set_float32_matmul_precision, "highest")
        put(torch.get_num_threads, torch.set_num_threads, 1)  # as a worker has it
        if torch.are_deterministic_algorithms_enabled():
            warns = torch.is_deterministic_algorithms_warn_only_enabled()
            stack.callback(torch.use_deterministic_algorithms, True, warn_only=warns)
            torch.use_deterministic_algorithms(False)
        if torch.get_default_device().type != "cpu":
            stack.enter_context(torch.device("cpu"))
        yield

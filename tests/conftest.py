"""What every test shares: a seeded generator, and shapes that no test of errors has checked."""

import os
import shutil
import subprocess
import time

import hypothesis
import jaxtyping
import numpy as np
import pytest

hypothesis.settings.register_profile("busy", deadline=None)  # it would be one in wall seconds
hypothesis.settings.load_profile("busy")


@pytest.fixture(autouse=True)
def own_errors_first(request):
    """Where shapes are checked, a wrong one would meet jaxtyping's error before learnkit's own."""
    if request.node.get_closest_marker("errors") is None:
        yield
        return
    jaxtyping.config.update("jaxtyping_disable", True)
    yield
    jaxtyping.config.update("jaxtyping_disable", False)


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem):
    """One environment for all tests: in another one, workers would have to import torch anew."""
    os.environ.pop("PYTEST_CURRENT_TEST", None)


@pytest.fixture
def tenth_of_a_second():
    """The CPU seconds that this machine, as busy as it is, takes to add up ten million."""
    began = time.process_time()
    sum(range(10_000_000))
    return time.process_time() - began


@pytest.fixture
def rng():
    return np.random.default_rng(0)


@pytest.fixture(scope="session")
def bubblewrap():
    """Skips the test where a plain bubblewrap cannot start; where it can, ours must, too."""
    program = shutil.which("bwrap")
    command = [program or "bwrap", "--unshare-pid", "--unshare-net", "--ro-bind", "/", "/", "true"]
    if program is None or subprocess.run(command, capture_output=True).returncode:
        pytest.skip("bubblewrap cannot run here")

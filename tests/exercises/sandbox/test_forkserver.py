"""Workers forked from a process that has imported torch: as good as started ones, and sooner."""

import os
import subprocess
import sys
import textwrap
import time

import psutil
import pytest

from learnkit.exercises import check
from learnkit.exercises.sandbox import forkserver, limits, processes, workers
from tests.exercises.test_engine import define

# The shape checks wrap the inner functions of builders, which then cannot travel.
pytestmark = [
    pytest.mark.errors,
    pytest.mark.skipif(sys.platform != "linux", reason="elsewhere each worker starts by itself"),
]
NAME = "kl_divergence"
MODULES = ("torch", "torch._dynamo")
RIGHT = """def kl_divergence(mean, log_var):
    {}
    return (mean**2 + log_var.exp() - 1 - log_var).sum(1) / 2"""


@pytest.fixture(autouse=True)
def patience(monkeypatch):
    monkeypatch.setattr(limits, "BACKSTOP", 400.0)  # the machine may be very busy


def answer(line="pass"):
    return define(RIGHT.format(line), NAME)


def verdict(line="pass"):
    return check(NAME, answer(line)).status


def gone_within_a_minute(pid):
    end = time.monotonic() + 60
    while psutil.pid_exists(pid):
        assert time.monotonic() < end
        time.sleep(0.01)


def test_a_worker_is_forked_from_one_server_for_all():
    assert verdict() == "correct"
    server = psutil.Process(forkserver._servers[MODULES].process.pid)
    told = check(NAME, answer("import time; print(time.process_time())"))
    assert told.correct and verdict("mean = mean + 1") == "incorrect"
    assert forkserver._servers[MODULES].process.pid == server.pid
    imports = server.cpu_times().user
    assert float(told.printed.split()[0]) < imports / 4  # the worker has not imported torch anew


def test_a_worker_without_torch_is_forked_from_a_server_that_has_numpy():
    source = "def mse_loss(pred, target):\n    {}\n    return ((pred - target) ** 2).mean()"
    assert check("mse_loss", define(source.format("pass"), "mse_loss")).correct
    server = psutil.Process(forkserver._servers[()].process.pid)
    loaded = "import sys; print('numpy' in sys.modules, 'torch' in sys.modules)"
    told = check("mse_loss", define(source.format(loaded), "mse_loss"))
    assert told.correct and told.printed.split()[:2] == ["True", "False"]
    assert forkserver._servers[()].process.pid == server.pid


def test_each_worker_draws_other_numbers():
    """Of NumPy and Python, as a process does that was started; torch begins at the same seed."""
    drawn = set()
    for _ in range(2):
        line = "import numpy as np, random; print(np.random.rand(), random.random())"
        said = check(NAME, answer(line)).printed.splitlines()[0].split()
        drawn |= set(said)
    assert len(drawn) == 4


@pytest.mark.parametrize(
    "end", ["import os; os._exit(3)", "import os; os.abort()", "while True: pass"]
)
@pytest.mark.parametrize("orphan", ["", "start_new_session=True"])
def test_no_process_outlives_its_check(monkeypatch, end, orphan):
    from learnkit.exercises.table import find

    monkeypatch.setattr(find(NAME), "seconds", 0.5)
    sleep = f"import subprocess; subprocess.Popen(['sleep', '3600.375'], {orphan})"
    assert verdict(f"{sleep}\n    {end}") == "incorrect"
    lines = [p.info["cmdline"] or () for p in psutil.process_iter(["cmdline"])]
    assert not [line for line in lines if "3600.375" in line]
    assert verdict() == "correct"


def test_a_server_that_was_killed_is_replaced():
    assert verdict() == "correct"
    dead = forkserver._servers[MODULES].process
    dead.kill()
    dead.wait()
    assert verdict() == "correct"
    assert forkserver._servers[MODULES].process.pid != dead.pid


def test_another_environment_gets_another_server(monkeypatch):
    assert verdict() == "correct"
    before = forkserver._servers[MODULES].process
    monkeypatch.setenv("LEARNKIT_SOMETHING", "else")
    workers._stop_all()
    told = check(NAME, answer("import os; print(os.environ.get('LEARNKIT_SOMETHING'))"))
    assert told.correct and told.printed.startswith("else")
    assert before.poll() is not None


def test_a_worker_is_of_a_session_and_a_folder_of_its_own_and_no_child_of_ours(
    tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    worker = processes.start(("torch",))
    process = worker.process
    while process.unborn:
        time.sleep(0.01)
    try:
        assert os.getsid(process.pid) == process.pid != os.getsid(0)
        assert psutil.Process(process.pid).cwd() == str(tmp_path)
        assert process.poll() is None
    finally:
        processes.stop(worker)
    assert process.returncode == process.wait() == 256 - 9  # the watch tells of whom it has ended
    gone_within_a_minute(process.pid)  # no zombie stays either


def test_a_worker_that_is_stopped_before_it_is_forked_waits_for_nobody():
    workers._stop_all()
    worker = processes.start(("torch",))
    assert worker.process.unborn and worker.process.pid == forkserver._servers[MODULES].process.pid
    with pytest.raises(subprocess.TimeoutExpired):
        worker.process.wait(100)
    processes.stop(worker)
    assert worker.process.returncode is not None
    assert verdict() == "correct"


def test_a_server_ends_with_its_notebook():
    script = """
        import os, psutil, sys, time
        from learnkit.exercises.sandbox import forkserver, processes
        worker = processes.start(("torch",))
        while worker.process.unborn: time.sleep(0.01)
        print(worker.process.pid, worker.process._server.process.pid, flush=True)
        os.kill(os.getpid(), 9)
    """
    ran = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script)], capture_output=True, text=True
    )
    for pid in map(int, ran.stdout.split()):
        gone_within_a_minute(pid)


def test_what_a_server_says_before_it_ends_is_heard_however_soon_it_ends(tmp_path, monkeypatch):
    python = tmp_path / "python"
    python.write_text("#!/bin/sh\necho 'no such luck' >&2; exit 1\n")
    python.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(python))
    for _ in range(20):  # the second of a pair meets the first one's server while it ends
        for worker in [processes.start(()), processes.start(())]:
            worker.pipes[1].read()
            processes.stop(worker)
            assert worker.last_words == "no such luck"

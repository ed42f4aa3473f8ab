import json
import os
import re
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

import psutil
import pytest

from learnkit import threads
from learnkit.course import lab
from learnkit.exercises.index import EXERCISES
from tests.browser.conftest import running_lab
from tests.course.conftest import NAMES


def solve(work: Path, *names: str) -> None:
    entries = {name: {"best": "correct", "status": "correct", "tries": 1} for name in names}
    (work / ".learnkit/progress.json").write_text(json.dumps(entries))


def test_the_lab_opens_on_the_first_lesson_that_is_not_finished(course, work):
    lab.prepare(work)
    assert lab.first_unfinished(work) == NAMES[0]
    solve(work, "invert")
    assert lab.first_unfinished(work) == NAMES[0]
    solve(work, *(name for name, lesson in EXERCISES.items() if lesson in (0, 2)))
    assert lab.first_unfinished(work) == NAMES[1]
    solve(work, *EXERCISES)
    assert lab.first_unfinished(work) == NAMES[-1]
    (work / ".learnkit/progress.json").write_text("{")
    assert lab.first_unfinished(work) == NAMES[0]


@pytest.mark.errors
def test_a_busy_port_is_one_sentence_with_the_way_out():
    with socket.create_server(("127.0.0.1", 0)) as busy:
        port = busy.getsockname()[1]
        with pytest.raises(OSError, match=f"port {port} is busy; leave out --port"):
            lab.check_port(port)
    lab.check_port(port)


@pytest.fixture
def default_port_taken():
    """Somebody listens on JupyterLab's own port: this test, or whoever does so already."""
    try:
        busy = socket.create_server(("127.0.0.1", lab.DEFAULT_PORT))
    except OSError:
        yield
    else:
        with busy:
            yield


@pytest.fixture
def no_home(tmp_path, monkeypatch):
    """A user whose home is in a folder that cannot be: nothing can be written there."""
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("HOME", str(tmp_path / "file/home"))


def test_the_lab_answers_with_its_token_on_this_machine_alone_and_ctrl_c_ends_it(
    work, no_home, default_port_taken
):
    with running_lab(work) as (url, process):
        port = int(re.search(r":(\d+)/", url)[1])
        assert port != lab.DEFAULT_PORT  # the next that is free
        assert re.search(r"/lab/tree/00_\w+\.ipynb\?token=\w{40}", url)
        assert urllib.request.urlopen(url).status == 200
        with pytest.raises(urllib.error.HTTPError, match="403"):
            urllib.request.urlopen(f"http://127.0.0.1:{port}/api/contents")
        listening = {
            connection.laddr.ip
            for connection in psutil.Process(process.pid).net_connections("tcp")
            if connection.status == "LISTEN" and connection.laddr.port == port
        }
        assert listening <= {"127.0.0.1", "::1"} and listening
        assert list((work / ".learnkit/home/jupyter/runtime").glob("jpserver-*.json"))
        process.send_signal(signal.SIGINT)
        rest, _ = process.communicate(timeout=300)  # for a lab that stays
        assert process.returncode == 0
        assert "Traceback" not in rest and "[y/n]" not in rest


def test_a_lab_opened_from_inside_a_lab_is_that_lab(work, monkeypatch):
    lab.prepare(work)
    monkeypatch.chdir(work)
    with socket.create_server(("127.0.0.1", 0)) as busy:
        port = str(busy.getsockname()[1])
        command = [sys.executable, "-m", "learnkit", "lab", "--port", port]
        said = subprocess.run(command, capture_output=True, text=True)
    assert said.returncode == 1
    assert said.stderr.startswith(f"learnkit: port {port} is busy;")
    assert not (work / "work").exists()


@pytest.mark.errors  # open_lab never returns, but for the stand-in here
def test_the_kernels_of_a_lab_inherit_the_threads_that_fit(work, monkeypatch):
    from jupyterlab.labapp import LabApp

    handed = {}

    def launch(arguments):
        handed.update(os.environ)
        raise SystemExit(0)

    lab.prepare(work)
    for name in (*threads.TORCH, *threads.PRODUCTS, threads.SPIN):
        monkeypatch.setenv(name, "x")  # so that what is set here is taken back
        monkeypatch.delenv(name)
    monkeypatch.setattr(LabApp, "launch_instance", launch)
    monkeypatch.setattr(threads, "for_a_lesson", lambda: 3)
    monkeypatch.setattr(lab.os, "_exit", lambda status: None)
    lab.open_lab(work)
    assert handed["OMP_NUM_THREADS"] == "3" and handed["OPENBLAS_NUM_THREADS"] == "1"

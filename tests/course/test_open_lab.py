import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from learnkit.course import lab
from learnkit.exercises.index import EXERCISES
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


def wait_for(port: int) -> None:
    """JupyterLab tells its address a moment before it listens."""
    for _ in range(100):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    pytest.fail(f"nothing listens on port {port}")


@contextmanager
def running_lab(work: Path, *options: str) -> Iterator[tuple[str, subprocess.Popen]]:
    """`learnkit lab` for real: its address with the token, and the process."""
    command = [sys.executable, "-m", "learnkit", "lab", str(work), "--no-browser", *options]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True
    )
    try:
        said = []
        for line in process.stdout:
            said.append(line)
            if found := re.search(r"http://127\.0\.0\.1:\S+", line):
                break
        else:
            pytest.fail("learnkit lab ended: " + "".join(said))
        wait_for(int(found[0].split(":")[2].partition("/")[0]))
        yield found[0], process
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
            process.communicate(timeout=30)


@pytest.mark.slow
def test_the_lab_answers_with_its_token_on_this_machine_alone_and_ctrl_c_ends_it(work):
    with socket.create_server(("127.0.0.1", lab.DEFAULT_PORT)), running_lab(work) as (url, process):
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
        process.send_signal(signal.SIGINT)
        rest, _ = process.communicate(timeout=30)
        assert process.returncode == 0
        assert "Traceback" not in rest and "[y/n]" not in rest


@pytest.mark.browser
def test_no_dialog_and_no_news_stand_before_the_lesson(work):
    playwright = pytest.importorskip("playwright.sync_api")
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        assert not os.environ.get("LEARNKIT_REQUIRE_BROWSER"), "chromium is required, and missing"
        pytest.skip("no chromium found: install it (Debian: apt install chromium) to run this test")
    flags = "--no-sandbox --disable-gpu --disable-quic --disable-background-networking"
    flags += " --disable-component-update --disable-sync"
    with running_lab(work) as (url, _), playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium, args=flags.split())
        page = browser.new_page()
        asked = []
        page.on("request", lambda request: asked.append(request.url))
        page.goto(url)
        page.wait_for_selector(".jp-Notebook .jp-Cell", timeout=60_000)
        page.wait_for_timeout(5_000)  # the pop-ups that must not come need a moment to come
        assert page.locator(".jp-Dialog, .Toastify__toast").all_inner_texts() == []
        assert "00_" in page.title()
        away = [u for u in asked if not u.startswith(("http://127.0.0.1", "data:", "blob:"))]
        assert away == []
        browser.close()


@pytest.mark.slow
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

"""One JupyterLab and one browser for all lessons of a worker, started as a student starts them."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import nbformat
import pytest
import requests

from tests import states
from tests.browser import chromium
from tests.browser.notebook import PATIENCE, Notebook

AT_HOME = ("http://127.0.0.1:", "http://localhost:", "ws://127.0.0.1:", "data:", "blob:", "file:")


def pytest_collection_modifyitems(items):
    """The longest lessons first, the quickest at the end: no worker waits long for the other."""
    lessons = states.lessons()

    def rank(item):
        if item.get_closest_marker("browser") is None:
            return -1  # other tests, where all are collected, stay as they are
        name = getattr(item.module, "NAME", "").removesuffix(".ipynb")
        return lessons.index(name) if name in lessons else len(lessons) // 2

    items.sort(key=rank)


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
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # `make test &` ignores it
        env={"LEARNKIT_QUICK": "1", **os.environ},  # what is trained on the way is not the matter
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
            try:
                process.communicate(timeout=PATIENCE)
            except subprocess.TimeoutExpired as late:
                process.kill()
                pytest.fail(f"Ctrl-C did not end learnkit lab; it said {late.output!r}")


@pytest.fixture(scope="session")
def browser():
    path = chromium.find_or_skip()
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=path, args=list(chromium.FLAGS))
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def asked():
    """The address of every request that the module's page makes."""
    return []


@pytest.fixture(scope="session")
def only_page(browser):
    """A page of a laptop's size. A new one would compile all of JupyterLab's scripts again."""
    page = browser.new_page(viewport={"width": 1400, "height": 900})
    yield page
    page.close()


@pytest.fixture(scope="module")
def page(only_page, asked):
    """The one page; whatever it does for the module, it asks nobody but this machine."""

    def note(request_or_socket):
        asked.append(request_or_socket.url)

    only_page.on("request", note)
    only_page.on("websocket", note)
    yield only_page
    only_page.remove_listener("request", note)
    only_page.remove_listener("websocket", note)
    assert [url for url in asked if not url.startswith(AT_HOME)] == []


@pytest.fixture(scope="module")
def bare_page(browser):
    page = browser.new_page()
    yield page
    page.close()


@pytest.fixture
def blank(bare_page):
    """A page without JupyterLab, in which nothing is left of the test before."""
    bare_page.goto("about:blank")
    return bare_page


@pytest.fixture(scope="session")
def work(tmp_path_factory):
    """The student's folder, which is not there yet."""
    return tmp_path_factory.mktemp("student") / "work"


@pytest.fixture(scope="session")
def lab(browser, work):
    """The address that a running `learnkit lab` tells. Without a browser none is started.

    Its port is its own: two workers that start at one moment would both find 8888 free.
    """
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    with running_lab(work, f"--port={port}") as (address, _):
        yield address


@pytest.fixture(scope="module")
def url(lab):
    """The address that opens the lab with no tab of the module before; its kernels go after it."""
    yield lab.replace("?token", "?reset&token")
    parts = urlsplit(lab)
    api = f"{parts.scheme}://{parts.netloc}/api"
    token = {"Authorization": "token " + parse_qs(parts.query)["token"][0]}
    for session in requests.get(f"{api}/sessions", headers=token, timeout=60).json():
        requests.delete(f"{api}/sessions/{session['id']}", headers=token, timeout=60)


@pytest.fixture(scope="module")
def lesson(request, page, url, work):
    """The lesson that the module names in NAME, unsolved, opened, and run from top to bottom.

    It is shortened as `states` says, and proves in its last cell what an unsolved lesson owes.
    """
    path = work / request.module.NAME
    assert path.exists()
    nbformat.write(states.in_state(path.stem, "unsolved", quick=True), path)
    notebook = Notebook(page, url, path.name)
    notebook.run_all()
    return notebook

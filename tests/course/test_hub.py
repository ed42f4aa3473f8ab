"""The hub's configuration: a student logs in, follows the link, and has the lesson. Skipped where
JupyterHub, nbgitpuller or their proxy are not installed: no part of the course needs them."""

import importlib.util
import os
import re
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
import requests

ROOT = Path(__file__).resolve().parents[2]
CONFIG = ROOT / "docs" / "grading" / "jupyterhub_config.py"
MISSING = [m for m in ("jupyterhub", "nbgitpuller") if importlib.util.find_spec(m) is None]
MISSING += [p for p in ("configurable-http-proxy", "git") if shutil.which(p) is None]


def test_the_configuration_is_python_and_holds_no_password():
    text = CONFIG.read_text(encoding="utf-8")
    compile(text, str(CONFIG), "exec")
    assert re.search(r'DummyAuthenticator\.password = os\.environ\.get\("\w+", ""\)', text)


@pytest.fixture
def hub(tmp_path):
    """A running hub, its address, and the folder with the students' homes."""
    if MISSING:
        pytest.skip(f"{' and '.join(MISSING)} not installed")
    with socket.create_server(("127.0.0.1", 0)) as one, socket.create_server(("", 0)) as two:
        ports = one.getsockname()[1], two.getsockname()[1]
    address, homes = f"http://127.0.0.1:{ports[0]}", tmp_path / "homes"
    environment = {
        **os.environ,
        "LEARNKIT_HUB_ADDRESS": address,
        "LEARNKIT_HUB_HOMES": str(homes),
        "LEARNKIT_HUB_PASSWORD": "secret",
        "CONFIGPROXY_AUTH_TOKEN": "a-token",
    }
    command = [sys.executable, "-m", "jupyterhub", "--config", str(CONFIG)]
    command += [f"--JupyterHub.hub_port={ports[1]}"]
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen(
            command, cwd=tmp_path, env=environment, stdout=log, stderr=subprocess.STDOUT
        )
        try:
            _wait_for(f"{address}/hub/login", process, tmp_path / "log")
            yield address, homes
        finally:
            process.terminate()
            process.wait(60)


def _wait_for(url, process, log):
    for _ in range(600):
        assert process.poll() is None, log.read_text(errors="replace")[-3000:]
        try:
            if requests.get(url, timeout=5).ok:
                return
        except requests.ConnectionError:
            pass
        time.sleep(0.2)
    pytest.fail(log.read_text(errors="replace")[-3000:])


def test_a_student_follows_one_link_and_has_the_released_lesson(hub, tmp_path):
    address, homes = hub
    repository = tmp_path / "handed_out"
    lesson = repository / "01_mse_by_hand" / "01_mse_by_hand.ipynb"
    lesson.parent.mkdir(parents=True)
    shutil.copy(ROOT / "lessons" / lesson.name, lesson)
    git = ["git", "-c", "user.name=x", "-c", "user.email=x@y"]
    for words in (["init", "-q", "-b", "main"], ["add", "."], ["commit", "-q", "-m", "one"]):
        subprocess.run([*git, *words], cwd=repository, check=True)
    session = requests.Session()
    page = session.get(f"{address}/hub/login", timeout=30).text
    token = re.search(r'name="_xsrf" value="([^"]+)"', page)[1]
    form = {"username": "jane", "password": "wrong", "_xsrf": token}
    assert session.post(f"{address}/hub/login", data=form, timeout=60).status_code == 403
    answer = session.post(f"{address}/hub/login", data={**form, "password": "secret"}, timeout=120)
    assert answer.ok
    asked = f"git-pull?repo={repository}&branch=main&targetpath=course"
    for _ in range(300):  # the student's own server starts, and learns who asks
        page = session.get(f"{address}/hub/user-redirect/{asked}", timeout=60)
        if page.ok and "/user/jane/git-pull" in page.url:
            break
        time.sleep(0.2)
    pulled = session.get(f"{address}/user/jane/{asked.replace('pull?', 'pull/api?')}", timeout=120)
    assert pulled.ok and '"phase": "finished"' in pulled.text, (page.url, pulled.text[-2000:])
    [copy] = homes.rglob(lesson.name)
    assert copy.read_bytes() == lesson.read_bytes()

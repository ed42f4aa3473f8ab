import os
import subprocess
import sys
from pathlib import Path

import pytest

OFFLINE = Path(__file__).with_name("offline.py")
PROBE = """
import socket
with socket.create_server(("127.0.0.1", 0)) as here, socket.create_connection(here.getsockname()):
    print("loopback works")
try:
    socket.create_connection(("192.0.2.1", 80), timeout=2)  # an address kept for documentation
except OSError as error:
    print(type(error).__name__, error.errno)
"""


def offline(*command: str, **environment: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, OFFLINE, *command],
        capture_output=True,
        text=True,
        env={**os.environ, **environment},
    )


def test_inside_the_loopback_works_and_the_world_is_unreachable():
    said = offline(sys.executable, "-c", PROBE, CI="")
    if "the network stays on" in said.stdout:
        pytest.skip(said.stdout.splitlines()[0])
    assert said.stdout.splitlines()[0] == "loopback works"
    assert said.stdout.splitlines()[1] == "OSError 101"  # ENETUNREACH: at once, and no time-out


def test_the_commands_own_exit_status_comes_back():
    assert offline(sys.executable, "-c", "raise SystemExit(7)", CI="").returncode == 7


@pytest.mark.parametrize(("ci", "status"), [("", 0), ("true", 1)])
def test_where_it_cannot_be_had_ci_fails_and_others_are_told(tmp_path, ci, status):
    """`unshare` fails for real: the kernel is asked for a flag that it does not know."""
    code = (
        "import runpy, sys; sys.path.insert(0, sys.argv[1]); import offline\n"
        "offline.CLONE_NEWNET = offline.CLONE_NEWUSER = 0x1\n"
        "offline.main(sys.argv[2:])"
    )
    said = subprocess.run(
        [sys.executable, "-c", code, str(OFFLINE.parent), "echo", "ran"],
        capture_output=True,
        text=True,
        env={**os.environ, "CI": ci},
    )
    assert said.returncode == status
    assert ("ran" in said.stdout) == (status == 0)
    assert "cannot be cut off here" in said.stdout + said.stderr
    assert "Traceback" not in said.stderr


def test_a_command_that_does_not_exist_is_one_sentence():
    said = offline("no-such-command", CI="")
    assert said.returncode == 1
    assert said.stderr == "offline: no-such-command: No such file or directory\n"

"""Every reference and every tenth mistake, sent to a worker under the worst: no verdict turns.

Eight busy processes stand beside, the temporary folder is full or takes nothing, and the global
state of torch, NumPy and Python is changed, one way after the other.
"""

import itertools
import subprocess
import sys

import pytest

from learnkit.exercises import check
from learnkit.exercises.report import UNJUDGED
from learnkit.exercises.sandbox import limits, workers
from learnkit.exercises.table import find, names
from tests.exercises.busy import busy_processes
from tests.exercises.sandbox.test_settled import WAYS

# The shape checks wrap the inner functions of builders, which then cannot travel.
pytestmark = [pytest.mark.slow, pytest.mark.errors]


@pytest.fixture(scope="module", autouse=True)
def eight_busy_processes():
    with busy_processes(8):
        yield


@pytest.fixture(params=["full", "takes nothing"])
def temporary_folder(request, tmp_path, monkeypatch):
    folder = "/proc"
    if request.param == "full":
        folder = tmp_path / "full"
        folder.mkdir()
        mount = ["mount", "-t", "tmpfs", "-o", "size=4k,nr_inodes=2", "tmpfs", str(folder)]
        if sys.platform != "linux" or subprocess.run(mount, capture_output=True).returncode:
            pytest.skip("only a root of Linux can make a small file system")
        (folder / "filler").write_bytes(bytes(4096))
    for variable in ("TMPDIR", "TEMP", "TMP"):
        monkeypatch.setenv(variable, str(folder))
    monkeypatch.setattr(limits, "BACKSTOP", 400.0)  # the machine is very busy
    workers._stop_all()  # the next worker starts with this folder
    yield request.param
    workers._stop_all()
    if request.param == "full":
        subprocess.run(["umount", str(folder)], check=True)


@pytest.mark.parametrize("name", names())
def test_no_verdict_turns_under_load(name, temporary_folder, monkeypatch):
    """Under the full folder the first, the eleventh and so on; under the other their neighbours."""
    task, ways = find(name), itertools.cycle(WAYS.values())
    which = ["full", "takes nothing"].index(temporary_folder)
    scope = dict(task.written.names)
    exec(task.written.definition, scope)  # the reference itself may not be called
    monkeypatch.setitem(task.written.names, "answer", scope[name])
    answers = [("the reference", scope[name], task.why)]
    answers += [(m.name, m.answer, m.sentence) for m in task.mistakes[which::10]]
    turned = []
    for what, answer, sentence in answers:
        with next(ways)():
            report = check(name, answer)
        if what != "the reference" and "calls the reference" in report.message:
            continue  # the mistake is written with learnkit's own function, as no student's is
        if report.status != UNJUDGED and not report.message.startswith(sentence):
            turned.append((what, report.status, report.message))
    assert not turned

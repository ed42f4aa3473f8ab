"""Workers as processes: what a busy, full or broken machine does to a verdict, and what is left."""

import io
import os
import subprocess
import sys
import tempfile
import textwrap
import time

import numpy as np
import psutil
import pytest

from learnkit.course import cli
from learnkit.exercises import check, check_file, exercise, reports
from learnkit.exercises.sandbox import conversation, limits, processes, workers
from learnkit.exercises.table import find
from tests.exercises.busy import busy_processes
from tests.exercises.test_engine import RIGHT, define

WRONG = RIGHT.replace("mean", "sum")
linux = pytest.mark.skipif(sys.platform != "linux", reason="the watch is Linux's")


@pytest.fixture(autouse=True)
def patience(monkeypatch):
    """Tests give an answer tenths of a second of computing, on machines that may be very busy."""
    monkeypatch.setattr(limits, "BACKSTOP", 400.0)


@pytest.fixture
def no_worker_stands_ready():
    """So that the next one starts under the conditions of the test; the odd ones go afterwards."""
    workers._stop_all()
    yield
    workers._stop_all()


def both_verdicts():
    return check("mse_loss", define(RIGHT)), check("mse_loss", define(WRONG))


def are_right_or_unjudged(right, wrong):
    return right.status in ("correct", "could not be judged") and wrong.status in (
        "incorrect",
        "could not be judged",
    )


# ---- a checker that cannot run -----------------------------------------------------------------


def a_python_that(tmp_path, script):
    path = tmp_path / "python"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return str(path)


@pytest.mark.parametrize(
    ("script", "words"),
    [
        ("exit 7", "exit status 7"),
        ("echo 'no such luck' >&2; exit 1", "no such luck"),
        ("echo 'Fatal: no memory'", "Python could not start"),
        ("kill -9 $$", "exit status -9"),
    ],
)
def test_an_interpreter_that_ends_at_once_is_not_charged_to_the_student(
    tmp_path, monkeypatch, script, words, no_worker_stands_ready, capsys
):
    answer = define(RIGHT)
    with monkeypatch.context() as patch:
        patch.setattr(sys, "executable", a_python_that(tmp_path, script))
        bound = exercise(answer)
    report = reports()["mse_loss"]
    assert report.status == "could not be judged" and words in report.message
    assert report.points == 0 and not report.correct
    assert bound(np.ones(4), np.zeros(4)) == 1.0 and bound.yours is answer
    shown = capsys.readouterr().out
    assert shown.startswith("? mse_loss: could not be judged.") and "incorrect" not in shown
    assert "goes on with learnkit's own" in shown


@pytest.mark.parametrize("executable", [None, "", "/nowhere/python"])
def test_nor_is_a_process_that_cannot_be_started(monkeypatch, executable, no_worker_stands_ready):
    with monkeypatch.context() as patch:
        patch.setattr(sys, "executable", executable)
        assert {r.status for r in both_verdicts()} == {"could not be judged"}
    assert [r.status for r in both_verdicts()] == ["correct", "incorrect"]


def test_nor_is_a_process_that_the_system_refuses(monkeypatch, no_worker_stands_ready):
    def refuses(*_args, **_options):
        raise BlockingIOError(11, "Resource temporarily unavailable")

    monkeypatch.setattr(subprocess, "Popen", refuses)
    report = both_verdicts()[0]
    assert report.status == "could not be judged" and "temporarily unavailable" in report.message


def test_a_start_that_fails_once_is_tried_again(tmp_path, monkeypatch, no_worker_stands_ready):
    mark = tmp_path / "tried"
    script = f'[ -e {mark} ] && exec {sys.executable} "$@"; touch {mark}; exit 1'
    monkeypatch.setattr(sys, "executable", a_python_that(tmp_path, script))
    monkeypatch.setattr(workers, "warm", lambda *_: None)  # it would be the second try
    assert check("mse_loss", define(RIGHT)).correct


def test_a_start_that_never_ends_is_no_verdict(tmp_path, monkeypatch, no_worker_stands_ready):
    monkeypatch.setattr(sys, "executable", a_python_that(tmp_path, "exec sleep 60"))
    monkeypatch.setattr(limits, "START", 0.5)
    monkeypatch.setattr(limits, "BACKSTOP", 1.0)
    report = check("mse_loss", define(RIGHT))
    assert report.status == "could not be judged" and "too long to start" in report.message


def test_what_could_not_be_judged_is_not_noted_as_a_try(tmp_path, monkeypatch):
    noted = []
    monkeypatch.setattr("learnkit.exercises.progress.record", lambda *entry: noted.append(entry))
    workers._stop_all()
    with monkeypatch.context() as patch:
        patch.setattr(sys, "executable", a_python_that(tmp_path, "exit 1"))
        exercise(define(RIGHT))
    workers._stop_all()
    exercise(define(RIGHT))
    assert noted == [("mse_loss", "correct")]


def test_check_says_it_with_status_3(tmp_path, monkeypatch, capsys, no_worker_stands_ready):
    (tmp_path / "answer.py").write_text(f"import numpy as np\n{RIGHT}\n")
    command = ["check", "mse_loss", str(tmp_path / "answer.py")]
    with monkeypatch.context() as patch:
        patch.setattr(sys, "executable", a_python_that(tmp_path, "exit 1"))
        assert cli.main(command) == 3
    assert capsys.readouterr().out.startswith("could not be judged\nPython could not start")
    assert cli.main(command) == 0
    assert capsys.readouterr().out.startswith("correct\n")


@pytest.mark.parametrize("folder", ["/proc", "/nowhere/at/all"])
def test_a_temporary_folder_that_takes_nothing_turns_no_verdict(
    folder, monkeypatch, no_worker_stands_ready
):
    for name in ("TMPDIR", "TEMP", "TMP"):
        monkeypatch.setenv(name, folder)
    right, wrong = both_verdicts()
    assert are_right_or_unjudged(right, wrong)
    source = "def mse_loss(pred, target):\n    print('seen')\n    return 0"
    assert check("mse_loss", define(source)).status == "incorrect"


def test_what_is_printed_is_kept_where_it_can_be_and_else_let_go(monkeypatch):
    monkeypatch.delattr(os, "memfd_create", raising=False)  # as on macOS

    def full(*_args, **_options):
        class Full(io.BytesIO):
            def write(self, data):
                raise OSError(28, "No space left on device")

        return Full()

    def none_usable(*_args, **_options):
        raise FileNotFoundError("No usable temporary directory found")

    with conversation._paper() as paper:
        paper.write(b"kept")
        paper.seek(0)
        assert paper.read() == b"kept"
    for broken in (full, none_usable):
        monkeypatch.setattr(tempfile, "TemporaryFile", broken)
        with conversation._paper() as paper:
            paper.write(b"gone")
            paper.flush()
            assert paper.name == os.devnull


def test_a_learnkit_that_only_the_path_knows_can_be_checked_with(tmp_path):
    """Not installed, and its folder only on sys.path: the worker is handed it."""
    import learnkit

    home = os.path.dirname(os.path.dirname(learnkit.__file__))
    libraries = [p for p in sys.path if p.endswith("-packages")]
    script = f"""
        import sys
        sys.path[:0] = {[home, *libraries]!r}
        import numpy as np
        from learnkit.exercises import check
        def mse_loss(pred, target): return np.mean((pred - target) ** 2)
        print(check("mse_loss", mse_loss))
    """
    ran = subprocess.run(
        [sys.executable, "-S", "-c", textwrap.dedent(script)],
        capture_output=True,
        text=True,
        cwd=tmp_path,
    )
    assert ran.stdout.startswith("✓ mse_loss: correct."), ran.stdout + ran.stderr


def test_a_file_beside_the_lesson_is_not_taken_for_a_library(
    tmp_path, monkeypatch, no_worker_stands_ready
):
    for name in ("json", "cloudpickle", "random", "select"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit('not this one')")
    monkeypatch.chdir(tmp_path)
    assert [r.status for r in both_verdicts()] == ["correct", "incorrect"]


@pytest.mark.skipif(sys.platform == "win32", reason="no such shell")
def test_a_shell_that_has_closed_its_streams_gets_its_verdict(tmp_path):
    """Then the numbers 0 to 2 are free, and a pipe would take them."""
    path = tmp_path / "answer.py"
    path.write_text(f"import numpy as np\n{RIGHT}\n")
    asked = [sys.executable, "-m", "learnkit", "check", "mse_loss", str(path)]
    for closed in ("<&-", "<&- >&- 2>&-"):
        shell = subprocess.run(["sh", "-c", f'"$@" {closed}', "sh", *asked])
        assert shell.returncode == 0, closed


# ---- time --------------------------------------------------------------------------------------


def test_what_an_answer_imports_costs_its_time_nothing(tmp_path, monkeypatch):
    """It computes for a second before the function is there, and has a third of one."""
    monkeypatch.setattr(find("mse_loss"), "seconds", 0.3)
    path = tmp_path / "answer.py"
    busy = "import time\nwhile time.process_time() < 1: pass\n"
    path.write_text(f"import numpy as np\n{busy}{RIGHT}\n")
    assert check_file("mse_loss", path).correct


def test_nor_does_what_it_imports_when_it_is_called(tmp_path, monkeypatch):
    monkeypatch.setattr(find("mse_loss"), "seconds", 0.3)
    (tmp_path / "slow.py").write_text("import time\nwhile time.process_time() < 1: pass\n")
    path = tmp_path / "answer.py"
    late = RIGHT.replace(": return", ":\n    import slow\n    return")
    path.write_text(f"import numpy as np\n{late}\n")
    assert check_file("mse_loss", path).correct
    endless = RIGHT.replace(": return", ":\n    import slow\n    while True: pass\n    return")
    path.write_text(f"import numpy as np\n{endless}\n")
    assert "did not finish within 0.3 seconds" in check_file("mse_loss", path).message


def test_an_import_that_never_ends_ends_too(tmp_path, monkeypatch):
    monkeypatch.setattr(find("mse_loss"), "seconds", 0.2)
    monkeypatch.setattr(limits, "LOADING", 0.5)
    (tmp_path / "endless.py").write_text("while True: pass\n")
    path = tmp_path / "answer.py"
    path.write_text("def mse_loss(pred, target):\n    import endless\n")
    assert "did not finish" in check_file("mse_loss", path).message


def test_a_file_that_never_ends_to_load_says_nothing_about_the_answer(tmp_path, monkeypatch):
    monkeypatch.setattr(limits, "LOADING", 0.5)
    path = tmp_path / "answer.py"
    path.write_text(f"import numpy as np\n{RIGHT}\nwhile True: pass\n")
    report = check_file("mse_loss", path)
    assert report.status == "could not be judged"
    assert "What your answer imports computed for more than 0.5 seconds" in report.message


def test_what_torch_would_compile_runs_as_it_is_written(tmp_path):
    """To compile takes half a minute of a core, and changes no number of an answer."""
    path = tmp_path / "answer.py"
    path.write_text(
        "import torch\n@torch.compile\ndef squares(x): return x * x\n"
        "def mse_loss(pred, target):\n"
        "    return squares(torch.from_numpy(pred - target)).mean().item()\n"
    )
    assert check_file("mse_loss", path).correct


def test_an_answer_that_sleeps_ends_at_the_backstop_with_its_own_sentence(monkeypatch):
    monkeypatch.setattr(find("mse_loss"), "seconds", 0.2)
    monkeypatch.setattr(limits, "BACKSTOP", 5.0)
    slept = "def mse_loss(pred, target):\n    import time; time.sleep(60)"
    report = check("mse_loss", define(slept))
    assert report.status == "incorrect" and "waited, and did nothing" in report.message


def test_a_wait_that_is_shorter_than_the_backstop_is_no_fault(monkeypatch):
    monkeypatch.setattr(find("mse_loss"), "seconds", 0.3)
    naps = RIGHT.replace(": return", ":\n    import time; time.sleep(0.1)\n    return")
    assert check("mse_loss", define(naps)).correct  # five cases: longer than 0.3 s in all


def test_the_computing_of_a_child_counts(monkeypatch):
    monkeypatch.setattr(find("mse_loss"), "seconds", 0.5)
    source = (
        "def mse_loss(pred, target):\n    import subprocess, sys\n"
        "    subprocess.run([sys.executable, '-c', 'while True: pass'], start_new_session=True)"
    )
    report = check("mse_loss", define(source))
    assert "did not finish within 0.5 seconds of computing" in report.message


def test_a_process_that_waits_for_a_core_is_not_asleep(monkeypatch):
    """Its CPU time has stood still all the while, and still it is not taken for a sleeper."""
    monkeypatch.setattr(limits, "BACKSTOP", 20.0)
    worker = processes.start(())
    try:
        clock = processes.Clock(worker, 0.0001)
        monkeypatch.setattr(clock, "_cpu", lambda: clock.before)
        monkeypatch.setattr(processes, "_is_running", lambda process: True)
        time.sleep(0.01)
        with pytest.raises(processes.CannotJudgeError, match="so busy"):
            clock.look()
        monkeypatch.setattr(processes, "_is_running", lambda process: False)
        with pytest.raises(processes.OverTimeError, match="asleep"):
            clock.look()
    finally:
        processes.stop(worker)


@pytest.fixture
def eight_busy_processes():
    with busy_processes(8):
        yield


def test_eight_busy_processes_beside_it_turn_no_verdict(monkeypatch, eight_busy_processes):
    """The answer computes for two thirds of its time, and gets a tenth of the machine or less."""
    monkeypatch.setattr(find("mse_loss"), "seconds", 0.6)
    spun = ":\n    import time\n    end = time.process_time() + 0.08\n"
    spun += "    while time.process_time() < end: pass\n    return"
    for source, status in ((RIGHT, "correct"), (WRONG, "incorrect")):
        assert check("mse_loss", define(source.replace(": return", spun))).status == status


# ---- nothing is left ---------------------------------------------------------------------------


ORPHANS = {
    "a child": "subprocess.Popen(sleep)",
    "a child in a session of its own": "subprocess.Popen(sleep, start_new_session=True)",
    "a grandchild whose parent has ended": (
        "subprocess.run(['sh', '-c', 'setsid sleep 3600.125 & exit 0'])"
    ),
    "a process that has forked twice": (
        "\n    if os.fork() == 0:\n        os.setsid()\n        if os.fork() == 0:\n"
        "            os.execvp('sleep', sleep)\n        os._exit(0)\n    os.wait()"
    ),
}
ENDS = {
    "returns": "return np.mean((pred - target) ** 2)",
    "raises": "raise ValueError",
    "ends Python": "os._exit(3)",
    "crashes": "os.abort()",
    "never ends": "\n    while True: pass",
}


def sleepers():
    found = []
    for process in psutil.process_iter(["cmdline"]):
        if "3600.125" in (process.info["cmdline"] or ()):
            found.append(process)
    return found


@linux
@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("orphan", ORPHANS)
def test_no_process_outlives_its_check(monkeypatch, orphan, end):
    monkeypatch.setattr(find("mse_loss"), "seconds", 0.3)
    source = (
        "def mse_loss(pred, target):\n    import os, subprocess\n"
        "    sleep = ['sleep', '3600.125']\n"
        f"    {ORPHANS[orphan]}\n    {ENDS[end]}"
    )
    report = check("mse_loss", define(source))
    assert report.status == ("correct" if end == "returns" else "incorrect"), report.message
    assert sleepers() == []


@linux
def test_nor_a_check_whose_notebook_is_killed(tmp_path):
    """An endless loop, and what it started: both end when the process that asked is gone."""
    script = f"""
        import numpy as np
        from learnkit.exercises import check
        def mse_loss(pred, target):
            import subprocess
            subprocess.Popen(["sleep", "3600.125"], start_new_session=True)
            open({str(tmp_path / "began")!r}, "w").close()
            while True: pass
        check("mse_loss", mse_loss)
    """
    notebook = subprocess.Popen([sys.executable, "-c", textwrap.dedent(script)])
    began = time.monotonic()
    while not (tmp_path / "began").exists() and time.monotonic() < began + 60:
        time.sleep(0.05)
    assert sleepers()
    family = psutil.Process(notebook.pid).children(recursive=True)
    notebook.kill()
    notebook.wait()
    assert psutil.wait_procs(family, timeout=60)[1] == [] and sleepers() == []


def test_a_worker_that_is_stopped_twice_harms_nobody():
    worker = processes.start(())
    processes.stop(worker)
    assert worker.process.returncode is not None
    processes.stop(worker)


# ---- what comes back odd -----------------------------------------------------------------------

FORGED = {
    "4 GB are announced": "struct.pack('<Q', 4 << 30) + bytes(1000)",
    "2**64 - 1 bytes are": "b'\\xff' * 8",
    "a datetime": "frame([['', '<M8[s]', []]], bytes(8))",
    "a string": "frame([['', '<U2', []]], bytes(8))",
    "an object": "frame([['', '|O', []]], bytes(8))",
    "JSON as deep as can be": "framed(b'[' * 10**6 + b'\\n')",
    "no JSON at all": "framed(b'\\x00\\xff\\n')",
    "nothing at all": "framed(b'')",
    "a thousand frames": "frame([['', '<f8', []]], bytes(8)) * 1000",
}


@linux
@pytest.mark.parametrize("what", FORGED)
def test_frames_that_an_answer_forges_are_a_sentence(what):
    source = (
        "import json, os, struct\n"
        "def framed(body): return struct.pack('<Q', len(body)) + body\n"
        "def frame(arrays, data):\n"
        "    head = dict(kind='value', arrays=arrays, changed=['x'], type='', message='')\n"
        "    head |= dict(file='', line=0, cheated=False)\n"
        "    return framed(json.dumps(head).encode() + b'\\n' + data)\n"
        "def mse_loss(pred, target):\n"
        "    for wire in range(3, 12):\n"
        "        try: os.write(wire, " + FORGED[what] + ")\n"
        "        except OSError: pass\n"
        "    return np.mean((pred - target) ** 2)"
    )
    before = psutil.Process().memory_info().rss
    report = check("mse_loss", define(source))
    assert report.status == "incorrect"
    assert "What came back from your function's process is no result" in report.message
    assert psutil.Process().memory_info().rss - before < 100 << 20


def test_a_worker_that_died_while_it_stood_ready_is_replaced(no_worker_stands_ready):
    workers.warm()
    first = workers._ready[()]
    while first.process.unborn if sys.platform == "linux" else False:
        time.sleep(0.01)
    first.process.kill()
    first.process.wait(60)
    workers.warm()
    assert workers._ready[()] is not first and workers._ready[()].process.poll() is None

import ast
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from learnkit import __version__
from learnkit.course.cli import main

ROOT = Path(__file__).parents[2]
RIGHT = "import numpy as np\n\ndef invert(image):\n    return 1 - image\n"
WRONG = "def invert(image):\n    return -image\n"


def learnkit(*arguments: object, **options) -> subprocess.CompletedProcess:
    command = [sys.executable, "-m", "learnkit", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, **options)


def loaded_by(*arguments: str) -> set[str]:
    """The modules in memory once a command has ended."""
    code = (
        "import sys; from learnkit.course.cli import main\n"
        "try: main(sys.argv[1:])\n"
        "except SystemExit: pass\n"
        "print(*sys.modules, file=sys.stderr)"
    )
    command = [sys.executable, "-c", code, *arguments]
    return set(subprocess.run(command, capture_output=True, text=True).stderr.split())


def test_the_version_is_told_and_loads_no_numpy():
    assert learnkit("--version").stdout == f"learnkit {__version__}\n"
    for arguments in (["--version"], ["lab", "--help"], []):
        assert loaded_by(*arguments).isdisjoint({"numpy", "torch", "jupyterlab", "IPython"})


def test_the_installed_command_and_the_module_are_the_same():
    script = Path(sys.executable).with_name("learnkit")
    said = subprocess.run([script, "--version"], capture_output=True, text=True).stdout
    assert said == learnkit("--version").stdout


def test_a_file_of_the_students_hides_no_library_from_the_command(tmp_path):
    (tmp_path / "argparse.py").write_text("raise SystemExit('not the real one')")
    assert learnkit("--version", cwd=tmp_path).stdout == f"learnkit {__version__}\n"


def test_without_a_command_the_commands_are_listed():
    said = learnkit()
    assert said.returncode == 0
    assert all(command in said.stdout for command in ("lab", "doctor", "progress", "check"))


@pytest.mark.parametrize(
    ("source", "status", "line"),
    [
        (RIGHT, 0, "correct"),
        (WRONG, 1, "incorrect"),
        ("def invert(image):\n    ...\n", 2, "not attempted"),
        ("def invert(image:\n", 3, "cannot be used"),
        ("def other(image):\n    return image\n", 3, "cannot be used"),
    ],
)
def test_check_tells_the_status_first_then_the_sentence(tmp_path, source, status, line):
    (tmp_path / "answer.py").write_text(source)
    said = learnkit("check", "invert", tmp_path / "answer.py")
    assert (said.returncode, said.stdout.splitlines()[0], said.stderr) == (status, line, "")
    assert len(said.stdout.splitlines()[1]) > 20


@pytest.mark.errors
@pytest.mark.parametrize("arguments", [("no_such_exercise", "x.py"), ("invert", "missing.py")])
def test_check_of_what_is_not_there_cannot_be_used(tmp_path, arguments):
    (tmp_path / "x.py").write_text(RIGHT)
    said = learnkit("check", *arguments, cwd=tmp_path)
    assert said.returncode == 3
    first, reason = said.stdout.splitlines()
    assert first == "cannot be used"
    assert "Errno" not in reason and (arguments[0] in reason or arguments[1] in reason)


@pytest.mark.errors
@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["check", "invert"], "FILE.py"),
        (["lab", "--port", "eighty"], "'eighty' is no port"),
        (["lab", "--port", "65536"], "'65536' is no port"),
        (["lap"], "lap"),
    ],
)
def test_a_wrong_command_line_is_one_line_and_never_reads_as_not_attempted(arguments, reason):
    said = learnkit(*arguments)
    assert said.returncode == 3
    assert reason in said.stderr and said.stderr.count("\n") == 1


@pytest.mark.errors
def test_a_known_error_is_one_sentence_and_no_traceback(tmp_path, capsys):
    (tmp_path / "file").write_text("")
    assert main(["lab", str(tmp_path / "file")]) == 1
    assert main(["progress", str(tmp_path)]) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert [line.partition(":")[0] for line in said.err.splitlines()] == ["learnkit", "learnkit"]


def test_ctrl_c_is_quiet():
    code = (
        "import os, signal, learnkit.course.doctor as d; from learnkit.course.cli import main\n"
        "d.CHECKS[:] = [lambda: os.kill(os.getpid(), signal.SIGINT)]\n"
        "raise SystemExit(main(['doctor']))"
    )
    said = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    assert said.returncode == 130
    assert said.stderr == ""


def test_an_answer_may_import_what_lies_beside_it_and_begin_with_a_mark(tmp_path):
    (tmp_path / "lies_beside_it.py").write_text("def flipped(image):\n    return 1 - image\n")
    answer = "from lies_beside_it import flipped\ndef invert(image):\n    return flipped(image)\n"
    (tmp_path / "answer.py").write_text(answer, encoding="utf-8-sig")
    assert learnkit("check", "invert", tmp_path / "answer.py").stdout.startswith("correct\n")


def test_of_a_notebook_it_says_what_to_do(tmp_path):
    (tmp_path / "answer.ipynb").write_text("{}")
    said = learnkit("check", "invert", tmp_path / "answer.ipynb")
    assert said.returncode == 3 and "is a notebook: learnkit check" in said.stdout


def test_an_answer_that_prints_without_end_is_told_so(tmp_path):
    endless = "def invert(image):\n    for _ in range(300):\n        print('x' * 10**5)\n"
    (tmp_path / "answer.py").write_text(endless + "    return 1 - image\n")
    said = learnkit("check", "invert", tmp_path / "answer.py")
    assert said.returncode == 1 and "more than 16 MB were printed" in said.stdout


def test_where_learnkit_itself_cannot_run_check_never_reads_as_incorrect(tmp_path):
    (tmp_path / "cloudpickle.py").write_text("raise ImportError('No module named cloudpickle')\n")
    (tmp_path / "answer.py").write_text(RIGHT)
    broken = {**os.environ, "PYTHONPATH": str(tmp_path)}
    said = learnkit("check", "invert", tmp_path / "answer.py", env=broken)
    assert (said.returncode, said.stdout) == (3, "") and "learnkit doctor" in said.stderr


def test_an_old_terminal_gets_a_verdict_all_the_same(tmp_path):
    (tmp_path / "answer.py").write_text("def invert(image):\n    raise ValueError('²→∞')\n")
    ascii_only = {**os.environ, "PYTHONIOENCODING": "ascii"}
    said = learnkit("check", "invert", tmp_path / "answer.py", env=ascii_only)
    assert said.returncode == 1
    assert said.stderr == ""


def test_an_old_python_is_told_so_in_one_sentence():
    path = ROOT / "learnkit" / "__main__.py"
    ast.parse(path.read_text(), feature_version=(3, 4))
    code = (
        "import sys, runpy; sys.version_info = (3, 10, 0)\n"
        "runpy.run_path(sys.argv[1], run_name='__main__')"
    )
    said = subprocess.run([sys.executable, "-c", code, path], capture_output=True, text=True)
    assert said.returncode == 1
    assert said.stderr.startswith("learnkit needs Python 3.11 or newer, and this is 3.10;")
    assert said.stderr.count("\n") == 1


def test_the_benchmark_prints_its_rows_and_writes_its_files(tmp_path):
    (tmp_path / "mine.py").write_text(
        "NAME = 'a grey'\ndef fill(image, hole):\n    image[hole] = 0.5\n    return image\n"
    )
    options = ["--pictures", 3, "--holes", "centre10,right", "--methods", "mean,harmonic"]
    said = learnkit("benchmark", *options, "--method", "mine.py", "--output", "out", cwd=tmp_path)
    assert (said.returncode, said.stderr) == (0, "")
    lines = said.stdout.splitlines()
    assert lines[0].split()[:2] == ["method", "hole"]
    assert [line[:12].strip() for line in lines[1:7]] == [
        *["mean picture"] * 2,
        *["harmonic"] * 2,
        *["a grey"] * 2,
    ]
    assert lines[7] == "6 of 6 rows have numbers."
    assert lines[8] == "In each row with numbers every known pixel came back bit for bit."
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == [
        "table.csv",
        "table.json",
        "table.md",
    ]


def test_a_method_that_breaks_its_promises_has_sentences_and_status_1(tmp_path):
    (tmp_path / "mine.py").write_text("def fill(image, hole):\n    return image / 2\n")
    said = learnkit(
        "benchmark", "--pictures", 3, "--holes", "right", "--method", "mine.py", cwd=tmp_path
    )
    assert said.returncode == 1 and said.stderr == ""
    assert "known values came back changed" in said.stdout
    assert said.stdout.endswith("0 of 1 rows have numbers.\n")


def test_a_benchmark_that_is_stopped_has_written_the_rows_that_were_done(tmp_path):
    (tmp_path / "slow.py").write_text(
        "import time\ndef fill(image, hole):\n    time.sleep(60)\n    return image\n"
    )
    command = [sys.executable, "-m", "learnkit", "benchmark", "--pictures", "3", "--holes", "right"]
    command += ["--methods", "mean,harmonic", "--method", "slow.py", "--output", "out"]
    process = subprocess.Popen(
        command,
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    rows = [process.stdout.readline() for _ in range(3)]  # the head and two rows
    time.sleep(1)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=30)
    written = (tmp_path / "out" / "table.csv").read_text().splitlines()
    assert [line.split(",")[0] for line in written] == ["method", "mean picture", "harmonic"]
    assert rows[2].startswith("harmonic")


def test_a_folder_that_cannot_be_written_to_is_named_before_the_first_row(tmp_path):
    (tmp_path / "out").write_text("a file")
    said = learnkit("benchmark", "--methods", "mean", "--output", "out", cwd=tmp_path)
    assert said.returncode == 1 and said.stdout == ""
    assert said.stderr == "learnkit: out: File exists\n"


def test_the_methods_of_the_benchmark_are_listed():
    from learnkit.benchmark.methods import METHODS

    said = learnkit("benchmark", "--methods", "list")
    assert [line.split()[0] for line in said.stdout.splitlines()] == list(METHODS)


@pytest.mark.errors
@pytest.mark.parametrize(
    ("arguments", "status", "reason"),
    [
        (["--methods", "linea"], 1, "no method is called 'linea'"),
        (["--holes", "left"], 1, "no hole is called 'left'"),
        (["--pictures", "0"], 1, "pictures must be from 1 to 10000"),
        (["--method", "missing.py"], 1, "missing.py"),
        (["--training", "500"], 3, "10000, 60000"),
        (["--methods", ","], 3, "names nothing"),
    ],
)
def test_a_benchmark_of_what_there_is_not_is_one_sentence(arguments, status, reason):
    said = learnkit("benchmark", *arguments)
    assert said.returncode == status and said.stdout == ""
    assert reason in said.stderr and said.stderr.count("\n") == 1

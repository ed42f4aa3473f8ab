"""What the command says where nobody reads on: nothing more, and its status."""

import os
import subprocess
import sys

import pytest

from learnkit.course import lab

ANSWERS = {"1 - image": 0, "2 - image": 1}


def cut_off(*arguments: object, lines: int, unbuffered: str) -> tuple[int, str]:
    """The status of a command whose output is read for so many lines, and its complaints."""
    process = subprocess.Popen(
        [sys.executable, "-m", "learnkit", *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": unbuffered},
    )
    for _ in range(lines):
        process.stdout.readline()
    process.stdout.close()
    with process.stderr:
        complaints = process.stderr.read()
    return process.wait(timeout=60), complaints


@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize("command", ["progress", "--help"])
def test_who_stops_reading_hears_no_complaint(tmp_path, command, unbuffered):
    lab.prepare(tmp_path)
    arguments = [command, tmp_path] if command == "progress" else [command]
    status, complaints = cut_off(*arguments, lines=1, unbuffered=unbuffered)
    assert complaints == ""
    assert status in (0, 141)  # ended before it could know, or as SIGPIPE would have ended it


def test_a_doctor_whose_reader_has_gone_ends_as_other_programs_do():
    assert cut_off("doctor", lines=1, unbuffered="") == (141, "")


@pytest.mark.parametrize("answer", ANSWERS)
def test_check_keeps_its_status_though_nobody_reads_the_sentence(tmp_path, answer):
    path = tmp_path / "answer.py"
    path.write_text(f"def invert(image):\n    return {answer}\n")
    assert cut_off("check", "invert", path, lines=0, unbuffered="1") == (ANSWERS[answer], "")


def test_check_of_nothing_keeps_its_status_too():
    assert cut_off("check", "nothing", "no.py", lines=0, unbuffered="1") == (3, "")

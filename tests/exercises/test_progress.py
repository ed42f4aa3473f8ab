import json
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from learnkit import files
from learnkit.exercises import progress


@pytest.fixture
def lab(tmp_path, monkeypatch):
    (tmp_path / ".learnkit").mkdir()
    (tmp_path / progress.MARKER).write_text("{}")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_verdict_is_kept_with_its_day_and_its_count(lab):
    progress.record("mse_loss", "incorrect")
    progress.record("mse_loss", "correct")
    entry = progress.read(lab)["mse_loss"]
    assert (entry["status"], entry["best"], entry["tries"]) == ("correct", "correct", 2)
    assert entry["when"][:2] == "20" and "T" in entry["when"]


def test_an_exercise_once_correct_stays_done_after_a_later_mistake(lab):
    for status in ("correct", "incorrect", "not attempted"):
        progress.record("psnr", status)
    entry = progress.read(lab)["psnr"]
    assert progress.is_done(entry)
    assert entry["status"] == "not attempted"
    assert entry["tries"] == 1  # what follows the first right answer is no try


def test_running_an_untouched_exercise_is_no_try(lab):
    progress.record("psnr", "not attempted")
    assert progress.read(lab)["psnr"]["tries"] == 0
    assert not progress.is_done(progress.read(lab)["psnr"])


def test_a_notebook_in_a_subfolder_counts_for_the_lab_above_it(lab, monkeypatch):
    (lab / "mine" / "deep").mkdir(parents=True)
    monkeypatch.chdir(lab / "mine" / "deep")
    progress.record("invert", "correct")
    assert set(progress.read(lab)) == {"invert"}


def test_outside_a_lab_folder_nothing_is_written(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert progress.lab_folder() is None
    progress.record("invert", "correct")
    assert list(tmp_path.iterdir()) == []


def test_two_kernels_at_once_lose_no_entry(lab):
    code = (
        "import sys; from learnkit.exercises.progress import record\n"
        "for n in range(40): record(f'{sys.argv[1]}_{n}', 'correct')"
    )
    kernels = [subprocess.Popen([sys.executable, "-c", code, name]) for name in "abc"]
    assert [kernel.wait(60) for kernel in kernels] == [0, 0, 0]
    assert set(progress.read(lab)) == {f"{name}_{n}" for name in "abc" for n in range(40)}


@pytest.mark.errors
@pytest.mark.parametrize("damage", [b'{"invert": {"st', b"[1, 2]", b'{"invert": 3}', b"\xff\xfe"])
def test_a_damaged_file_is_named_and_set_aside_and_not_lost(lab, damage):
    (lab / progress.PROGRESS).write_bytes(damage)
    with pytest.raises(ValueError, match=r"progress\.json is damaged"):
        progress.read(lab)
    progress.record("invert", "correct")
    assert set(progress.read(lab)) == {"invert"}
    (aside,) = (lab / ".learnkit").glob("progress.damaged-*.json")
    assert aside.read_bytes() == damage


@pytest.mark.errors
def test_a_full_disk_costs_the_tally_and_not_the_verdict(lab):
    progress.record("invert", "correct")
    before = (lab / progress.PROGRESS).read_bytes()
    code = "from learnkit.exercises.progress import record; record('psnr', 'correct')"
    subprocess.run([sys.executable, "-c", code], check=True, preexec_fn=_no_room)
    assert (lab / progress.PROGRESS).read_bytes() == before
    assert not list((lab / ".learnkit").glob("*.tmp"))


def _no_room():
    resource.setrlimit(resource.RLIMIT_FSIZE, (10, 10))  # a file may hold ten bytes


def test_progress_needs_nothing_but_the_standard_library_and_a_lock():
    imported = {
        line.split()[1]
        for module in (progress, files)
        for line in Path(module.__file__).read_text().splitlines()
        if line.strip().startswith(("import ", "from "))
    }
    imported -= {"learnkit.files", "filelock"}
    assert {name.partition(".")[0] for name in imported} <= sys.stdlib_module_names


def test_the_file_is_json_that_a_person_can_read(lab):
    progress.record("invert", "correct")
    text = (lab / progress.PROGRESS).read_text()
    assert json.loads(text)["invert"]["best"] == "correct"
    assert text.count("\n") > 3

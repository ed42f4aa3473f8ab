import importlib.metadata
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest
import torch

from learnkit.course import doctor
from learnkit.course.cli import main


def the(findings) -> doctor.Finding:
    (finding,) = findings
    return finding


def test_this_machine_is_ready(capsys):
    """The machine that runs the tests has everything, so whatever fails here is a fault."""
    status = doctor.doctor()
    said = capsys.readouterr().out
    assert status == 0, said
    assert said.splitlines()[-1].endswith("0 fail: ready")
    for name in ("Python", "packages", "device", "memory", "disk", "home", "data", "widgets"):
        assert f"  {name}: " in said
    assert "a right answer is judged correct" in said


def test_a_fail_sets_the_exit_status_and_says_what_to_do(monkeypatch, capsys):
    def broken_check():
        raise RuntimeError("all wrong")
        yield

    monkeypatch.setattr(doctor, "CHECKS", [doctor.python_check, broken_check])
    assert doctor.doctor() == 1
    said = capsys.readouterr().out
    assert "fail  broken: RuntimeError: all wrong\n      what to do: " in said
    assert said.endswith("1 ok, 0 warn, 1 fail: not ready yet\n")


def test_a_warning_alone_is_no_failure(monkeypatch, capsys):
    warn = doctor.Finding("disk", "warn", "little room", "make room")
    monkeypatch.setattr(doctor, "CHECKS", [lambda: iter([warn])])
    assert doctor.doctor() == 0
    assert "what to do: make room" in capsys.readouterr().out


def test_a_lesson_gets_the_findings_as_rows_from_another_process(monkeypatch, capsys):
    warn = doctor.Finding("disk", "warn", "little room", "make room")
    monkeypatch.setattr(doctor, "CHECKS", [doctor.python_check, lambda: iter([warn])])

    def another_process(command, **_):
        assert command[:3] == [sys.executable, "-m", "learnkit"]
        main(command[3:])
        return SimpleNamespace(stdout=capsys.readouterr().out, stderr="")

    monkeypatch.setattr(doctor.subprocess, "run", another_process)
    python, disk = doctor.rows()
    assert (python["what"], python["state"], python["what to do"]) == ("Python", "ok", "")
    assert list(disk.values()) == ["disk", "warn", "little room", "make room"]


def test_a_doctor_that_cannot_even_start_is_a_row_as_well(monkeypatch):
    done = SimpleNamespace(stdout="", stderr="Traceback\nImportError: no argparse\n")
    monkeypatch.setattr(doctor.subprocess, "run", lambda *_, **__: done)
    (row,) = doctor.rows()
    assert (row["state"], row["found"]) == ("fail", "ImportError: no argparse")


def test_versions_are_held_against_the_installed_metadata():
    finding = the(doctor.packages_check())
    assert finding.state == "ok"
    assert f"numpy {importlib.metadata.version('numpy')}" in finding.line
    assert "pytest" not in finding.line  # an extra is nothing a student lacks


@pytest.mark.parametrize(
    ("name", "specifier", "problem"),
    [
        ("numpy", ">=1", ""),
        ("numpy", ">=999", "and the course needs >=999"),
        ("no-such-package", ">=1", "no-such-package is not installed"),
    ],
)
def test_a_wrong_version_is_named_with_the_range(name, specifier, problem):
    found = doctor.version_problem(name, specifier)
    assert problem in found and bool(found) == bool(problem)


def test_a_package_out_of_range_fails(monkeypatch):
    monkeypatch.setattr(doctor.metadata, "requires", lambda _: ["numpy>=999", "scipy>=1"])
    finding = the(doctor.packages_check())
    assert (finding.state, finding.name) == ("fail", "packages")
    assert finding.line.startswith("numpy ") and finding.cure


def test_an_absent_torch_is_a_sentence_and_no_traceback():
    """A None in sys.modules makes `import torch` raise ImportError, as an absent one does."""
    code = (
        "import sys; sys.modules['torch'] = None\n"
        "from learnkit.course import doctor\n"
        "doctor.CHECKS[:] = [doctor.torch_check]\n"
        "raise SystemExit(doctor.doctor())"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (said.returncode, said.stderr) == (1, "")
    assert said.stdout.startswith("fail  torch: cannot be imported")


def devices(monkeypatch, *, gpu: str, cuda: str | None, works: bool, why=None) -> doctor.Finding:
    monkeypatch.setattr("learnkit.training.device.works", lambda device: why)
    monkeypatch.setattr(doctor, "nvidia_gpu", lambda: gpu)
    monkeypatch.setattr(torch.version, "cuda", cuda)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: works)
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda: gpu)
    return the(doctor.torch_check())


def test_a_gpu_under_a_cpu_build_is_told_with_the_way_out(monkeypatch):
    finding = devices(monkeypatch, gpu="NVIDIA L4", cuda=None, works=False)
    assert finding.state == "warn"
    assert finding.line.startswith("GPU found, but torch is the CPU build")
    assert "make lab TORCH_INDEX=URL" in finding.cure and "Get started" in finding.cure


def test_a_gpu_that_the_driver_cannot_serve_is_told(monkeypatch):
    finding = devices(monkeypatch, gpu="NVIDIA L4", cuda="13.0", works=False)
    assert finding.state == "warn" and "driver" in finding.cure


def test_a_gpu_that_is_too_old_for_this_torch_is_told(monkeypatch):
    why = "CUDA error: no kernel image is available for execution on the device"
    finding = devices(monkeypatch, gpu="NVIDIA GTX 1080", cuda="13.0", works=True, why=why)
    assert finding.state == "warn" and "no kernel image" in finding.line and finding.cure


def test_a_gpu_in_use_and_no_gpu_at_all_are_both_well(monkeypatch):
    assert "NVIDIA L4" in devices(monkeypatch, gpu="NVIDIA L4", cuda="13.0", works=True).line
    finding = devices(monkeypatch, gpu="", cuda=None, works=False)
    assert finding.state == "ok" and not finding.cure


@pytest.mark.parametrize(
    ("script", "name"),
    [
        ("echo NVIDIA L4; echo NVIDIA T4", "NVIDIA L4"),
        ("echo no driver; exit 9", ""),
        (None, ""),
    ],
)
def test_a_gpu_is_found_without_torch(tmp_path, monkeypatch, script, name):
    """The program is a stand-in: no machine of the tests has a GPU to ask."""
    if Path("/proc/driver/nvidia/gpus").exists():
        pytest.skip("this machine has an NVIDIA driver, which is asked first")
    if script:
        program = tmp_path / "nvidia-smi"
        program.write_text(f"#!/bin/sh\n{script}\n")
        program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert doctor.nvidia_gpu() == name


def test_too_little_memory_warns_with_what_to_do(monkeypatch):
    little = SimpleNamespace(available=2e9, total=4e9)
    monkeypatch.setattr(psutil, "virtual_memory", lambda: little)
    finding = the(doctor.memory_check())
    assert finding.state == "warn" and "3 GB" in finding.line and "close" in finding.cure


def test_damaged_data_fails_with_the_sentence_of_the_data_itself(monkeypatch):
    from learnkit.images import data

    def damaged(split: str) -> None:
        raise ValueError(f"the {split} pictures have the wrong SHA-256")

    monkeypatch.setattr(data, "fashion_mnist", damaged)
    monkeypatch.setattr(doctor, "CHECKS", [doctor.data_check])
    finding = the(doctor.examine())
    assert finding[:3] == ("data", "fail", "the test pictures have the wrong SHA-256")


def test_a_missing_front_end_of_the_widgets_fails(tmp_path, monkeypatch):
    import jupyter_core.paths

    extension = tmp_path / "anywidget"
    extension.mkdir()
    (extension / "package.json").write_text("{}")
    monkeypatch.setattr(jupyter_core.paths, "jupyter_path", lambda _: [str(tmp_path)])
    manager, anywidget = doctor.widgets_check()
    assert (manager.state, anywidget.state) == ("fail", "ok")
    assert "pip install --force-reinstall jupyterlab_widgets" in manager.cure


def test_missing_lessons_fail(tmp_path, monkeypatch):
    from learnkit.course import lab

    monkeypatch.setattr(lab, "lesson_folder", lambda: tmp_path)
    monkeypatch.setattr(doctor, "CHECKS", [doctor.lessons_check])
    finding = the(doctor.examine())
    assert finding.state == "fail" and "no lessons in" in finding.line

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from learnkit import __version__

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, ROOT]
    built = subprocess.run(command, capture_output=True, text=True)
    assert built.returncode == 0, built.stdout + built.stderr
    (path,) = folder.glob("*.whl")
    return path


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory):
    """The wheel alone, in a folder that goes before the checkout on the path."""
    target = tmp_path_factory.mktemp("installed")
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", target]
    subprocess.run([*pip, wheel], check=True)
    return target


def run(installed: Path, command: list, cwd: Path) -> str:
    environment = {**os.environ, "PYTHONPATH": str(installed)}
    said = subprocess.run(command, capture_output=True, text=True, env=environment, cwd=cwd)
    assert said.returncode == 0, said.stderr
    return said.stdout


def test_the_wheel_holds_lessons_assets_and_licences(wheel):
    names = set(zipfile.ZipFile(wheel).namelist())
    assert wheel.name.startswith(f"learnkit_inpainting-{__version__}-py3-none-any")
    lessons = {path.name for path in (ROOT / "lessons").glob("*.ipynb")}
    assert lessons and {f"learnkit/lessons/{name}" for name in lessons} <= names
    ours = subprocess.run(
        ["git", "ls-files", "learnkit"], cwd=ROOT, capture_output=True, text=True
    ).stdout.split()
    assert set(ours) <= names  # in a checkout without git this holds of nothing, and the next line:
    assert any(name.startswith("learnkit/assets/fashion") for name in names)
    licences = {Path(name).name for name in names if "/licenses/" in name}
    assert "LICENSE" in licences
    assert licences >= {path.name for path in (ROOT / "learnkit/assets").glob("LICENSE-*")}


def test_the_wheel_holds_no_tests_no_answers_and_no_rubbish(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    assert {name.split("/")[0] for name in names} == {
        "learnkit",
        f"learnkit_inpainting-{__version__}.dist-info",
    }
    assert not [name for name in names if "__pycache__" in name or "solutions" in name]


def test_the_installed_command_tells_its_version(installed, tmp_path):
    assert run(installed, [installed / "bin/learnkit", "--version"], tmp_path) == (
        f"learnkit {__version__}\n"
    )


def test_without_a_checkout_the_lessons_come_out_of_the_wheel(installed, tmp_path):
    code = (
        "import json, learnkit; from pathlib import Path; from learnkit.course import lab\n"
        "done = lab.prepare(Path('work'))\n"
        "print(json.dumps([learnkit.__file__, str(lab.lesson_folder()), done]))"
    )
    package, source, done = json.loads(run(installed, [sys.executable, "-c", code], tmp_path))
    assert Path(package).is_relative_to(installed)
    assert Path(source) == installed / "learnkit" / "lessons"
    lessons = sorted(path.name for path in (ROOT / "lessons").glob("*.ipynb"))
    assert done == [f"{len(lessons) - 1} lessons copied to work."]  # the glossary is no lesson
    assert sorted(path.name for path in (tmp_path / "work").glob("*.ipynb")) == lessons

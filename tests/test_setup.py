import ast
import importlib.metadata
import itertools
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
EXTRAS = PROJECT["optional-dependencies"]
CORE = {canonicalize_name(r.name): r for r in map(Requirement, PROJECT["dependencies"])}
TOOLS = {
    canonicalize_name(r.name): r
    for r in map(Requirement, itertools.chain(*EXTRAS.values()))
    if r.name != PROJECT["name"]
}
PIP_NAME = {  # conda-forge's name -> PyPI's, where they differ
    "pytorch": "torch",
    "jupyter_client": "jupyter-client",
    "jupyter_core": "jupyter-core",
}
MODULE_OF = {  # PyPI's name -> what is imported, where they differ
    "pillow": "PIL",
    "ipython": "IPython",
    "scikit-image": "skimage",
    "opencv-python-headless": "cv2",
    "jupyter-client": "jupyter_client",
    "jupyter-core": "jupyter_core",
}
TARGETS = ["help", "lab", "check", "test", "test-full", "notebooks", "bench", "clean"]
STEPS = ["unit tests", "notebooks solved", "the other notebooks", "JupyterLab"]


def pins() -> dict[str, str]:
    lines = (ROOT / "constraints.txt").read_text().split()
    return {canonicalize_name(name): version for name, version in (p.split("==") for p in lines)}


def test_every_pin_is_exact_and_names_no_build():
    assert all(re.fullmatch(r"[0-9][0-9a-z.]*", version) for version in pins().values())


@pytest.mark.parametrize("name", sorted(CORE | TOOLS))
def test_a_dependency_is_pinned_inside_its_range(name):
    requirement = (CORE | TOOLS)[name]
    assert requirement.specifier.contains(pins()[name]), f"{requirement} and {pins()[name]}"
    assert str(requirement.specifier).startswith(">="), "a range, so that others can move on"


def test_whatever_comes_along_is_pinned_too():
    """The closure of all dependencies, as the installed metadata tells it."""
    found, todo = set(), [(name, "") for name in CORE | TOOLS]
    while todo:
        package = todo.pop()
        if package in found:
            continue
        found.add(package)
        try:
            requires = importlib.metadata.requires(package[0]) or []
        except importlib.metadata.PackageNotFoundError:  # an extra that nobody installs
            continue
        for needed in map(Requirement, requires):
            if needed.marker is None or needed.marker.evaluate({"extra": package[1]}):
                todo += [(canonicalize_name(needed.name), e) for e in (*needed.extras, "")]
    installed = {canonicalize_name(d.name) for d in importlib.metadata.distributions()}
    names = {name for name, _ in found} & installed
    assert names - {"setuptools", "pip"} - pins().keys() == set()
    assert len(names) > 60  # the walk did walk


def conda() -> dict[str, str]:
    listed = yaml.safe_load((ROOT / "environment.yml").read_text())["dependencies"]
    requirements = [Requirement(line) for line in listed if isinstance(line, str)]
    return {PIP_NAME.get(r.name, r.name): str(r.specifier) for r in requirements}


def test_conda_gets_every_dependency_in_the_same_range():
    wanted = {name: str(requirement.specifier) for name, requirement in CORE.items()}
    assert conda().items() >= wanted.items()


def test_conda_gets_nothing_that_pyproject_does_not_name():
    ranges = {name: str(requirement.specifier) for name, requirement in (CORE | TOOLS).items()}
    ranges |= {"python": PROJECT["requires-python"], "pip": ""}
    assert conda().items() <= ranges.items()
    assert {"nbval", "pytest"} <= conda().keys()


def test_conda_installs_the_project_itself_by_pip():
    listed = yaml.safe_load((ROOT / "environment.yml").read_text())["dependencies"]
    assert listed[-1] == {"pip": ["-e ."]}


def test_the_version_stands_in_one_place():
    assert "version" not in PROJECT and PROJECT["dynamic"] == ["version"]
    places = subprocess.run(
        ["git", "grep", "-lE", "__version__ = "], capture_output=True, text=True, cwd=ROOT
    )
    assert places.stdout.split() in ([], ["learnkit/__init__.py", "tests/test_setup.py"])


def imported_by(source: str) -> set[str]:
    """The top names of the modules that a file imports, wherever in it."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            found.add(node.module.partition(".")[0])
    return found


def test_what_learnkit_imports_is_what_pyproject_names():
    """No more and no less: the core, and the extras that have a user."""
    imported = set().union(*(imported_by(p.read_text()) for p in (ROOT / "learnkit").rglob("*.py")))
    extras = [
        Requirement(r).name
        for name in ("grade", "dask", "benchmark", "export", "keras")
        for r in EXTRAS[name]
    ]
    of_torch = {"onnx", "onnxscript"}  # which torch.onnx.export imports
    named = {MODULE_OF.get(name, name) for name in [*CORE, *extras]} - of_torch
    assert imported - set(sys.stdlib_module_names) - {"learnkit"} == named


def make(*arguments: str, cwd: Path = ROOT, **environment: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        ["make", "--no-print-directory", *arguments],
        capture_output=True,
        text=True,
        cwd=cwd,
        env={**os.environ, **environment},
    )


def test_make_alone_lists_the_targets():
    said = make()
    assert said.returncode == 0
    for target in TARGETS[1:]:
        assert f"make {target} " in said.stdout


@pytest.mark.parametrize("target", TARGETS)
def test_each_target_of_the_makefile_can_be_planned(target):
    assert make("--dry-run", target).returncode == 0


@pytest.mark.parametrize("target", ["test", "test-full"])
def test_the_whole_test_runs_its_steps_in_order(target):
    planned = make("--dry-run", "-j4", target).stdout
    places = [planned.index(f'-m tests.timed "{step}') for step in STEPS]
    assert places == sorted(places)
    assert planned.count("offline.py") == 3
    assert planned.rstrip().endswith("-m tests.timed")  # which prints the time of each


@pytest.mark.parametrize(
    ("target", "browser", "states"),
    [
        ("test", sys.executable, "mistaken"),
        ("test", "/no/such/browser", "unsolved mistaken"),
        ("test-full", sys.executable, "unsolved mistaken"),
        ("test-notebooks", sys.executable, "unsolved mistaken"),
    ],
)
def test_unsolved_notebooks_run_in_the_browser_or_without_it(target, browser, states):
    planned = make("--dry-run", target, LEARNKIT_CHROMIUM=browser).stdout
    assert f"--run {states}\n" in planned


def test_every_unit_test_runs_once_with_shapes_checked():
    planned = make("--dry-run", "check").stdout.replace("\\\n", " ")
    (once,) = (" ".join(line.split()) for line in planned.splitlines() if " -m pytest" in line)
    assert "tests learnkit" in once and once.endswith('-m "not browser and not slow"')
    checked = re.search(r"--jaxtyping-packages=(\S+),beartype\.beartype ", once)[1].split(",")
    words = re.compile(
        r"^from (jaxtyping|learnkit\.tensors) import|^from learnkit\.shapes import .*[A-Z]", re.M
    )
    of_arrays = {
        f"learnkit.{path.relative_to(ROOT / 'learnkit').parts[0]}"
        for path in (ROOT / "learnkit").glob("*/**/*.py")
        if words.search(re.sub(r"\(\n\s*|,\n\s*", " ", path.read_text(encoding="utf-8")))
    }
    assert of_arrays == set(checked)


def test_only_the_full_test_runs_slow_tests_and_full_lengths():
    quick, full = (make("--dry-run", target).stdout for target in ("test", "test-full"))
    assert quick.count("not slow") == 1 and quick.count("LEARNKIT_QUICK=1") == 2  # written and run
    assert "not slow" not in full and "LEARNKIT_QUICK" not in full
    assert full.count("--cov=learnkit") == 1 and "--cov" not in quick


@pytest.fixture
def fresh(tmp_path):
    """A checkout with a space in its path, and no .venv."""
    folder = tmp_path / "a checkout"
    folder.mkdir()
    for name in ("Makefile", "pyproject.toml", "constraints.txt"):
        shutil.copy(ROOT / name, folder)
    return folder


@pytest.mark.parametrize("python", ["no-such-python", "false"])
def test_without_a_python_that_is_new_enough_make_says_one_sentence(fresh, python):
    said = make("lab", f"PYTHON={python}", cwd=fresh)
    assert said.returncode == 2
    assert said.stderr.splitlines()[0].startswith("make: no Python 3.11 or newer found; get one")
    assert not (fresh / ".venv").exists()


def test_half_a_set_up_is_not_taken_as_done(fresh):
    (fresh / "pyproject.toml").write_text("this is no project")
    for _ in range(2):
        said = make("lab", f"PYTHON={sys.executable}", cwd=fresh)
        assert said.returncode == 2
        assert "the set-up did not go through" in said.stderr
        assert not (fresh / ".venv/.lab").exists()


def test_a_finished_set_up_is_not_done_again_until_something_changes(fresh):
    (fresh / ".venv/bin").mkdir(parents=True)
    (fresh / ".venv/.lab").write_text(f"{fresh}\n")
    assert "pip install" not in make("--dry-run", "lab", cwd=fresh).stdout
    assert "pip install" in make("--dry-run", "lab", "TORCH_INDEX=U", cwd=fresh).stdout
    (fresh / ".venv/.torch").write_text("U\n")
    assert "pip install" not in make("--dry-run", "lab", "TORCH_INDEX=U", cwd=fresh).stdout
    moved = fresh.rename(fresh.with_name("moved here"))
    assert "pip install" in make("--dry-run", "lab", cwd=moved).stdout


@pytest.mark.parametrize("status", [0, 2])
def test_ci_demands_the_browser_and_runs_what_everybody_runs(tmp_path, status):
    """With stand-ins for the programs that it calls: nothing is missing, so nothing is fetched."""
    said = f'echo "$(basename "$0") $* browser=$LEARNKIT_REQUIRE_BROWSER in $PWD"; exit {status}'
    for name, does in {
        "make": said,
        "bwrap": "exit 0",
        "chromium": "exit 0",
        "dpkg": "exit 0",
    }.items():
        (tmp_path / name).write_text(f"#!/bin/sh\n{does}\n")
        (tmp_path / name).chmod(0o755)
    path = f"{tmp_path}:{os.environ['PATH']}"
    ran = subprocess.run(
        [ROOT / ".ci/run"],
        env={**os.environ, "PATH": path},
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert ran.stdout == f"make test browser=1 in {ROOT}\n" and ran.returncode == status


def test_the_workflows_run_on_every_python_that_is_promised():
    ci = yaml.safe_load((ROOT / ".github/workflows/ci.yml").read_text())
    job = ci["jobs"]["test"]
    assert job["strategy"]["matrix"]["python"] == ["3.11", "3.12", "3.13"]
    assert job["steps"][-1]["run"] == ".ci/run"
    weekly = yaml.safe_load((ROOT / ".github/workflows/weekly.yml").read_text())
    assert "make test-full CONSTRAINTS=" in weekly["jobs"]["newest"]["steps"][-1]["run"]


def test_every_dependency_has_a_reason():
    page = (ROOT / "docs/decisions/0001-dependencies.md").read_text()
    extras = [Requirement(r).name for name in EXTRAS if name != "dev" for r in EXTRAS[name]]
    reasoned = set(re.findall(r"[\w-]+", page))
    assert {*CORE, *TOOLS, *extras} - reasoned == set()

"""`learnkit doctor`: is this machine ready, and what to do where it is not.

One check a function; each returns findings, and none raises: what breaks inside a check is itself
a finding. `fail` means that lessons will not work, `warn` that one may be slow or short of room.
"""

import importlib.metadata as metadata
import json
import shutil
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from learnkit.course import home, instructors, places
from learnkit.course.finding import Finding

DISTRIBUTION = "learnkit-inpainting"
LESSON_MEMORY = 3e9  # bytes, what the heaviest lesson may take (the course's own budget)
INSTALL = (
    "install learnkit again, the way you did the first time; "
    "in a checkout: delete the folder .venv, then make lab"
)
CUDA_BUILD = (
    "make lab TORCH_INDEX=URL, where URL is the --index-url that pytorch.org's 'Get started' page "
    "shows for your CUDA; without a checkout: pip install --force-reinstall torch --index-url URL"
)


def doctor(*, as_json: bool = False) -> int:
    """Prints every finding as soon as it is known; 1 where one of them is a fail, else 0."""
    found = []
    for finding in examine():
        found.append(finding)
        if not as_json:
            print(f"{finding.state:<4}  {finding.name}: {finding.line}", flush=True)
            if finding.cure:
                print(f"      what to do: {finding.cure}", flush=True)
    if as_json:
        print(json.dumps([finding._asdict() for finding in found], indent=1))
    else:
        print(summary(found))
    return int(any(finding.state == "fail" for finding in found))


def summary(found: Sequence[Finding]) -> str:
    """How many findings there are of each kind, and what that means.

    >>> summary([Finding("disk", "ok", "50 GB free here")])
    '1 ok, 0 warn, 0 fail: ready'
    """
    counts = Counter(finding.state for finding in found)
    verdict = "not ready yet" if counts["fail"] else "ready"
    return f"{counts['ok']} ok, {counts['warn']} warn, {counts['fail']} fail: {verdict}"


def rows() -> list[dict[str, str]]:
    """The findings as rows of a table, for a lesson.

    Another process examines the machine, so that nothing of this one changes. Where nothing is to
    be done, there is no column for it.
    """
    command = [sys.executable, "-m", "learnkit", "doctor", "--json"]
    done = subprocess.run(command, capture_output=True, text=True)
    try:
        found = [Finding(**entry) for entry in json.loads(done.stdout)]
    except ValueError:  # it could not even say what is wrong
        last = (done.stderr.strip() or "no word").splitlines()[-1]
        found = [Finding("learnkit doctor", "fail", last, INSTALL)]
    rows = [{"what": f.name, "state": f.state, "found": f.line} for f in found]
    if any(f.cure for f in found):
        rows = [row | {"what to do": f.cure} for row, f in zip(rows, found, strict=True)]
    return rows


def examine() -> Iterator[Finding]:
    """All findings, in order: a check that breaks is a fail, with its error as the line."""
    for check in CHECKS:
        name = check.__name__.removesuffix("_check").replace("_", " ")
        try:
            yield from check()
        except (OSError, ValueError) as error:  # ours, in whole sentences
            yield Finding(name, "fail", str(error), INSTALL)
        except Exception as error:
            yield Finding(name, "fail", f"{type(error).__name__}: {error}", INSTALL)


def python_check() -> Iterator[Finding]:
    """The running Python, against what the course asks for."""
    version = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info >= (3, 11):  # noqa: UP036  a wrong PYTHONPATH brings an old one here
        yield Finding("Python", "ok", version)
    else:
        yield Finding("Python", "fail", f"{version} is too old", "get Python 3.11 or newer")


def packages_check() -> Iterator[Finding]:
    """Every dependency, against the range in the installed metadata."""
    from packaging.requirements import Requirement

    try:
        required = [Requirement(line) for line in metadata.requires(DISTRIBUTION) or []]
    except metadata.PackageNotFoundError:
        yield Finding("packages", "fail", "learnkit itself is not installed", INSTALL)
        return
    core = [r for r in required if r.marker is None or r.marker.evaluate({"extra": ""})]
    wrong = [problem for r in core if (problem := version_problem(r.name, str(r.specifier)))]
    for problem in wrong:
        yield Finding("packages", "fail", problem, INSTALL)
    if not wrong:
        versions = ", ".join(f"{r.name} {metadata.version(r.name)}" for r in core)
        yield Finding("packages", "ok", versions)


def version_problem(name: str, specifier: str) -> str:
    """What is wrong with the installed version of `name`; "" where it is in the range.

    >>> version_problem("pip", ">=1000").endswith("is installed, and the course needs >=1000")
    True
    """
    from packaging.specifiers import SpecifierSet

    try:
        version = metadata.version(name)
    except metadata.PackageNotFoundError:
        return f"{name} is not installed"
    if SpecifierSet(specifier).contains(version, prereleases=True):
        return ""
    return f"{name} {version} is installed, and the course needs {specifier}"


def torch_check() -> Iterator[Finding]:
    """Torch, and the device that lessons will train on."""
    try:
        import torch
    except (ImportError, OSError) as error:  # OSError: a library of a broken CUDA build
        yield Finding("torch", "fail", f"cannot be imported ({error})", INSTALL)
        return
    from learnkit.training.device import works

    gpu = nvidia_gpu()
    build = "the CPU build" if torch.version.cuda is None else f"for CUDA {torch.version.cuda}"
    version = f"torch {torch.__version__}"
    if torch.cuda.is_available():
        name, reason = torch.cuda.get_device_name(), works("cuda")
        if reason is None:
            yield Finding("device", "ok", f"GPU, {name}; {version}")
        else:  # torch counts it: it may be too old for this build
            line = f"GPU found ({name}), but {version} cannot use it ({reason})"
            yield Finding("device", "warn", line, CUDA_BUILD)
    elif gpu and torch.version.cuda is None:
        yield Finding("device", "warn", f"GPU found, but torch is {build} ({gpu})", CUDA_BUILD)
    elif gpu:
        cure = "update the NVIDIA driver, or install torch for an older CUDA: " + CUDA_BUILD
        yield Finding(
            "device", "warn", f"GPU found ({gpu}), but {version} {build} cannot use it", cure
        )
    elif torch.backends.mps.is_available():
        yield Finding("device", "ok", f"GPU, Apple's (MPS); {version}")
    else:
        yield Finding("device", "ok", f"CPU, no GPU found and none needed; {version}")


def nvidia_gpu() -> str:
    """The NVIDIA GPU's name as the driver tells it, without torch; "" for none."""
    for information in Path("/proc/driver/nvidia/gpus").glob("*/information"):
        for line in information.read_text().splitlines():
            if line.startswith("Model:"):
                return line.removeprefix("Model:").strip()
    command = shutil.which("nvidia-smi")  # Windows, WSL
    if command is None:
        return ""
    query = [command, "--query-gpu=name", "--format=csv,noheader"]
    try:
        answer = subprocess.run(query, capture_output=True, text=True, timeout=20)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return answer.stdout.partition("\n")[0].strip() if answer.returncode == 0 else ""


def memory_check() -> Iterator[Finding]:
    """Free memory, against what the heaviest lesson may take."""
    import psutil

    memory = psutil.virtual_memory()
    line = f"{memory.available / 1e9:.1f} GB free of {memory.total / 1e9:.1f} GB"
    if memory.available >= LESSON_MEMORY:
        yield Finding("memory", "ok", line)
    else:
        cure = "close other programs and shut down the kernels of lessons that you are done with"
        yield Finding("memory", "warn", f"{line}; a lesson may need 3 GB", cure)


def data_check() -> Iterator[Finding]:
    """The embedded pictures: there, whole, and with the SHA-256 that they should have."""
    from learnkit.images import data

    data.fashion_mnist("test")
    data.emoji()
    yield Finding("data", "ok", "the embedded pictures are whole")


def widgets_check() -> Iterator[Finding]:
    """The widgets' front ends, which JupyterLab looks for on disk."""
    from jupyter_core.paths import jupyter_path

    with home.lent_where_there_is_none():
        folders = [Path(folder) for folder in jupyter_path("labextensions")]
    wanted = {
        "jupyterlab_widgets": "@jupyter-widgets/jupyterlab-manager",
        "anywidget": "anywidget",
    }
    for package, extension in wanted.items():
        if any((folder / extension / "package.json").is_file() for folder in folders):
            yield Finding("widgets", "ok", f"JupyterLab finds {extension}")
        else:
            cure = f"{sys.executable} -m pip install --force-reinstall {package}"
            yield Finding("widgets", "fail", f"JupyterLab does not find {extension}", cure)


def jupyterlab_check() -> Iterator[Finding]:
    """JupyterLab, and the kernel that the lessons name."""
    from jupyter_client.kernelspec import KernelSpecManager, NoSuchKernel

    try:
        with home.lent_where_there_is_none():
            import jupyterlab

            command = KernelSpecManager().get_kernel_spec("python3").argv[0]
    except NoSuchKernel:
        cure = f"{sys.executable} -m pip install --force-reinstall ipykernel"
        yield Finding("JupyterLab", "fail", "there is no kernel named python3", cure)
        return
    own = (
        command in ("python", "python3")
        or Path(command).resolve() == Path(sys.executable).resolve()
    )
    line = f"{jupyterlab.__version__}, with the kernel python3"
    if own:
        yield Finding("JupyterLab", "ok", line)
    else:
        cure = "jupyter kernelspec remove python3"
        yield Finding("JupyterLab", "warn", f"{line}, which is another Python: {command}", cure)


def exercises_check() -> Iterator[Finding]:
    """A right answer, through a real worker process."""
    from learnkit.exercises import check

    def invert(image: Any) -> Any:
        return 1 - image

    start = time.perf_counter()
    report = check("invert", invert)
    line = f"a right answer is judged {report.status} in {time.perf_counter() - start:.2f} s"
    if report.status == "correct":
        yield Finding("exercises", "ok", line)
    else:
        cure = "report it to the course's authors, with this whole text"
        yield Finding("exercises", "fail", f"{line}: {report.message}", cure)


def lessons_check() -> Iterator[Finding]:
    """The lessons that `learnkit lab` will copy."""
    from learnkit.course.lab import lesson_folder, lesson_names

    yield Finding("lessons", "ok", f"{len(lesson_names())} in {lesson_folder()}")


CHECKS: list[Callable[[], Iterator[Finding]]] = [
    python_check,
    packages_check,
    torch_check,
    memory_check,
    places.disk_check,
    places.home_check,
    places.temporary_check,
    places.network_check,
    places.hiding_check,
    data_check,
    widgets_check,
    jupyterlab_check,
    exercises_check,
    instructors.grading_check,
    lessons_check,
]

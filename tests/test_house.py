"""The house rules that can be read off the source, or seen in a fresh process."""

import ast
import pkgutil
import re
import subprocess
import sys
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

import learnkit

ROOT = Path(__file__).parents[1]
FILES = sorted((ROOT / "learnkit").rglob("*.py"))
# The floors, from the ground up: a room may import itself and what its line names. A room that is
# not listed fails. Training is handed what it trains: it knows no model.
FLOOR = {"shapes", "files", "threads"}
GROUND = FLOOR | {"assets", "byhand", "holes"}
PICTURES = GROUND | {"images", "fills"}
TORCH = PICTURES | {"tensors"}  # tensors' shapes: of rooms that load torch, and of no other
TAUGHT = TORCH | {"models", "training", "recipes", "sweeps", "benchmark", "speed", "article"}
MAY_IMPORT = {
    "": set(),  # learnkit/__init__.py
    "shapes": set(),
    "tensors": set(),
    "files": set(),
    "threads": set(),
    "assets": set(),  # data, and what finds it
    "byhand": FLOOR,
    "holes": FLOOR | {"tensors"},  # in batches and sheets alone, which load torch
    "images": FLOOR | {"assets", "holes"},
    "fills": FLOOR | {"images"},
    "models": TORCH,
    "training": TORCH,
    "recipes": TORCH | {"models", "training"},
    "sweeps": TORCH | {"models", "training", "recipes"},
    "benchmark": TORCH | {"models", "training", "sweeps"},
    "speed": TORCH | {"models", "training"},
    "article": TORCH,
    "capstone": PICTURES | {"benchmark"},
    "exercises": TAUGHT,
    "grading": TAUGHT | {"exercises"},
    "widgets": TAUGHT | {"exercises"},
    "course": TAUGHT | {"capstone", "exercises", "grading", "widgets"},
    "__main__": {"course"},  # `python -m learnkit` is the learnkit command
}


def imported(source: str) -> set[str]:
    """Every module that a file imports, also inside its functions; ".x" for a relative import."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            module = "." * node.level + (node.module or "")
            found |= {f"{module}.{alias.name}" for alias in node.names}
    return found


def wrong_arrows(path: str, source: str) -> set[str]:
    """The rooms that a file of learnkit imports from and must not."""
    room = path.removeprefix("learnkit/").removesuffix(".py").split("/")[0].replace("__init__", "")
    allowed = MAY_IMPORT[room] | {room}
    to = {m.split(".")[1] for m in imported(source) if m.startswith(("learnkit.", "."))}
    to.discard("__version__")  # a name of learnkit itself, and no room
    out = {m.split(".")[0] for m in imported(source)} & {"tools", "tests", "solutions"}
    return (to - allowed) | out


@pytest.mark.parametrize("path", [f.relative_to(ROOT).as_posix() for f in FILES])
def test_imports_point_one_way(path):
    assert wrong_arrows(path, (ROOT / path).read_text(encoding="utf-8")) == set()


@pytest.mark.parametrize(
    ("path", "line", "room"),
    [
        ("learnkit/shapes.py", "import learnkit.byhand.losses", "byhand"),
        ("learnkit/byhand/optim.py", "from learnkit.images import metrics", "images"),
        ("learnkit/byhand/optim.py", "from learnkit import images", "images"),
        ("learnkit/holes/draw.py", "def f():\n    from learnkit.images import data", "images"),
        ("learnkit/images/damaged.py", "from learnkit.fills.harmonic import harmonic", "fills"),
        ("learnkit/fills/protocol.py", "from learnkit.models.as_fill import fill_with", "models"),
        ("learnkit/training/loop.py", "from learnkit.models.unet import UNet", "models"),
        ("learnkit/exercises/judge.py", "from learnkit.widgets.show import show", "widgets"),
        ("learnkit/widgets/show.py", "import learnkit.course.lab as lab", "course"),
        ("learnkit/assets/__init__.py", "from tools.make_assets import main", "tools"),
        ("learnkit/__init__.py", "from learnkit.shapes import Array", "shapes"),
    ],
)
def test_a_wrong_arrow_is_caught_wherever_it_is_hidden(path, line, room):
    assert wrong_arrows(path, line) == {room}


def test_no_floor_stands_on_itself():
    floors = list(TopologicalSorter(MAY_IMPORT).static_order())
    assert set(floors) == set(MAY_IMPORT)  # a circle would have raised


def order_of(sources: dict[str, str]) -> list[str]:
    """The modules, each after all that it imports; raises CycleError where there is a circle."""
    graph = {}
    for name, source in sources.items():
        asked = imported(source)
        found = {next((m for m in (a, a.rpartition(".")[0]) if m in sources), name) for a in asked}
        graph[name] = found - {name}
    return list(TopologicalSorter(graph).static_order())


def test_no_file_imports_in_a_circle_not_even_inside_its_functions():
    names = {f.relative_to(ROOT).with_suffix("").as_posix().replace("/", "."): f for f in FILES}
    sources = {n.removesuffix(".__init__"): f.read_text("utf-8") for n, f in names.items()}
    assert set(order_of(sources)) == set(sources)


def test_a_circle_is_caught_wherever_it_is_hidden():
    sources = {"a": "import b", "b": "def f():\n    from c import g", "c": ""}
    assert order_of(sources) == ["c", "b", "a"]
    with pytest.raises(CycleError):
        order_of(sources | {"c": "class C:\n    def h(self):\n        import a"})


def test_imports_inside_the_house_are_written_out_in_full():
    for path in FILES:
        assert not [m for m in imported(path.read_text(encoding="utf-8")) if m.startswith(".")]


def test_recipes_holds_nothing_but_recipes_and_how_they_are_run():
    room = ROOT / "learnkit/recipes"
    without = {f.stem for f in room.glob("*.py") if "\nRECIPE = " not in f.read_text("utf-8")}
    assert without == {"__init__", "base", "run"}


def test_byhand_needs_numpy_and_the_standard_library_alone():
    for path in (ROOT / "learnkit/byhand").glob("*.py"):
        tops = {m.split(".")[0] for m in imported(path.read_text(encoding="utf-8"))}
        assert tops - sys.stdlib_module_names <= {"numpy", "learnkit"}, path.name


# ---- in a fresh process ------------------------------------------------------------------------


def loaded_by(code: str) -> set[str]:
    """The modules that a fresh Python holds after `code`."""
    end = "\nimport sys; print('modules:', *sys.modules)"
    ran = subprocess.run([sys.executable, "-c", code + end], capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    return set(ran.stdout.rpartition("modules: ")[2].split())


def modules_of(*rooms: str) -> list[str]:
    """Every module of these rooms, by name."""
    return [
        f"learnkit.{room}.{module.name}"
        for room in rooms
        for module in pkgutil.iter_modules([str(ROOT / "learnkit" / room)])
    ]


def test_importing_learnkit_loads_neither_numpy_nor_torch():
    modules = loaded_by("import learnkit")
    assert "learnkit" in modules and not modules & {"numpy", "torch"}


def test_what_the_first_seven_lessons_use_never_loads_torch():
    names = modules_of("assets", "byhand", "images", "fills")
    names += ["learnkit.holes", "learnkit.holes.draw", "learnkit.holes.published"]
    use = (
        "from learnkit.images.damaged import DAMAGED, damaged\n"
        "from learnkit.fills.harmonic import harmonic\n"
        "for name in DAMAGED: harmonic(damaged(name).cut, damaged(name).hole)\n"
    )
    modules = loaded_by(f"import {', '.join(names)}\n{use}")
    assert modules >= set(names) and len(names) >= 20
    assert "torch" not in modules


def test_importing_the_exercises_loads_no_table_and_no_torch():
    modules = loaded_by("import learnkit.exercises")
    assert "learnkit.exercises.engine" in modules
    assert not {m for m in modules if re.search(r"exercises\.lesson_\d|^torch$|^IPython$", m)}


def test_looking_one_exercise_up_loads_its_own_file_alone():
    modules = loaded_by("from learnkit.exercises.table import find; find('psnr')")
    lesson, files = "learnkit.exercises.lesson_01", {m for m in modules if "exercises.lesson_" in m}
    assert files == {lesson, f"{lesson}.common", f"{lesson}.psnr"} and "torch" not in modules


def test_the_widgets_load_neither_torch_nor_pyplot():
    modules = loaded_by(f"import {', '.join(modules_of('widgets'))}")
    assert "learnkit.widgets.panel" in modules
    assert not modules & {"torch", "matplotlib.pyplot"}


# ---- what every file owes ----------------------------------------------------------------------


def is_of_an_exercise(path: Path) -> bool:
    return bool(re.fullmatch(r"lesson_\d\d", path.parent.name))


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_a_file_opens_with_its_idea_and_ends_by_line_300(path):
    text = path.read_text(encoding="utf-8")
    assert ast.get_docstring(ast.parse(text))
    assert len(text.splitlines()) <= 300


@pytest.mark.parametrize(
    "path", sorted((ROOT / "learnkit").rglob("*.mistakes")), ids=lambda path: path.stem
)
def test_a_table_of_mistakes_ends_by_line_300_too(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 300


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_every_public_function_and_class_says_what_it_is(path):
    assert is_of_an_exercise(path) or bare(ast.parse(path.read_text(encoding="utf-8"))) == []


def bare(tree: ast.Module | ast.ClassDef) -> list[str]:
    """The public functions and classes without a docstring, methods too."""
    kinds = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
    public = [n for n in tree.body if isinstance(n, kinds) and not n.name.startswith("_")]
    found = [node.name for node in public if not ast.get_docstring(node)]
    return found + [n for c in public if isinstance(c, ast.ClassDef) for n in bare(c)]


def test_annotations_stay_alive_for_the_shape_checks():
    for path in FILES:
        futures = {m for m in imported(path.read_text(encoding="utf-8")) if "__future__" in m}
        assert not futures, f"{path}: it disables jaxtyping's checks"


def test_no_file_names_a_folder_of_one_machine():
    machine = re.compile(r"(?<![\w./}~-])/(?:work|home|root|Users|mnt|media)/[\w.-]")
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    ).stdout.decode()
    names, found = [n for n in listed.split("\0") if n and (ROOT / n).is_file()], []
    assert len(names) > 50
    for name in names:
        data = (ROOT / name).read_bytes()
        if b"\0" in data[:8000]:
            continue
        lines = enumerate(data.decode("utf-8", "replace").splitlines(), 1)
        found += [f"{name}:{number}" for number, line in lines if machine.search(line)]
    assert found == []


def test_the_package_that_is_tested_is_the_one_of_this_checkout():
    assert Path(learnkit.__file__).parent == ROOT / "learnkit"

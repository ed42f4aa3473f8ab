"""Each lesson in three states, as notebooks that prove themselves.

    solved      solutions/: every verdict is correct, and the figures that the prose quotes hold
    unsolved    lessons/: nothing attempted, and yet nothing dead-ends
    mistaken    every exercise answered by a known mistake: each verdict names it

Each ends in a cell that fails unless that is so, and unless every exercise's name is bound to a
function that does what the reference does. `python -m tests.states FOLDER` writes them, and where
LEARNKIT_QUICK is set cuts short, in all but the solved ones, what no verdict depends on. The solved
ones are for a kernel of Jupyter's; `FOLDER --run STATE...` runs those of other states, two at a
time. Tests in a browser run the unsolved ones as well, as students do: where there is a browser,
`make test` runs only the mistaken ones by this file. `--record` runs the solved ones and writes
lessons/times.json and solutions/numbers.json.
"""

import argparse
import ast
import contextlib
import importlib
import io
import json
import linecache
import os
import re
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

import nbformat

from learnkit.files import write_whole

ROOT = Path(__file__).resolve().parents[1]
OTHERS = ("unsolved", "mistaken")
STATES = ("solved", *OTHERS)
TIMES = ROOT / "lessons" / "times.json"
# As lesson 10 makes its hole for all test pictures.
BOX = """
box = draw.box((28, 28), height=14, width=14)
hole = torch.from_numpy(box).to(machine.device)"""
# What is trained by hand goes on as it is, with fewer pictures: (what stands there, what is run).
SHORTER = {
    "03_cross_entropy_by_hand": [
        (
            'train, train_labels = fashion_mnist("train")',
            'train, train_labels = (part[:500] for part in fashion_mnist("train"))',
        ),
    ],
    "04_optimizers_by_hand": [("draws.integers(0, 10_000, 200)", "draws.integers(0, 10_000, 8)")],
    "05_backpropagation_by_hand": [
        ("draws.integers(0, len(x), 1024)", "draws.integers(0, len(x), 16)")
    ],
    "06_convolution_by_hand": [
        ("rng.integers(0, len(inputs), 100)", "rng.integers(0, len(inputs), 2)"),
        (
            """garments = data.to_float(data.fashion_mnist("test")[0])
plates = unbend(garments[:500, None], box, 400)""",
            """garments = data.to_float(data.fashion_mnist("test")[0][:100])
plates = unbend(garments[:500, None], box, 8)""",
        ),
        ('labels = data.fashion_mnist("test")[1]', 'labels = data.fashion_mnist("test")[1][:100]'),
    ],
    "07_cnn_restoration": [
        ("max(50, budget(100, gpu=1000))", "25"),
        ("teach(model, optimizer, 25, seed=part)", "teach(model, optimizer, 5, seed=part)"),
    ],
    "08_vae_synthesis": [
        ("shipped.sample(2000,", "shipped.sample(200,"),
        ("torch.randn(2000, 24,", "torch.randn(200, 24,"),
        ("learned.sample(2000,", "learned.sample(200,"),
    ],
    "09_gan_synthesis": [(".sample(2000, dice", ".sample(200, dice")],
    "10_cnn_inpainting": [
        (
            f"take(torch.arange(200)){BOX}.expand(200, 1, 28, 28)",
            f"take(torch.arange(20)){BOX}.expand(20, 1, 28, 28)",
        ),
    ],
    "11_vae_inpainting": [
        ("model.sample(2000,", "model.sample(200,"),
    ],
    "12_diffusion": [
        ("samples(noise_predictor, six, 25)", "samples(noise_predictor, six, 2)"),
        ("count=50, scale=", "count=2, scale="),
        ("range(10, 1000, 45)", "range(10, 1000, 450)"),
        ("schedule(25, resamples=4)", "schedule(25, resamples=2)"),
        ("for count in (1, 3, 8, 25)", "for count in (1, 2, 3, 4)"),
        ("for _ in range(20)])", "for _ in range(1)])"),
        ("take(torch.arange(24))", "take(torch.arange(12))"),
        ("for _ in range(7)", "for _ in range(1)"),
    ],
    "13_evaluation": [
        (".fills(some, its_hole, 8,", ".fills(some, its_hole, 2,"),
        (
            """take(torch.arange(10_000)).cpu())
sizes = [70, 100, 200, 500, 1000, 2000, 5000]""",
            """take(torch.arange(5200)).cpu())
sizes = [70, 100, 200]""",
        ),
        (
            """sample(2000, dice.manual_seed(0)).float()
crowds["real"] = all_tests.take(torch.arange(8000, 10_000))
seen = {name: garment_features(crowd.cpu())""",
            """sample(200, dice.manual_seed(0)).float()
crowds["real"] = all_tests.take(torch.arange(8000, 10_000))
seen = {name: garment_features(crowd[:200].cpu())""",
        ),
        ("training.take(torch.arange(10_000))", "training.take(torch.arange(1000))"),
        ("pictures=60)", "pictures=6)"),
    ],
    "15_speed_and_scale": [
        ("side, photo_inpainter = 512, ", "side, photo_inpainter = 64, "),
        ("device=cpu, repeats=6)", "device=cpu, repeats=1)"),
        ("for _ in range(5)]", "for _ in range(1)]"),
        ("counts = (1, 4, 16, 64, 256)", "counts = (1, 4, 16, 64)"),
    ],
    "16_applications": [
        ("for seed in range(16)", "for seed in range(3)"),
        ("def head_fills(painter, which, count=16):", "def head_fills(painter, which, count=2):"),
        ("(outside == 0)[:240]", "(outside == 0)[:6]"),
    ],
    "17_the_article_debugged": [
        ("outcomes = every(few)", "outcomes = every(few, steps=20)"),
        ("steps=250", "steps=12"),
        ("for _ in range(10)]", "for _ in range(1)]"),
        ("garments[:3840]", "garments[:640]"),
        ("steps_shown = (1, 2, 10, 60)", "steps_shown = (1, 2, 10)"),
    ],
    "18_flow_matching": [
        ("pairs_at_random(20_000), torch.rand(20_000,", "pairs_at_random(500), torch.rand(500,"),
        ("noises = torch.randn(20_000, 2,", "noises = torch.randn(500, 2,"),
        ("calls = (1, 2, 4, 8, 25)", "calls = (1, 2)"),
        ("DRAWS = 8", "DRAWS = 2"),
        (
            "def painted(labels, scale, noise, steps=12)",
            "def painted(labels, scale, noise, steps=2)",
        ),
        ("draws=8)", "draws=2)"),
    ],
}
# Loaded before a lesson's process is forked, and so once for all of them.
FIRST = (
    "matplotlib.pyplot",
    "scipy.ndimage",
    "skimage.data",
    "ipywidgets",
    "anywidget",
    "PIL.Image",
)
FROM_07 = ("torch", "torch._dynamo")
AT_A_TIME = 2
END = "\n---- the last cell has run"


def lessons() -> list[str]:
    """The names of all lessons, the longest first, so that no process waits long for the other."""
    seconds = json.loads(TIMES.read_text(encoding="utf-8"))
    names = [path.stem for path in (ROOT / "solutions").glob("[0-9][0-9]_*.ipynb")]
    return sorted(names, key=lambda name: (-seconds.get(name, {}).get("seconds", 1e9), name))


def write(folder: Path) -> None:
    """Writes FOLDER/STATE/RANK_NN_name.ipynb for every lesson and state; the longest has rank 0."""
    quick = bool(os.environ.get("LEARNKIT_QUICK"))
    for state in STATES:
        (folder / state).mkdir(parents=True, exist_ok=True)
        for rank, lesson in enumerate(lessons()):
            notebook = in_state(lesson, state, quick=quick and state != "solved")
            nbformat.write(notebook, folder / state / f"{rank:02}_{lesson}.ipynb")


def run(folder: Path, states: Iterable[str] = OTHERS) -> int:
    """Runs the notebooks of these states, and says which cells failed. Returns how many did."""
    failed = 0
    found = [path for state in states for path in (folder / state).glob("*.ipynb")]
    paths = sorted(found, key=lambda path: path.name)
    by_hand = [path for path in paths if int(path.stem.split("_")[1]) < 7]
    others = [path for path in paths if path not in by_hand]
    for group, modules in ((by_hand, FIRST), (others, FROM_07)):
        for module in modules:
            importlib.import_module(module)
        for path, seconds, words in forked(group):
            lesson, state = path.stem[3:], path.parent.name
            print(
                f"{lesson} {state}: {'failed' if words else 'passed'}, {seconds:.0f} s", flush=True
            )
            if words:
                print(words, flush=True)
                failed += 1
    return failed


def forked(paths: Iterable[Path]) -> Iterator[tuple[Path, float, str]]:
    """Each notebook, its time and its `complaints`; two at a time, each in a process of its own."""
    todo, running = list(paths), {}
    while todo or running:
        while todo and len(running) < AT_A_TIME:
            path = todo.pop(0)
            paper = tempfile.TemporaryFile("w+", encoding="utf-8")
            pid = os.fork()
            if pid == 0:
                try:
                    paper.write(complaints(path) + END)
                    paper.flush()
                except BaseException as error:
                    print(f"{path}: {error!r}", file=sys.__stderr__, flush=True)
                finally:
                    os._exit(0)
            running[pid] = path, time.perf_counter(), paper
        pid, status = os.wait()
        path, began, paper = running.pop(pid)
        paper.seek(0)
        words = paper.read()
        paper.close()
        if words.endswith(END):
            words = words.removesuffix(END)
        else:
            words += f"it ended before its last cell, with status {status}"
        yield path, time.perf_counter() - began, words


def complaints(path: Path) -> str:
    """Runs a notebook's cells in IPython's shell: each that fails, with its traceback."""
    from IPython.core.interactiveshell import InteractiveShell

    said: list[str] = []
    with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stdout(io.StringIO()) as out:
        os.chdir(folder)
        shell = InteractiveShell.instance(colors="nocolor")
        for number, cell in enumerate(nbformat.read(path, as_version=4).cells):
            if cell.cell_type != "code":
                continue
            before = out.tell()
            result = shell.run_cell(cell.source, store_history=True)
            if not result.success:
                said += [f"---- cell {number} of {path.name}:", cell.source]
                said += [f"---- which said: {out.getvalue()[before:][-4000:]}"]
        os.chdir(ROOT)
    return "\n".join(said)


def in_state(lesson: str, state: str, *, quick: bool = False) -> nbformat.NotebookNode:
    """The notebook of a lesson in one of the three states, with its proof as the last cell."""
    home = "lessons" if state == "unsolved" else "solutions"
    notebook = nbformat.read(ROOT / home / f"{lesson}.ipynb", as_version=4)
    if quick:
        shorten(notebook, lesson)
    if state == "mistaken":
        for cell in notebook.cells:
            name = exercise_of(cell)
            if name:
                cell.source = answered_by_a_mistake(name)
    proof = (
        f"import sys\nsys.path.insert(0, {str(ROOT)!r})\n"
        f"from tests.proof import prove\nprove({lesson!r}, {state!r}, globals())"
    )
    notebook.cells.append(nbformat.v4.new_code_cell(proof, id="proof"))
    return notebook


def shorten(notebook: nbformat.NotebookNode, lesson: str) -> None:
    """Replaces what SHORTER names. Raises ValueError where it does not stand there once."""
    for old, new in SHORTER.get(lesson, []):
        cells = [c for c in notebook.cells if c.cell_type == "code" and old in c.source]
        if len(cells) != 1:
            raise ValueError(f"{old!r} stands in {len(cells)} cells of {lesson}: mend SHORTER")
        cells[0].source = cells[0].source.replace(old, new)


def exercise_of(cell: nbformat.NotebookNode) -> str | None:
    """The exercise that a cell asks for, if it asks for one."""
    found = re.search(r"^@exercise\n(?:def|class) (\w+)", cell.source, re.M)
    return found[1] if cell.cell_type == "code" and found else None


def answered_by_a_mistake(name: str) -> str:
    """The first known mistake, as the student would have written it."""
    from learnkit.exercises.table import find

    mistake = find(name).mistakes[0].name
    tree = ast.parse("".join(linecache.getlines(f"<{name}.mistakes: {mistake}>")))
    tree.body[0].decorator_list = [ast.Name("exercise")]
    tree.body[0].name = name
    text = ast.unparse(tree)
    module = set(re.findall(r"\b(losses|optim)\.", text))
    return "".join(f"from learnkit.byhand import {m}\n" for m in sorted(module)) + text


def record() -> None:
    """Runs each solved lesson once, alone, and stores its time and the figures it quotes."""
    from nbclient import NotebookClient

    os.environ["LEARNKIT_RECORD"] = "1"
    times = {}
    for path in sorted((ROOT / "solutions").glob("[0-9][0-9]_*.ipynb")):
        notebook = in_state(path.stem, "solved")
        began = time.perf_counter()
        NotebookClient(notebook, timeout=600, kernel_name="python3").execute()
        times[path.stem] = {"seconds": round(time.perf_counter() - began, 1)}
        print(path.stem, times[path.stem])
    write_whole(TIMES, (json.dumps(times, indent=2) + "\n").encode())


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", nargs="?", type=Path, help="where to write the notebooks")
    parser.add_argument("--run", nargs="+", choices=OTHERS, help="run those that are written there")
    parser.add_argument("--record", action="store_true", help="measure times and quoted figures")
    options = parser.parse_args()
    if options.record:
        record()
    elif options.folder and options.run:
        sys.exit(min(run(options.folder.resolve(), options.run), 100))
    elif options.folder:
        write(options.folder)
    else:
        parser.error("name a folder, or --record")

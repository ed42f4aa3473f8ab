"""Each lesson in three states, as notebooks that prove themselves.

    solved      solutions/: every verdict is correct, and the figures that the prose quotes hold
    unsolved    lessons/: nothing attempted, and yet nothing dead-ends
    mistaken    every exercise answered by a known mistake: each verdict names it

`python -m tests.states FOLDER` writes them; each ends in a cell that fails unless that is so, and
unless every exercise's name is bound to a function that does what the reference does.
`--record` runs the solved ones and writes lessons/times.json and solutions/numbers.json.
"""

import argparse
import ast
import inspect
import json
import os
import re
import sys
import textwrap
import time
from pathlib import Path

import nbformat

from learnkit.files import write_whole

ROOT = Path(__file__).resolve().parents[1]
STATES = ("solved", "unsolved", "mistaken")
EXPECTED = {"solved": "correct", "unsolved": "not attempted", "mistaken": "incorrect"}
MEMORY = 3 << 30  # bytes a lesson may take
NUMBERS = ROOT / "solutions" / "numbers.json"
TIMES = ROOT / "lessons" / "times.json"


def write(folder: Path) -> None:
    """Writes FOLDER/STATE/NN_name.ipynb for every lesson and state."""
    for state in STATES:
        (folder / state).mkdir(parents=True, exist_ok=True)
        for path in sorted((ROOT / "solutions").glob("[0-9][0-9]_*.ipynb")):
            nbformat.write(in_state(path.stem, state), folder / state / path.name)


def in_state(lesson: str, state: str) -> nbformat.NotebookNode:
    """The notebook of a lesson in one of the three states, with its proof as the last cell."""
    home = "lessons" if state == "unsolved" else "solutions"
    notebook = nbformat.read(ROOT / home / f"{lesson}.ipynb", as_version=4)
    if state == "mistaken":
        for cell in notebook.cells:
            name = exercise_of(cell)
            if name:
                cell.source = answered_by_a_mistake(name)
    proof = (
        f"import sys\nsys.path.insert(0, {str(ROOT)!r})\n"
        f"from tests.states import prove\nprove({lesson!r}, {state!r}, globals())"
    )
    notebook.cells.append(nbformat.v4.new_code_cell(proof, id="proof"))
    return notebook


def exercise_of(cell: nbformat.NotebookNode) -> str | None:
    """The exercise that a cell asks for, if it asks for one."""
    found = re.search(r"^@exercise\n(?:def|class) (\w+)", cell.source, re.M)
    return found[1] if cell.cell_type == "code" and found else None


def answered_by_a_mistake(name: str) -> str:
    """The first known mistake, as the student would have written it."""
    from learnkit.exercises.table import find

    mistake = find(name).mistakes[0].answer
    tree = ast.parse(textwrap.dedent(inspect.getsource(mistake)))
    tree.body[0].decorator_list = [ast.Name("exercise")]
    tree.body[0].name = name
    text = ast.unparse(tree)
    module = set(re.findall(r"\b(losses|optim)\.", text))
    return "".join(f"from learnkit.byhand import {m}\n" for m in sorted(module)) + text


def prove(lesson: str, state: str, scope: dict) -> None:
    """Raises AssertionError unless the notebook came out as its state says."""
    from learnkit.exercises import reports
    from learnkit.exercises.index import EXERCISES
    from learnkit.exercises.judge import judge
    from learnkit.exercises.table import find

    number = int(lesson[:2])
    for name in (n for n, at in EXERCISES.items() if at == number):
        report, task = reports()[name], find(name)
        assert report.status == EXPECTED[state], f"{name}: {report}"
        if state == "mistaken":
            assert report.mistake == task.mistakes[0].name, report
        bound = scope[name]
        assert judge(task, task.run(bound)).correct, f"{name} does not do what it should"
        assert state == "solved" or bound.yours is not bound
    if number < 7:
        assert "torch" not in sys.modules, "lessons before 07 load no torch"
    if sys.platform == "linux":
        import resource

        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
        assert peak < MEMORY, f"the lesson took {peak / 2**30:.1f} GB"
    if state == "solved":
        prove_numbers(lesson, scope)


def prove_numbers(lesson: str, scope: dict) -> None:
    """Holds each figure that the prose quotes to what the notebook has just computed."""
    numbers = json.loads(NUMBERS.read_text(encoding="utf-8"))
    for entry in numbers.get(lesson, []):
        value = float(eval(entry["of"], scope))
        if os.environ.get("LEARNKIT_RECORD"):
            entry["value"] = value
        limit = entry["tolerance"] * abs(entry["value"])
        assert abs(value - entry["value"]) <= limit, f"{entry['of']}: {value}, stored {entry}"
    if os.environ.get("LEARNKIT_RECORD"):
        text = json.dumps(numbers, indent=2, ensure_ascii=False) + "\n"
        write_whole(NUMBERS, text.encode())


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
    parser.add_argument("--record", action="store_true", help="measure times and quoted figures")
    options = parser.parse_args()
    if options.record:
        record()
    elif options.folder:
        write(options.folder)
    else:
        parser.error("name a folder, or --record")

"""From one source to two notebooks: the solved one, and the one that students get.

`solutions/NN_name.py` (jupytext's percent format) is what people edit. The rest is library calls:
jupytext reads it, nbconvert's exporter runs nbgrader's preprocessors over it, and the bytes come
out the same every time. `python -m learnkit.course.build` writes, `--check` only compares.
"""

import argparse
import re
import sys
import tomllib
from pathlib import Path

import jupytext
import nbformat
from nbconvert.exporters import NotebookExporter
from nbformat import NotebookNode
from nbgrader import preprocessors as nbgrader
from traitlets.config import Config

from learnkit.course import glossary, lesson_map
from learnkit.files import write_whole

STUB = "# Your turn: write your answer in place of the next line.\nraise NotImplementedError"
KERNEL = {"name": "python3", "display_name": "Python 3 (ipykernel)", "language": "python"}
SOLVED = [nbgrader.LockCells, nbgrader.ClearOutput, nbgrader.CheckCellMetadata]
UNSOLVED = [
    nbgrader.LockCells,
    nbgrader.ClearSolutions,
    nbgrader.ClearOutput,
    nbgrader.CheckCellMetadata,
    nbgrader.ComputeChecksums,
    nbgrader.ClearHiddenTests,
    nbgrader.ClearMarkScheme,
    nbgrader.ComputeChecksums,
    nbgrader.CheckCellMetadata,
]


def main(arguments: list[str] | None = None) -> int:
    """Writes what differs, or with --check names it; the exit status is 1 where it does."""
    parser = argparse.ArgumentParser(
        description="Build lessons/ and solutions/ from solutions/*.py."
    )
    parser.add_argument("--check", action="store_true", help="write nothing; name what differs")
    check = parser.parse_args(arguments).check
    root = Path(__file__).resolve().parents[2]
    stale = {path: text for path, text in built(root).items() if not _holds(path, text)}
    for path, text in stale.items():
        print(f"{'stale' if check else 'written'}: {path.relative_to(root)}")
        if not check:
            write_whole(path, text.encode())
    if check and stale:
        print("Run `make notebooks`, and commit what it writes.", file=sys.stderr)
    return int(bool(check and stale))


def built(root: Path) -> dict[Path, str]:
    """Every file that comes from the sources under `root`, with the text it must hold."""
    files: dict[Path, str] = {}
    badge = repository(root)
    for source in sorted((root / "solutions").glob("[0-9][0-9]_*.py")):
        name = source.stem
        files[root / "solutions" / f"{name}.ipynb"] = notebook(source, solved=True, badge=badge)
        files[root / "lessons" / f"{name}.ipynb"] = notebook(source, solved=False, badge=badge)
    lessons = {path.name[:2]: path.name for path in files}
    if glossary.terms(root):
        made = glossary.notebook(root, lessons)
        made.metadata.kernelspec = KERNEL
        for folder in ("solutions", "lessons"):
            files[root / folder / glossary.NAME] = nbformat.writes(made) + "\n"
    syllabus = root / "docs" / "syllabus.md"
    if syllabus.exists():
        text = syllabus.read_text(encoding="utf-8")
        files[syllabus] = _between("map of lessons", "map", text, lesson_map.table(root))
    files[root / "lessons" / "README.md"] = LESSONS_HEAD + index(root, links_to="")
    readme = (root / "README.md").read_text(encoding="utf-8")
    table = index(root, links_to="lessons/")
    files[root / "README.md"] = _between("lessons", "lessons", readme, table)
    return files


def notebook(source: Path, *, solved: bool, badge: str | None = None) -> str:
    """The text of a notebook made from a percent script: the same bytes every time."""
    made = jupytext.read(source, fmt="py:percent")
    if badge:
        made.cells[:0] = _colab_cells(badge, source.stem)
    made.metadata = nbformat.from_dict({"kernelspec": KERNEL, "language_info": {"name": "python"}})
    for number, cell in enumerate(made.cells):
        cell.metadata.pop("lines_to_next_cell", None)
        grade_id = cell.metadata.get("nbgrader", {}).get("grade_id")
        cell.id = grade_id or f"cell-{number:03d}"
    return _exported(made, SOLVED if solved else UNSOLVED)


def index(root: Path, *, links_to: str) -> str:
    """The table of lessons in Markdown: question, what it asks you to write, measured time."""
    rows = ["| lesson | question | you write | time |", "|---|---|---|---|"]
    for lesson in lesson_map.lessons(root):
        source = (root / "solutions" / f"{lesson.name}.py").read_text(encoding="utf-8")
        wrote = re.findall(r"^@exercise\n(?:def|class) (\w+)", source, re.M)
        link = f"[{lesson.name}]({links_to}{lesson.name}.ipynb)"
        functions = ", ".join(f"`{name}`" for name in wrote)
        rows.append(f"| {link} | {lesson.question} | {functions} | {_duration(lesson.seconds)} |")
    return "\n".join(rows) + "\n"


def repository(root: Path) -> str | None:
    """The repository's URL as pyproject.toml gives it; no URL, no badge."""
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return project.get("urls", {}).get("Repository")


LESSONS_HEAD = """# The lessons

Open them with `make lab`, which copies them to `work/` and starts JupyterLab on the first one that
you have not finished. The files here are generated from `solutions/*.py`: edit those.
Time is that of running every cell once on two CPU cores, measured by `make times`; reading and
writing take you longer.

"""


def _between(begin: str, end: str, text: str, table: str) -> str:
    """The text with what stands between two of its comments replaced by a table."""
    marked = re.compile(rf"(<!-- {begin}: [^>]*-->\n).*?(<!-- end of {end} -->)", re.DOTALL)
    return marked.sub(lambda m: m[1] + table + m[2], text)


def _exported(made: NotebookNode, steps: list[type]) -> str:
    config = Config()
    config.ClearSolutions.code_stub = {"python": STUB}
    exporter = NotebookExporter(config=config)
    resources: dict = {}
    for step in steps:
        made, resources = step(config=config).preprocess(made, resources)
    text, _ = exporter.from_notebook_node(made, resources)
    return text.rstrip("\n") + "\n"


def _colab_cells(url: str, name: str) -> list[NotebookNode]:
    """The badge, and the cell that installs the course where it opens."""
    path = url.removeprefix("https://github.com/").removesuffix("/")
    link = f"https://colab.research.google.com/github/{path}/blob/main/lessons/{name}.ipynb"
    badge = f"[![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)]({link})"
    install = (
        "# In Colab this installs the course; anywhere else it does nothing.\n"
        "import sys\n\n"
        'if "google.colab" in sys.modules:\n'
        f"    %pip install -q git+{url}"
    )
    return [nbformat.v4.new_markdown_cell(badge), nbformat.v4.new_code_cell(install)]


def _duration(seconds: float | None) -> str:
    return "not measured" if seconds is None else f"{seconds:.0f} s"


def _holds(path: Path, text: str) -> bool:
    return path.exists() and path.read_bytes() == text.encode()


if __name__ == "__main__":
    sys.exit(main())

"""`learnkit export`: a lesson as one HTML file that needs neither a kernel nor the network.

nbconvert makes the page. Three things are done otherwise here: formulas become MathML, which
browsers draw themselves; widgets stand as the pictures that they carry; and no script is left.
"""

import html
import re
from copy import deepcopy
from pathlib import Path
from typing import Any

import nbformat
from latex2mathml.converter import convert
from nbconvert.exporters.html import HTMLExporter, contextfilter
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from nbformat import NotebookNode

from learnkit.course.lab import DEFAULT_FOLDER
from learnkit.exercises.progress import lab_folder
from learnkit.files import write_whole

TEMPLATE = """{%- extends 'lab/index.html.j2' -%}
{% block html_head_js %}{% endblock %}
{% block html_head_js_mathjax %}{% endblock %}
{% block html_head_js_mermaidjs %}{% endblock %}
{% block jupyter_widgets %}{% endblock %}
{% block data_javascript %}{% endblock %}
{% block html_head_css %}<style>
main { max-width: 1000px; margin: 0 auto; padding: 0 16px; }
math[display="block"] { margin: 1em 0; font-size: 1.15em; }
.jp-RenderedHTMLCommon > div { max-width: 100%; }
@media print { .jp-OutputArea-output { break-inside: avoid; } }
</style>{% endblock %}"""
SCRIPT = re.compile(r"<script\b.*?(</script\s*>|$)", re.IGNORECASE | re.DOTALL)


def export(lesson: str, *, to: Path | None = None, run: bool = False) -> list[str]:
    """Writes a lesson as HTML; gives sentences on what was done, the file's name last.

    `lesson` is a notebook's path, or a lesson of the lab by name or number: "3", "03" or "losses".
    `to` is the file, or the folder for it; None is NAME.html in the current folder. `run` runs the
    notebook first, and leaves the notebook itself as it is.
    Raises FileNotFoundError where there is no such lesson, ValueError where the file is no
    notebook, where nothing in it was run and `run` is False, or where `to` is no name for HTML.
    """
    path = find(lesson)
    target = _target(path, to)
    notebook = read(path)
    done = []
    if run:
        done.append(executed(notebook, path.parent))
    cells = [c for c in notebook.cells if c.cell_type == "code" and c.source.strip()]
    silent = sum(c.execution_count is None for c in cells)
    if cells and silent == len(cells):
        raise ValueError(
            f"{path} was never run, so there is nothing to see in it: run it in JupyterLab and "
            "save it, or add --run"
        )
    if silent:
        done.append(f"{silent} of {len(cells)} code cells were not run, and have no results.")
    write_whole(target, page(notebook, title=path.stem).encode("utf-8"))
    return [*done, f"written: {target}"]


def find(lesson: str) -> Path:
    """The notebook that a path, a name or a number stands for.

    Raises FileNotFoundError where there is none, or more than one.
    """
    path = Path(lesson).expanduser()
    if path.suffix == ".ipynb" or path.is_file():
        if path.is_file():
            return path
        raise FileNotFoundError(f"there is no file {path}")
    folder = lab_folder() or Path(DEFAULT_FOLDER)
    names = {p.stem: p for p in sorted(folder.glob("*.ipynb"))}
    if lesson in names:
        return names[lesson]
    number = f"{int(lesson):02d}_" if lesson.isascii() and lesson.isdigit() else None
    found = [n for n in names if (n.startswith(number) if number else lesson.lower() in n.lower())]
    originals = [n for n in found if ".new" not in n]  # what lies beside is asked for by its name
    if len(originals) == 1:
        return names[originals[0]]
    if len(found) > 1:
        raise FileNotFoundError(f"{lesson!r} may be {' or '.join(found)}: name one of them")
    there = ", ".join(names) if names else "none: `learnkit lab` copies them there"
    raise FileNotFoundError(f"no lesson {lesson!r} in {folder}; there are {there}")


def read(path: Path) -> NotebookNode:
    """The notebook in a file. Raises ValueError where there is none in it."""
    try:
        return nbformat.read(path, as_version=4)
    except (nbformat.reader.NotJSONError, nbformat.ValidationError, UnicodeDecodeError) as error:
        reason = str(error).split("\n")[0][:80]
        raise ValueError(f"{path} is no notebook: {reason}") from None


def _target(path: Path, to: Path | None) -> Path:
    """The file to write. Raises ValueError where that is no name for HTML."""
    if to is None:
        return Path(f"{path.stem}.html")
    if to.is_dir():
        return to / f"{path.stem}.html"
    if to.suffix.lower() not in (".html", ".htm"):
        raise ValueError(f"--to {to} must be a folder that is there, or end with .html")
    return to


def executed(notebook: NotebookNode, folder: Path) -> str:
    """Runs every cell where the notebook lies; says how that went."""
    from nbclient import NotebookClient  # the kernel's client, which only this needs

    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.execution_count, cell.outputs = None, []
    client = NotebookClient(
        notebook,
        timeout=None,
        allow_errors=True,
        store_widget_state=False,
        extra_arguments=["--IPKernelApp.log_level=ERROR"],
        resources={"metadata": {"path": str(folder)}},
    )
    client.execute()
    outputs = [one for cell in notebook.cells for one in cell.get("outputs", ())]
    errors = sum(one.output_type == "error" for one in outputs)
    return f"run: {errors} cells ended in an error." if errors else "run without an error."


def page(notebook: NotebookNode, *, title: str) -> str:
    """The whole page. The notebook stays as it is."""
    notebook = deepcopy(notebook)
    notebook.metadata["title"] = title
    notebook.metadata.pop("widgets", None)  # their state asks for scripts of the network
    for cell in notebook.cells:
        for output in cell.get("outputs", ()):
            if "text/html" in output.get("data", ()):
                output.data["text/html"] = SCRIPT.sub("", output.data["text/html"])
    text, _ = _Exporter(raw_template=TEMPLATE).from_notebook_node(notebook)
    return text


def mathml(formula: str, display: str) -> str:
    r"""A formula of LaTeX as MathML, which carries its source along; as code where it cannot be.

    >>> "<mfrac>" in mathml(r"\frac{1}{2}", "inline")
    True
    """
    source = html.escape(formula.strip())
    try:  # \Bigl and its like make a delimiter large, which MathML's grow to by themselves
        made = convert(re.sub(r"\\[Bb]igg?[lrm]?(?=\\)", "", formula), display=display)
    except Exception:  # whatever a formula is that somebody else wrote
        return f"<code>{source}</code>"
    return made.replace("<math ", f'<math alttext="{source}" ', 1)


class _Renderer(IPythonRenderer):
    def inline_math(self, body: str) -> str:
        """A formula in the line."""
        return mathml(body, "inline")

    def block_math(self, body: str) -> str:
        """A formula on a line of its own."""
        return mathml(body, "block")

    def latex_environment(self, name: str, body: str) -> str:
        """An environment, such as `align`."""
        return mathml(rf"\begin{{{name}}}{body}\end{{{name}}}", "block")


class _Exporter(HTMLExporter):
    @contextfilter
    def markdown2html(self, context: Any, source: str) -> str:
        """nbconvert's own, with the formulas above in place of MathJax's."""
        attached = context.get("cell", {}).get("attachments", {})
        renderer = _Renderer(escape=False, attachments=attached, exclude_anchor_links=True)
        return MarkdownWithMath(renderer=renderer).render(source)

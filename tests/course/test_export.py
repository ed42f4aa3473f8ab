import html
import re
import struct
import zlib
from pathlib import Path

import nbformat
import numpy as np
import pytest
from nbconvert import HTMLExporter, LatexExporter
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from learnkit.course.cleaned import FILTER, clean_html
from learnkit.course.cli import main
from learnkit.course.export import export, find, mathml, page
from learnkit.course.lab import lab_arguments
from learnkit.fills.harmonic import harmonic
from learnkit.widgets import brush, latent, parabola, pixels
from learnkit.widgets.show import picture_grid, pictures_html, render, with_still
from learnkit.widgets.show_table import table

RAMP = np.linspace(0, 1, 144).reshape(12, 12)
WORDS = "Two pictures, of a ramp and of nothing."
PROSE = r"""# A head
In the line $\frac{1}{N}\sum_i x_i$, and alone

$$\sigma(z) = \frac{1}{1 + e^{-z}}$$

| a | b |
|---|---|
| 1 | 2 |"""


def displayed(bundle):
    data, metadata = bundle if isinstance(bundle, tuple) else (bundle, {})
    return new_output("display_data", data, metadata=metadata)


@pytest.fixture(scope="module")
def lesson():
    """A lesson with a figure and each kind of widget, as it is once it was run and saved."""
    pictures = {"ramp": RAMP, "white": np.ones((12, 12))}
    figure = render(picture_grid(pictures))
    bundles = [
        with_still({}, figure, WORDS, html=pictures_html(pictures, WORDS)),
        pixels.explore(RAMP)._repr_mimebundle_(),
        parabola.explore()._repr_mimebundle_(),
        brush.explore({"ramp": RAMP}, {"harmonic": harmonic})._repr_mimebundle_(),
        latent.explore(lambda z: np.full((len(z), 4, 4), 0.5), cells=2)._repr_mimebundle_(),
        table({"harmonic": 28.25}, title="in the hole")._repr_mimebundle_(),
    ]
    cells = [
        new_code_cell(f"show({i})", outputs=[displayed(bundle)], execution_count=i + 1)
        for i, bundle in enumerate(bundles)
    ]
    return new_notebook(cells=cells)


def pictures_of(text):
    """Size and alt text of each picture that stands in an HTML page."""
    found = []
    for tag in re.findall(r"<img [^>]*>", text):
        data = re.search(r'src="data:image/png;base64,([^"]+)"', tag)[1]
        words = re.search(r'alt="([^"]*)"', tag)[1]
        found.append((data[:16], html.unescape(words)))
    return found


def test_a_pdf_keeps_every_picture(lesson):
    tex, resources = LatexExporter().from_notebook_node(lesson)
    assert len(re.findall(r"\\includegraphics|\\adjustimage", tex)) >= 5
    files = [data for name, data in resources["outputs"].items() if name.endswith(".png")]
    assert len(files) == 5
    for data in files:  # whole PNG files: their last chunk has its checksum
        assert data.startswith(b"\x89PNG") and data.endswith(struct.pack(">I", zlib.crc32(b"IEND")))
    assert "28.25" in tex  # the table, as text


def test_jupyterlabs_sanitized_html_keeps_every_picture_with_its_words(lesson):
    (option,) = (o for o in lab_arguments(Path("nowhere"), None, browser=False) if "filters" in o)
    assert option == f"--TemplateExporter.filters={FILTER}"
    with_prose = new_notebook(cells=[new_markdown_cell(PROSE), *lesson.cells])
    text, _ = HTMLExporter(sanitize_html=True, filters=FILTER).from_notebook_node(with_prose)
    shown = pictures_of(text)
    assert len(shown) == 6 and all(data.startswith("iVBOR") and words for data, words in shown)
    assert f'aria-label="{WORDS}"' in text and "28.25</td>" in text
    assert not re.search("&lt;(img|p|h1|table|div)", text)
    assert "<h1" in text and re.search(r"<th>a</th>", text)


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script>",
        '<img src="x" onerror="alert(1)">',
        '<a href="javascript:alert(1)">x</a>',
        '<a href="data:text/html,<b>x</b>">x</a>',
        '<img src="data:image/svg+xml;base64,AAAA">',
        '<div style="position:fixed;background:url(http://there)">x</div>',
        "<iframe src='http://there'></iframe><form action='http://there'><input></form>",
    ],
)
def test_nothing_that_acts_passes_the_sanitizer(hostile):
    kept = clean_html(hostile)
    assert not re.search(r"<script|onerror|javascript:|data:|url\(|position|<iframe|<form", kept)


def test_a_style_is_dropped_with_its_rules_and_a_script_with_its_code():
    page = "<style>p { display: none; }</style><p>kept</p><SCRIPT>steal()</SCRIPT >"
    assert clean_html(page) == "<p>kept</p>"


def test_the_page_needs_neither_network_nor_script_and_has_its_formulas(lesson):
    lesson = new_notebook(cells=[new_markdown_cell(PROSE), *lesson.cells])
    script = new_output("display_data", {"text/html": "<p>kept</p><script src='//cdn'></script>"})
    lesson.cells.append(new_code_cell("x", outputs=[script], execution_count=9))
    lesson.metadata["widgets"] = {"application/vnd.jupyter.widget-state+json": {"state": {}}}
    text = page(lesson, title="A lesson")
    assert "<title>A lesson</title>" in text and "<p>kept</p>" in text
    assert len(pictures_of(text)) == 6 and text.count("<math ") == 2
    assert not re.search(r"<script|<iframe|(src|href)=[\"']?(https?:)?//|@import", text)
    assert "$" not in re.sub(r"<(style|pre)\b.*?</\1>|alttext=\"[^\"]*\"", "", text, flags=re.S)
    assert "widgets" in lesson.metadata  # the notebook itself stays


def test_every_formula_of_the_lessons_becomes_mathml():
    from learnkit.course.lab import lesson_folder

    paths = lesson_folder().glob("[0-9][0-9]_*.ipynb")
    cells = [cell for path in paths for cell in nbformat.read(path, 4).cells]
    texts = [new_markdown_cell(cell.source) for cell in cells if cell.cell_type == "markdown"]
    made = re.findall(r"<math .*?</math>", page(new_notebook(cells=texts), title="all"), re.S)
    assert len(made) > 300
    for formula in made:  # what was not understood would stand there with its backslash
        assert "\\" not in re.sub(r'alttext="[^"]*"', "", formula), formula


def test_a_formula_that_nobody_knows_stays_as_it_was_written():
    assert mathml(r"\left(", "inline") == r"<code>\left(</code>"
    assert "alttext" in mathml("a < b", "inline") and "<code>" not in mathml("a < b", "inline")


@pytest.fixture
def lab(tmp_path, monkeypatch, lesson):
    """A lab folder with two lessons, one of them run."""
    (tmp_path / ".learnkit").mkdir()
    (tmp_path / ".learnkit" / "lab.json").write_text("{}")
    nbformat.write(lesson, tmp_path / "03_losses.ipynb")
    nbformat.write(lesson, tmp_path / "03_losses.new.ipynb")
    silent = new_notebook(cells=[new_code_cell("print(6 * 7)")])
    nbformat.write(silent, tmp_path / "04_steps.ipynb")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("said", ["3", "03", "losses", "03_losses", "03_losses.ipynb"])
def test_a_lesson_is_found_by_number_name_or_file(lab, said):
    assert find(said).resolve() == lab / "03_losses.ipynb"


def test_the_command_writes_the_page_and_says_where(lab, capsys):
    assert main(["export", "3"]) == 0
    assert capsys.readouterr().out == "written: 03_losses.html\n"
    assert len(pictures_of((lab / "03_losses.html").read_text())) == 6
    (lab / "out").mkdir()
    assert export("3", to=lab / "out") == [f"written: {lab / 'out' / '03_losses.html'}"]


def test_a_lesson_that_was_never_run_is_run_where_one_asks_for_it(lab, capfd):
    before = (lab / "04_steps.ipynb").read_bytes()
    assert main(["export", "4", "--run", "--to", "mine.html"]) == 0
    assert capfd.readouterr().out == "run without an error.\nwritten: mine.html\n"
    assert re.search(r"<pre>42\s*</pre>", (lab / "mine.html").read_text())
    assert (lab / "04_steps.ipynb").read_bytes() == before


def test_cells_that_were_not_run_are_counted(lab, lesson):
    half = new_notebook(cells=[*lesson.cells[:1], new_code_cell("1 + 1"), new_code_cell("")])
    nbformat.write(half, lab / "05_half.ipynb")
    assert export("5")[0] == "1 of 2 code cells were not run, and have no results."


@pytest.mark.errors
@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["4"], "04_steps.ipynb was never run, so there is nothing to see in it: run it in"),
        (["7"], "no lesson '7' in .*; there are 03_losses, 03_losses.new, 04_steps"),
        (["s"], "'s' may be 03_losses or 03_losses.new or 04_steps: name one of them"),
        (["none.ipynb"], "there is no file none.ipynb"),
        (["broken.ipynb"], "broken.ipynb is no notebook: "),
        (["3", "--to", "there.pdf"], "--to there.pdf must be a folder that is there, or end with"),
        (["3", "--to", "nowhere/it.html"], "nowhere.*: No such file"),
    ],
)
def test_what_cannot_be_exported_is_one_sentence(lab, capsys, words, said):
    (lab / "broken.ipynb").write_text("no json")
    assert main(["export", *words]) == 1
    err = capsys.readouterr().err
    assert re.search(said, err) and err.startswith("learnkit: ") and err.count("\n") == 1
    assert not list(lab.glob("*.html"))

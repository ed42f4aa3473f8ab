"""Every lesson: made from its source byte for byte, of the course's shape, true in its figures."""

import ast
import builtins
import itertools
import json
import re
import textwrap
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import cv2
import nbformat
import numpy as np
import pytest
from skimage.data import lfw_subset

from learnkit.byhand.layers import sigmoid
from learnkit.byhand.losses import roughness_grad
from learnkit.course import build
from learnkit.course.build import STUB, built, notebook
from learnkit.exercises.index import EXERCISES
from learnkit.exercises.table import find
from learnkit.fills.harmonic import harmonic
from learnkit.holes import draw
from learnkit.images.damaged import DAMAGED, damaged
from learnkit.images.data import fashion_mnist, to_float
from learnkit.images.metrics import psnr
from learnkit.widgets import logit, race
from tests.test_house import imported

ROOT = Path(__file__).parents[1]
LESSONS = sorted(p.stem for p in (ROOT / "solutions").glob("[0-9][0-9]_*.py"))
NUMBERS = json.loads((ROOT / "solutions/numbers.json").read_text(encoding="utf-8"))
BEGIN, END = "### BEGIN SOLUTION", "### END SOLUTION"
# Names that cells take up again in the same sense, to hold whatever is at hand: one picture of a
# loop, its name and its fill, the pictures of one figure, a figure and its axes, an error.
TAKEN_UP_AGAIN = {"name", "picture", "fill", "row", "fig", "ax", "error"}
every_lesson = pytest.mark.parametrize("lesson", LESSONS)


@dataclass(frozen=True)
class Cell:
    kind: str  # "code" or "markdown"
    source: str
    header: str  # what stands behind `# %%`

    @property
    def exercise(self) -> str | None:
        """The exercise that the cell asks for."""
        found = re.search(r"^@exercise\n(?:def|class) (\w+)", self.source, re.M)
        return found[1] if self.kind == "code" and found else None

    @property
    def shows(self) -> bool:
        """Whether something stands under the cell when it has run."""
        return bool(re.search(r"\bshow(_pictures|_table)?\(|\bprint\(|\.explore\(", self.source))


@cache
def cells(lesson: str) -> tuple[Cell, ...]:
    """The cells of a source, read by hand: jupytext is under test, so it is not asked."""
    text = (ROOT / f"solutions/{lesson}.py").read_text(encoding="utf-8")
    parts = re.split(r"^# %%(.*)\n", text, flags=re.M)
    assert parts[0] == ""
    found = []
    for header, body in zip(parts[1::2], parts[2::2], strict=True):
        kind = "markdown" if header.strip() == "[markdown]" else "code"
        lines = body.strip("\n").split("\n")
        if kind == "markdown":
            assert all(line == "#" or line.startswith("# ") for line in lines)
            lines = [line[2:] for line in lines]
        found.append(Cell(kind, "\n".join(lines), header))
    return tuple(found)


def code(lesson: str) -> list[Cell]:
    return [cell for cell in cells(lesson) if cell.kind == "code"]


def prose(lesson: str) -> str:
    """The Markdown, in one line a cell."""
    return "\n".join(
        re.sub(r"\s+(> )?", " ", c.source) for c in cells(lesson) if c.kind == "markdown"
    )


def of_lesson(lesson: str) -> list[str]:
    return [name for name, number in EXERCISES.items() if number == int(lesson[:2])]


def cells_of_notebook(path: Path) -> list[nbformat.NotebookNode]:
    """The notebook's cells, without badge and installation where it has them."""
    made = nbformat.read(path, as_version=4).cells
    return made[2:] if "Open in Colab" in made[0].source else made


# ---- from one source -----------------------------------------------------------------------------


def test_there_are_the_lessons_of_the_exercises():
    assert [int(lesson[:2]) for lesson in LESSONS] == sorted(set(EXERCISES.values()))


@pytest.fixture(scope="module")
def files():
    return built(ROOT)


def test_every_notebook_and_table_is_what_the_sources_make(files):
    assert {p.name for p in files} >= {f"{lesson}.ipynb" for lesson in LESSONS}
    assert len(files) == 2 * len(LESSONS) + 5  # the glossary twice, and three tables
    stale = [p.name for p, text in files.items() if p.read_bytes() != text.encode()]
    assert stale == [], "run `make notebooks`"


def test_no_notebook_lies_there_without_its_source():
    for folder in ("solutions", "lessons"):
        assert sorted(p.stem for p in (ROOT / folder).glob("*.ipynb")) == [*LESSONS, "glossary"]


def test_the_same_source_makes_the_same_bytes(files):
    assert built(ROOT) == files


def test_a_stale_notebook_is_named_and_the_check_writes_nothing(tmp_path, monkeypatch, capsys):
    stale = tmp_path / "lessons/00_start_here.ipynb"
    stale.parent.mkdir()
    stale.write_text("old")
    monkeypatch.setattr(build, "built", lambda root: {stale: "new\n"})
    monkeypatch.setattr(build, "__file__", str(tmp_path / "learnkit/course/build.py"))
    assert build.main(["--check"]) == 1 and stale.read_text() == "old"
    assert "stale: lessons/00_start_here.ipynb" in capsys.readouterr().out
    assert build.main([]) == 0 and stale.read_bytes() == b"new\n"
    assert build.main(["--check"]) == 0
    assert [p.name for p in stale.parent.iterdir()] == [stale.name]


@every_lesson
@pytest.mark.parametrize("folder", ["solutions", "lessons"])
def test_a_notebook_holds_no_output_and_nothing_of_the_machine_that_made_it(folder, lesson):
    made = nbformat.read(ROOT / folder / f"{lesson}.ipynb", as_version=4)
    nbformat.validate(made)
    assert made.metadata == {
        "kernelspec": {
            "name": "python3",
            "display_name": "Python 3 (ipykernel)",
            "language": "python",
        },
        "language_info": {"name": "python"},
    }
    ids = [cell.id for cell in made.cells]
    assert len(set(ids)) == len(ids)
    for cell in made.cells:
        if cell.cell_type == "code":
            assert cell.outputs == [] and cell.execution_count is None
    assert {"jupytext", "lines_to_next_cell"} & {k for c in made.cells for k in c.metadata} == set()


# ---- the stub check ------------------------------------------------------------------------------


def stubbed(source: str) -> str:
    """The cell a student gets, made by hand: the stub stands where the answer stood."""
    return re.sub(
        rf"^( *){BEGIN}\n.*?^ *{END}$",
        lambda found: textwrap.indent(STUB, found[1]),
        source,
        flags=re.M | re.S,
    )


def solution_lines(source: str) -> list[str]:
    bodies = re.findall(rf"{BEGIN}\n(.*?)\n *{END}", source, re.S)
    return [line.strip() for body in bodies for line in body.split("\n") if line.strip()]


@every_lesson
def test_each_cell_of_the_solved_notebook_is_its_source(lesson):
    made = cells_of_notebook(ROOT / f"solutions/{lesson}.ipynb")
    assert [(c.cell_type, c.source) for c in made] == [(c.kind, c.source) for c in cells(lesson)]


@every_lesson
def test_each_cell_of_the_students_notebook_is_its_source_with_the_answer_made_a_stub(lesson):
    made = cells_of_notebook(ROOT / f"lessons/{lesson}.ipynb")
    expected = [(c.kind, stubbed(c.source)) for c in cells(lesson)]
    assert [(c.cell_type, c.source) for c in made] == expected
    assert {c.exercise for c in cells(lesson) if BEGIN in c.source} == set(of_lesson(lesson))


@every_lesson
def test_no_answer_leaks_into_the_students_notebook(lesson):
    path = ROOT / f"lessons/{lesson}.ipynb"
    text = path.read_text(encoding="utf-8")
    assert "BEGIN SOLUTION" not in text and "END SOLUTION" not in text
    made = {c.id: c.source for c in cells_of_notebook(path)}
    everything = "\n".join(made.values())
    for cell in code(lesson):
        if cell.exercise:
            own = [line.strip() for line in made[cell.exercise].split("\n")]
            for line in solution_lines(cell.source):
                assert line not in own
                assert len(line) < 24 or line not in everything  # a short one proves nothing


@every_lesson
def test_an_answer_lies_inside_its_function_and_the_stub_is_not_attempted(lesson):
    for cell in code(lesson):
        assert (BEGIN in cell.source) == bool(cell.exercise)
        if not cell.exercise:
            continue
        (answer,) = ast.parse(stubbed(cell.source)).body
        assert answer.name == cell.exercise and ast.get_docstring(answer)
        methods = answer.body[1:] if isinstance(answer, ast.ClassDef) else [answer]
        assert cell.source.count(BEGIN) == cell.source.count(END) == len(methods)
        for method in methods:
            assert ast.get_docstring(method)
            _docstring, stub = method.body  # and no part of the answer before or after it
            assert isinstance(stub, ast.Raise) and stub.exc.id == "NotImplementedError"


@every_lesson
def test_the_exercises_are_those_of_the_index_in_its_order_and_graded_under_their_names(lesson):
    asked = [cell for cell in code(lesson) if cell.exercise]
    assert [cell.exercise for cell in asked] == of_lesson(lesson)
    assert 2 <= len(asked) <= 7
    for cell in asked:
        about = json.loads(cell.header.partition("nbgrader=")[2])
        assert about == {
            "grade": False,
            "grade_id": cell.exercise,
            "locked": False,
            "schema_version": 3,
            "solution": True,
            "task": False,
        }


@every_lesson
def test_the_dots_behind_an_exercise_s_title_are_its_points(lesson):
    title = ""
    for cell in cells(lesson):
        if cell.kind == "markdown":
            title = (re.findall(r"^##+ .*[Ee]xercise.*", cell.source, re.M) or [title])[-1]
        elif cell.exercise:
            points = find(cell.exercise).points
            assert title.endswith(" " + "●" * points + "○" * (3 - points)), (cell.exercise, title)
            title = ""


# ---- the badge -----------------------------------------------------------------------------------

URL = "https://github.com/someone/some-course"


@every_lesson
@pytest.mark.parametrize("solved", [True, False])
def test_a_repository_puts_badge_and_installation_first_and_changes_nothing_else(lesson, solved):
    source = ROOT / f"solutions/{lesson}.py"
    plain = nbformat.reads(notebook(source, solved=solved), as_version=4).cells
    badged = nbformat.reads(notebook(source, solved=solved, badge=URL), as_version=4).cells
    badge, install, *rest = badged
    there = f"https://colab.research.google.com/github/someone/some-course/blob/main/lessons/{lesson}.ipynb"
    assert badge.cell_type == "markdown" and badge.source.endswith(f"]({there})")
    assert install.cell_type == "code" and install.source.endswith(f"%pip install -q git+{URL}")
    assert 'if "google.colab" in sys.modules:' in install.source
    assert [(c.cell_type, c.source, c.metadata) for c in rest] == [
        (c.cell_type, c.source, c.metadata) for c in plain
    ]
    assert len({c.id for c in badged}) == len(badged)


@every_lesson
def test_without_a_repository_there_is_no_badge(lesson):
    assert "olab" not in notebook(ROOT / f"solutions/{lesson}.py", solved=False)


def test_the_repository_is_the_one_that_pyproject_names(tmp_path):
    project = tmp_path / "pyproject.toml"
    project.write_text('[project]\nname = "a"\n')
    assert build.repository(tmp_path) is None
    project.write_text(f'[project]\nname = "a"\n[project.urls]\nRepository = "{URL}"\n')
    assert build.repository(tmp_path) == URL


# ---- the shape of a lesson -----------------------------------------------------------------------


@every_lesson
def test_the_first_cell_asks_one_question_and_says_what_it_takes(lesson):
    head = cells(lesson)[0]
    lines = head.source.split("\n")
    assert head.kind == "markdown" and re.fullmatch(rf"# {lesson[:2]} \w.+", lines[0])
    asked = re.findall(r"(?:^> .*\n)+", head.source + "\n", re.M)
    assert len(asked) == 1 and asked[0].rstrip().endswith("?")
    table = lines.index("| you need | you will be able to | time |")
    need, able, time = (part.strip() for part in lines[table + 2].strip("| ").split(" | "))
    assert need and able
    minutes = int(re.match(r"(\d+) min\b", time)[1])
    assert minutes % 5 == 0 and "GPU" in time


@every_lesson
def test_a_code_cell_holds_one_idea_in_at_most_twelve_lines(lesson):
    _imports, *rest = code(lesson)  # a list of imports is one idea, however long
    sources = [cell.source for cell in rest if not cell.exercise]
    assert [s for s in sources if len([line for line in s.split("\n") if line]) > 12] == []


@every_lesson
def test_imports_stand_in_the_first_code_cell_alone(lesson):
    first, *rest = (ast.parse(cell.source) for cell in code(lesson))
    assert all(isinstance(node, ast.Import | ast.ImportFrom) for node in first.body)
    late = [
        n for tree in rest for n in ast.walk(tree) if isinstance(n, ast.Import | ast.ImportFrom)
    ]
    assert [ast.unparse(node) for node in late] == []


def bound_by(source: str) -> set[str]:
    """The names that a cell binds for the cells after it."""
    found, todo = set(), list(ast.parse(source).body)
    while todo:
        node = todo.pop()
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            found.add(node.name)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            found |= {(a.asname or a.name).split(".")[0] for a in node.names}
        elif isinstance(node, ast.Lambda | ast.ListComp | ast.SetComp | ast.DictComp):
            continue  # their names stay inside
        elif isinstance(node, ast.GeneratorExp):
            continue
        else:
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                found.add(node.id)
            if isinstance(node, ast.ExceptHandler) and node.name:
                found.add(node.name)
            todo += ast.iter_child_nodes(node)
    return found


@every_lesson
def test_no_cell_rebinds_what_another_cell_has_named(lesson):
    seen, again = set(), set()
    for cell in code(lesson):
        names = bound_by(cell.source)
        again |= names & seen
        seen |= names
    assert again - TAKEN_UP_AGAIN == set()
    assert set(of_lesson(lesson)) <= seen  # the walk did walk


def calls(source: str) -> list[ast.Call]:
    return [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]


@every_lesson
def test_every_figure_goes_through_show_with_its_description(lesson):
    shown = 0
    for cell in code(lesson):
        named = {ast.unparse(call.func) for call in calls(cell.source)}
        assert not named & {"plt.show", "plt.imshow", "plt.plot", "plt.figure", "display"}
        if named & {"plt.subplots", "pixels.figure", "picture_grid", "Figure"}:
            assert "show" in named, cell.source
        for call in calls(cell.source):
            if ast.unparse(call.func) in ("show", "show_pictures"):
                (alt,) = (k.value for k in call.keywords if k.arg == "alt")
                words = ast.literal_eval(alt)  # a sentence that stands there, to be read
                assert len(words.split()) >= 6 and words.endswith(".")
                shown += 1
            if ast.unparse(call.func) == "plt.subplots":
                for part in ("xlabel", "ylabel", "title"):
                    assert part in cell.source
    assert shown >= 4


@every_lesson
def test_there_is_a_widget_to_explore(lesson):
    named = {ast.unparse(call.func) for cell in code(lesson) for call in calls(cell.source)}
    assert any(name.endswith(".explore") for name in named)


@every_lesson
def test_a_prediction_is_asked_for_before_at_least_four_pictures_or_numbers(lesson):
    pairs = list(zip(cells(lesson), cells(lesson)[1:], strict=False))
    asked = [(one, after) for one, after in pairs if "**Predict:**" in one.source]
    assert len(asked) >= 4
    for one, after in asked:
        assert one.kind == "markdown" and after.kind == "code" and after.shows, one.source
    # and the question comes last: nothing answers it before the cell has run
    assert all("#" not in one.source.rpartition("**Predict:**")[2] for one, _ in asked)


@every_lesson
def test_there_is_a_trap_with_a_number(lesson):
    traps = re.findall(
        r"^> \*\*Trap\.\*\*.*(?:\n>.*)*", "\n".join(c.source for c in cells(lesson)), re.M
    )
    assert traps and all(re.search(r"\d", trap) for trap in traps)


def questions(lesson: str, heading: str) -> list[tuple[str, str]]:
    """The questions under a heading, each with the answer behind it."""
    text = "\n".join(c.source for c in cells(lesson) if c.kind == "markdown")
    (under,) = re.findall(rf"^## {heading}\b.*?\n(.*?)(?=^## |\Z)", text, re.M | re.S)
    pattern = r"<details><summary>(\d\. .+?)</summary>\n\n(.+?)\n</details>"
    found = re.findall(pattern, under, re.S)
    assert under.count("<details>") == under.count("</details>") == len(found)
    assert [q.split(".")[0] for q, _ in found] == [str(i + 1) for i in range(len(found))]
    return found


def test_the_first_lesson_asks_five_questions_about_what_you_need_to_know():
    test = questions("00_start_here", "Self-test")
    assert len(test) == 5 and all(q.endswith("?") and len(a.split()) >= 6 for q, a in test)


@every_lesson
def test_the_last_cell_says_what_was_seen_gives_the_tables_row_and_reads_on(lesson):
    last = cells(lesson)[-1]
    assert last.kind == "markdown"
    places = [
        last.source.index(part)
        for part in ("## What you have seen\n", "**For the course's table", "**Read on:**")
    ]
    assert places == sorted(places)
    assert len(re.findall(r"^- ", last.source, re.M)) >= 3
    papers = last.source[places[2] :]
    assert re.search(r"\b(19|20)\d\d\b", papers) and "section" in papers


@every_lesson
def test_no_line_within_a_paragraph_begins_as_an_item_of_a_list(lesson):
    """Markdown would break the paragraph off there: "1. ", "28) " or "- " after a line of prose."""
    item, start = r"(?:\d+[.)]|[-+*]) ", r"\s*(?:(?:\d+[.)]|[-+*]) |[#>|<]|$)"
    found = []
    for cell in cells(lesson):
        if cell.kind == "markdown":
            inside = False  # of a list, where an item may follow a line that is indented
            for above, line in itertools.pairwise(cell.source.splitlines()):
                inside = bool(re.match(item, above)) or (inside and above.startswith(" "))
                if re.match(item, line) and not inside and not re.match(start, above):
                    found.append(line)
    assert found == []


@every_lesson
def test_the_prose_is_not_condescending(lesson):
    words = re.findall(r"(?i)\b(?:simply|just)\b.{0,30}", re.sub(r"`[^`]*`", "", prose(lesson)))
    assert words == []


@every_lesson
def test_a_lesson_imports_what_was_taught_and_before_07_neither_torch_nor_a_network(lesson):
    taught = {"assets", "byhand", "exercises", "fills", "holes", "images", "widgets"}
    if int(lesson[:2]) == 0:
        taught |= {"course"}  # whose doctor looks at the machine
    if int(lesson[:2]) >= 7:
        taught |= {"models", "recipes", "training"}
    if int(lesson[:2]) >= 13:
        taught |= {"benchmark", "sweeps"}
    if int(lesson[:2]) >= 15:
        taught |= {"speed"}
    if int(lesson[:2]) >= 17:
        taught |= {"article"}
    for cell in code(lesson):
        for name in imported(cell.source):
            top, _, room = name.partition(".")
            assert top not in ("cv2", "urllib", "requests", "pooch")
            of_torch = top == "torch" or room.startswith(("holes.batches", "holes.sheets"))
            assert not of_torch or int(lesson[:2]) >= 7
            assert top != "learnkit" or room.split(".")[0] in taught
        network = r"\b(?:urllib|requests|pooch|socket|urlopen|urlretrieve|wget|curl|https?:)"
        assert not re.search(network, cell.source)
        assert "full=True" not in cell.source  # the 60,000 may have to be downloaded


# ---- the figures that the prose quotes -----------------------------------------------------------

QUOTED = [
    (lesson, entry["text"], entry) for lesson, entries in NUMBERS.items() for entry in entries
]


@pytest.mark.parametrize(("lesson", "text", "entry"), QUOTED, ids=[q[1] for q in QUOTED])
def test_a_stored_figure_is_the_one_that_the_prose_quotes(lesson, text, entry):
    assert re.sub(r"\s+", " ", text) in prose(lesson)
    numbers = [n.replace(",", "") for n in re.findall(r"-?\d+(?:,\d{3})*(?:\.\d+)?", text)]
    gaps = [abs(float(n) - entry["value"]) / 0.5 * 10 ** len(n.partition(".")[2]) for n in numbers]
    assert not numbers or min(gaps) <= 1 + 1e-9, f"{entry['value']} does not round to it"
    assert 0 < entry["tolerance"] <= 0.05


@every_lesson
def test_every_lesson_has_figures_that_are_held_to_its_code(lesson):
    assert len(NUMBERS[lesson]) >= 2 and NUMBERS.keys() == set(LESSONS)
    for entry in NUMBERS[lesson]:
        names = {n.id for n in ast.walk(ast.parse(entry["of"])) if isinstance(n, ast.Name)}
        bound = set().union(*(bound_by(cell.source) for cell in code(lesson)))
        assert names <= bound | vars(builtins).keys()


def table_row(title: str) -> list[float]:
    """A row of lesson 02's table of PSNR in the hole, in the order of DAMAGED."""
    text = "\n".join(c.source for c in cells("02_gradient_descent_by_hand"))
    (row,) = re.findall(rf"^\| \**{title}[^|]*\|(.*)\|$", text, re.M)
    return [float(number.strip(" *")) for number in row.split("|")]


def mean_colour(image, hole):
    fill = image.copy()
    fill[hole] = image[~hole].mean(axis=0)
    return fill


def by_opencv(method):
    def fill(image, hole):
        seen = np.round(255 * draw.cut_hole(image, hole)).astype(np.uint8)
        return cv2.inpaint(seen, hole.astype(np.uint8), 3, method) / 255

    return fill


METHODS = {
    "mean colour": mean_colour,
    "harmonic": harmonic,
    "OpenCV Navier-Stokes": by_opencv(cv2.INPAINT_NS),
    "OpenCV Telea": by_opencv(cv2.INPAINT_TELEA),
}


@cache
def measured(method: str) -> tuple[float, ...]:
    pictures = [damaged(name) for name in DAMAGED]
    return tuple(psnr(METHODS[method](p.image, p.hole), p.image, hole=p.hole) for p in pictures)


@pytest.mark.parametrize("method", METHODS)
def test_each_row_of_the_table_of_methods_is_what_the_method_scores(method):
    np.testing.assert_allclose(table_row(method), measured(method), atol=0.05, rtol=0)


def test_the_best_of_each_picture_is_the_one_in_bold():
    text = "\n".join(c.source for c in cells("02_gradient_descent_by_hand"))
    rows = re.findall(r"^\| \**(?:mean colour|harmonic|OpenCV).*?\|(.*)\|$", text, re.M)
    table = [[number.strip() for number in row.split("|")] for row in rows]
    bold = [[n.startswith("**") for n in row] for row in table]
    scores = np.array([[float(n.strip("*")) for n in row] for row in table])
    np.testing.assert_array_equal(np.array(bold), scores == scores.max(axis=0))


def test_the_courses_table_on_500_garments_is_what_the_methods_score():
    garments = fashion_mnist("test")[0][:500]
    box = draw.box((28, 28), height=10, width=10)
    truths = to_float(garments)

    def pooled(method):
        fills = np.array([METHODS[method](truth, box) for truth in truths])
        return -10 * np.log10(np.mean((fills - truths)[:, box] ** 2))

    said = prose("02_gradient_descent_by_hand")
    ours, theirs = re.search(
        r"\*harmonic\*: ([\d.]+) dB on the 10 x 10 boxes \(OpenCV Navier-Stokes: ([\d.]+)\)", said
    ).groups()
    assert pooled("harmonic") == pytest.approx(float(ours), abs=0.05)
    assert pooled("OpenCV Navier-Stokes") == pytest.approx(float(theirs), abs=0.05)


def figure(lesson: str, pattern: str) -> float:
    """The one number that the prose gives where the pattern stands."""
    found = re.findall(pattern, prose(lesson))
    assert len(set(found)) == 1, f"{pattern}: {found}"
    return float(found[0])


def test_lesson_00_reads_the_eye_rightly():
    face = damaged("astronaut").image
    eye = face.mean(axis=2)[58:68, 47:57]
    assert face.shape == (128, 128, 3)
    assert round(eye.min(), 2) == figure("00_start_here", r"pupil falls to ([\d.]+\d)")
    for pattern in (r"stops at ([\d.]+\d)", r"is brighter \(([\d.]+)\)"):
        number = figure("00_start_here", pattern)
        assert np.isclose(eye.round(2), number).any() and number <= eye.max() + 0.005
    assert figure("00_start_here", r"200 \+ 100 = (\d+)") == (200 + 100) % 256
    assert figure("00_start_here", r"10\^(\d+) pictures") == np.floor(784 * np.log10(256))


def test_lesson_01_counts_ghosts_and_scratches_rightly():
    lesson = "01_mse_by_hand"
    faces = lfw_subset()[:100].astype(float)
    of_ghost = np.mean((faces - faces.mean(axis=0)) ** 2)
    of_real = np.mean([(faces[i] - faces[j]) ** 2 for i in range(100) for j in range(i)])
    assert round(of_real / of_ghost, 2) == figure(lesson, r"\(([\d.]+) times; with endless")
    hole = damaged("astronaut").hole
    assert "scratches cover one pixel in sixteen" in prose(lesson)
    assert round(1 / hole.mean()) == 16
    gap = -10 * np.log10(hole.mean())  # the known pixels add no error, and count
    assert round(gap, 1) == figure(lesson, r"fill scores ([\d.]+) dB more")
    best = max(np.array(measured("harmonic")) - measured("mean colour"))
    assert round(best, 1) == figure(lesson, r"Lesson 02 does, by up to ([\d.]+) dB")


def curvatures(hole: np.ndarray) -> np.ndarray:
    """The eigenvalues of the roughness's Hessian in a hole, from its gradient."""
    columns = []
    for spot in np.argwhere(hole):
        single = np.zeros(hole.shape)
        single[tuple(spot)] = 1
        columns.append(roughness_grad(single)[hole])
    return np.linalg.eigvalsh(np.array(columns))


def test_lesson_02_measures_the_landscape_rightly():
    lesson = "02_gradient_descent_by_hand"
    c = curvatures(damaged("garment").hole)
    kappa = c[-1] / c[0]
    one = np.zeros((28, 28), bool)
    one[14, 14] = True
    assert len(c) == figure(lesson, r"hole's (\d+) dimensions") == 100
    assert curvatures(one) == pytest.approx([figure(lesson, r"\$L = (\d+)\$, so")])
    assert c[-1] < figure(lesson, r"\$L\$ can never pass (\d+)") == 2 * 8  # Gershgorin
    assert "0.182" in str([x.source for x in code(lesson)]) and round(2 / 11, 3) == 0.182

    boot = damaged("garment")
    exact, walker = harmonic(boot.image, boot.hole), boot.cut
    steps = 0
    while abs(walker - exact).max() > 1e-3:
        walker[boot.hole] -= 2 / (c[0] + c[-1]) * roughness_grad(walker)[boot.hole]
        steps += 1
    assert steps == figure(lesson, r"(\d+) steps, along the line")
    shrinks = (kappa - 1) / (kappa + 1)  # a step, in the Euclidean norm, which bounds the largest
    assert steps <= np.log(1e-3 / np.linalg.norm(boot.cut - exact)) / np.log(shrinks)

    def walk(width):  # steps that shrink the distance a thousandfold
        c = curvatures(draw.box((28, 28), height=width, width=width))
        return np.log(1e-3) / np.log((c[-1] - c[0]) / (c[-1] + c[0]))

    steps_of = np.array([walk(width) for width in (2, 4, 8, 16)])
    times = steps_of[1:] / steps_of[:-1]
    assert "Three to four times, and nearer to four the wider it is" in prose(lesson)
    assert (3 <= times.round(1)).all() and (times <= 4).all() and (np.diff(times) > 0).all()


def test_lesson_02_quotes_the_same_scores_in_its_prose_as_in_its_table():
    lesson = "02_gradient_descent_by_hand"
    quoted = {
        "mean colour": r"mean colour of lesson 01 gave ([\d.]+\d)",
        "harmonic": r"scratches are gone: ([\d.]+) dB",
        "OpenCV Navier-Stokes": r"method of 2001, gets ([\d.]+) dB",
        "OpenCV Telea": r"its Telea fill ([\d.]+) \(radius 3",
    }
    for method, pattern in quoted.items():
        assert figure(lesson, pattern) == pytest.approx(measured(method)[0], abs=0.05)


def test_lesson_03_measures_the_logistic_fill_and_its_curvature_rightly():
    lesson = "03_cross_entropy_by_hand"
    pictures = to_float(fashion_mnist("train")[0]).astype(np.float32)
    unseen = to_float(fashion_mnist("test")[0][:500]).astype(np.float32)
    box = draw.box((28, 28), height=10, width=10)
    centre = pictures.mean(axis=0)

    def seen(images):
        return np.c_[(images - centre)[:, ~box], np.ones(len(images), np.float32)]

    known, wanted = seen(pictures), pictures[:, box]
    largest = np.linalg.eigvalsh(known.T @ known / len(known))[-1]
    assert round(largest, 1) == figure(lesson, r"at most ([\d.]+\d), the largest eigenvalue")
    curvature = largest / 4 / 100
    assert curvature <= figure(lesson, r"Here \$L\$ is at most ([\d.]+\d)") <= 1.002 * curvature
    assert int(2 / curvature) == figure(lesson, r"\$2/L\$ is at least (\d+)")

    def trained(lr, pull):
        weights = np.zeros((known.shape[1], 100), np.float32)
        for _ in range(100):
            p = sigmoid(known @ weights)
            weights -= lr / wanted.size * known.T @ pull(p)
        gaps = sigmoid(seen(unseen) @ weights) - unseen[:, box]
        return -10 * np.log10(np.mean(gaps**2))

    of_mse = trained(
        figure(lesson, r"few learning rates \((\d+)\)"), lambda p: 2 * (p - wanted) * p * (1 - p)
    )
    of_bce = trained(figure(lesson, r"at its best \((\d+)\)"), lambda p: p - wanted)
    assert of_mse == pytest.approx(figure(lesson, r"score ([\d.]+) dB after 100 steps"), abs=0.01)
    assert of_bce == pytest.approx(figure(lesson, r"scores ([\d.]+\d)\. No difference"), abs=0.01)


def test_lesson_03_quotes_slopes_walls_and_floors_rightly():
    lesson = "03_cross_entropy_by_hand"
    mse, bce = logit.slopes(-8.0, 1.0)
    assert round(-bce, 4) == figure(lesson, r"gradient of cross-entropy has the size ([\d.]+\d)")
    assert round(-mse, 5) == figure(lesson, r"that of MSE ([\d.]+\d)\. The factor")
    assert round(-np.log(1e-7), 1) == figure(lesson, r"the loss stops at ([\d.]+\d)")
    assert round(189.86 / 784, 3) == figure(lesson, r"over 784 pixels is ([\d.]+\d)")
    assert round(np.log(100), 1) == figure(lesson, r"charges another ([\d.]+) nats")
    p37, p36 = 1 / (1 + np.exp(-37.0)), 1 / (1 + np.exp(-36.0))
    assert p37 == 1 > p36 and "From $z = 37$ on" in prose(lesson)


def test_lesson_04_tells_what_its_widget_shows():
    at_the_end = {
        valley: {
            name: float(race.VALLEYS[valley].height(race.walk(valley, name))[-1])
            for name in race.RUNNERS
        }
        for valley in ("ravine, κ = 100", "the same, turned by 45°")
    }
    straight, turned = at_the_end.values()
    assert min(straight, key=straight.get) == "RMSprop" and straight["RMSprop"] < 1e-12
    assert max(turned, key=turned.get) == "RMSprop" and turned["RMSprop"] > 1e-3
    for name in ("gradient descent", "momentum"):
        assert straight[name] == pytest.approx(turned[name])
    assert turned["Adam"] < 2 * straight["Adam"]
    doubled = {name: np.abs(race.walk("ravine, κ = 100", name, 2.0)).max() for name in race.RUNNERS}
    assert doubled["gradient descent"] > 1e6
    assert max(doubled["RMSprop"], doubled["Adam"]) < 10


def test_lesson_05_compares_its_painters_with_the_harmonic_fill():
    lesson = "05_backpropagation_by_hand"
    face = damaged("astronaut").image
    hole = draw.box(face.shape[:2], height=24, width=24, top=78, left=58)
    assert "top=78, left=58" in str([cell.source for cell in code(lesson)])
    by_harmonic = psnr(harmonic(face, hole), face, hole=hole)
    assert round(by_harmonic, 1) == figure(
        lesson, r"harmonic fill scores ([\d.]+\d) dB in this hole"
    )
    assert 100 * 128 + 128 * 128 + 128 * 3 + 2 * 128 + 3 == 29827
    assert 2 * 128 + 128 * 128 + 128 * 3 + 2 * 128 + 3 == 17283 and "17,283" in prose(lesson)


def test_lesson_06_counts_weights_and_pixels_rightly():
    lesson = "06_convolution_by_hand"
    assert 128 * 128 * 3 == 49152 and "$49{,}152^2$" in prose(lesson)
    assert round(49152**2 / 1e9, 1) == figure(lesson, r"weights: ([\d.]+) billion")
    assert (224 - 11) // 4 + 1 == figure(lesson, r"224 gives (\d+), with a ragged")
    assert 64 + 6 * 32 == 256 and "$64 + 6\\cdot 32 = 256$" in prose(lesson)

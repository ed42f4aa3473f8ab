"""`make book`: the executed lessons as web pages, for whoever reads without installing.

A page a lesson, made as `learnkit export` makes it: formulas are MathML, widgets stand as the
pictures that they carry, no script and no network. Beside them the glossary, the syllabus, the
capstone and a first page with the contents. The lessons are those that students get: exercises are
not answered, and learnkit's own functions stand in for them.

    python -m learnkit.course.book FOLDER            all lessons, run two at a time
    python -m learnkit.course.book FOLDER 00 01      some of them
"""

import argparse
import html
import re
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import nbformat
from nbformat import NotebookNode

from learnkit.course import glossary, lesson_map
from learnkit.course.export import executed, page, read
from learnkit.files import write_whole

AT_A_TIME = 2
INDEX = "index"
DOCUMENTS = {"syllabus": "Syllabus", "capstone": "Capstone"}  # of docs/
STYLE = """<style>
nav.book { max-width: 1000px; margin: 0 auto; padding: 12px 16px; display: flex;
  font: 15px/1.5 system-ui, sans-serif; flex-wrap: wrap; gap: 4px 20px;
  border-bottom: 1px solid #767676; }
nav.book a, main a { color: #0b57a4 !important; text-decoration: underline !important; }
.jp-RenderedHTMLCommon table { display: block; overflow-x: auto; max-width: 100%; }
.formula { display: block; overflow-x: auto; }
.jp-InputPrompt, .jp-OutputPrompt { color: #595959; opacity: 1; }
.highlight .c1, .highlight .c, .highlight .sd { color: #4a6a6a; }
.highlight .o, .highlight .ow { color: #7a3db8; }
.highlight .mi, .highlight .mf, .highlight .mh { color: #006100; }
@media (max-width: 600px) { .jp-InputPrompt, .jp-OutputPrompt { display: none; } }
</style>"""


class Page(NamedTuple):
    """A page of the book: its file's name without ending, its title, a sentence on it."""

    name: str
    title: str
    says: str


def pages(root: Path, chosen: list[str] | None = None) -> list[Page]:
    """The pages in their order; of the lessons only those whose numbers are chosen, if any are."""
    found = [Page(INDEX, "Contents", "A course on image synthesis and inpainting in notebooks.")]
    for lesson in lesson_map.lessons(root):
        if not chosen or lesson.number in chosen:
            title = f"{lesson.number} {lesson.title}"
            found.append(Page(lesson.name, title, lesson.question))
    found.append(Page("glossary", "Glossary", "The terms of the course, in English and Chinese."))
    found += [Page(name, title, f"{title} of the course.") for name, title in DOCUMENTS.items()]
    return found


def build(root: Path, folder: Path, chosen: list[str] | None = None) -> list[str]:
    """Writes the book of the course in `root` into `folder`; says what came of each page.

    Raises ValueError where a lesson ends in an error, where a number is of no lesson, or where a
    picture has no words.
    """
    everything = pages(root, chosen)
    numbers = {one.name[:2] for one in everything}
    if strange := [number for number in chosen or [] if number not in numbers]:
        raise ValueError(f"there is no lesson {strange[0]!r}")
    folder.mkdir(parents=True, exist_ok=True)
    with ThreadPoolExecutor(AT_A_TIME) as pool:
        notebooks = list(pool.map(lambda one: _notebook(root, one, everything), everything))
    done = []
    for at, (one, notebook) in enumerate(zip(everything, notebooks, strict=True)):
        before = everything[at - 1] if at else None
        after = everything[at + 1] if at + 1 < len(everything) else None
        text = _bound(page(notebook, title=one.title), one, before, after, everything)
        if wordless := re.findall(r"<img(?![^>]*\balt=\"[^\"]+\")[^>]{0,80}", text):
            raise ValueError(f"{one.name}: a picture has no words: {wordless[0]}")
        write_whole(folder / f"{one.name}.html", text.encode("utf-8"))
        done.append(f"{one.name}.html: {one.title}")
    return done


def _notebook(root: Path, one: Page, everything: list[Page]) -> NotebookNode:
    """What a page is made from; a lesson is run."""
    if one.name == INDEX:
        return _of_text(_contents(everything))
    if one.name in DOCUMENTS:
        text = (root / "docs" / f"{one.name}.md").read_text(encoding="utf-8")
        return _of_text(re.sub(r"```mermaid.*?```\n", "", text, flags=re.DOTALL))
    path = root / "lessons" / f"{one.name}.ipynb"
    made = read(path)
    if f"{one.name}.ipynb" != glossary.NAME:
        said = executed(made, path.parent)
        if "error" in said and "without" not in said:
            raise ValueError(f"{path.name}: {said}")
    return made


def _contents(everything: list[Page]) -> str:
    """The first page: what the course is, and where to begin."""
    lines = [
        "# Image synthesis and inpainting, by hand and then by GPU",
        "",
        "Filling a hole is inventing the missing part of a picture. These are the lessons of a "
        "course that begins with a mean squared error in NumPy and ends with VAEs, GANs and "
        "diffusion models, as they look once they were run. To move the widgets, write the "
        "exercises and get verdicts, install the course: `make lab` in its folder opens it.",
        "",
        "| page | |",
        "|---|---|",
    ]
    lines += [f"| [{one.title}]({one.name}.html) | {one.says} |" for one in everything[1:]]
    return "\n".join(lines)


def _of_text(text: str) -> NotebookNode:
    return nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell(text)])


def _bound(
    text: str, one: Page, before: Page | None, after: Page | None, everything: list[Page]
) -> str:
    """A page with its neighbours linked, links between notebooks made links between pages."""
    names = {other.name for other in everything}
    links = [f'<a href="{INDEX}.html">Contents</a>'] if one.name != INDEX else []
    for word, other in (("Before", before), ("Next", after)):
        if other is not None and other.name != INDEX:
            title = html.escape(other.title)
            links.append(f'<a href="{other.name}.html">{word}: {title}</a>')
    nav = f'<nav class="book" aria-label="Pages of the book">{" ".join(links)}</nav>'
    described = f'<meta name="description" content="{html.escape(one.says, quote=True)}">'
    text = text.replace("</head>", f"{described}\n{STYLE}\n</head>", 1)
    text = re.sub(r"(<body[^>]*>)", lambda m: m[1] + nav, text, count=1)
    if 'lang="' not in text[:300]:
        text = re.sub(r"<html\b", '<html lang="en"', text, count=1)
    # what is wider than a telephone scrolls, also by keys: so it has to take the focus
    text = re.sub(r"<table\b|<div(?=[^>]*overflow-x:auto)", r'\g<0> tabindex="0"', text)
    formula = re.compile(r'<math [^>]*display="block".*?</math>', re.DOTALL)
    text = formula.sub(r'<span class="formula" tabindex="0">\g<0></span>', text)

    def named(match: re.Match) -> str:
        """A heading with a name, as JupyterLab gives it one."""
        words = html.unescape(re.sub(r"<[^>]*>", "", match[2])).strip()
        anchor = html.escape(words.replace(" ", "-"), quote=True)
        return f'<{match[1]} id="{anchor}">{match[2]}</{match[1]}>'

    text = re.sub(r"<(h[1-6])>(.*?)</\1>", named, text, flags=re.DOTALL)

    def linked(match: re.Match) -> str:
        """A link to another page, or, where the book has none, its words alone."""
        name, anchor, words = Path(match[1]).stem, match[2] or "", match[3]
        return f'<a href="{name}.html{anchor}">{words}</a>' if name in names else words

    link = r'<a href="([\w./-]+\.(?:ipynb|md))(#[^"]*)?"[^>]*>(.*?)</a>'
    return re.sub(link, linked, text, flags=re.S)  # its words may go over two lines


def main(argv: list[str] | None = None) -> int:
    """Builds the book, and says what came of it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, metavar="FOLDER")
    parser.add_argument("lessons", nargs="*", metavar="NN")
    arguments = parser.parse_args(argv)
    root = Path(__file__).resolve().parents[2]
    try:
        print(*build(root, arguments.folder, arguments.lessons), sep="\n")
    except ValueError as error:
        print(f"the book was not made: {error}", file=sys.stderr)
        return 1
    print(f"open {arguments.folder / INDEX}.html")
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""The book's pages and what binds them; how they look is for tests/browser/test_book.py."""

from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from learnkit.course import book

ROOT = Path(__file__).parents[2]
HEAD = (
    "# {n} A title\n\n> What is asked?\n\n"
    "| you need | able to | time |\n|---|---|---|\n| 00 | x | 30 min |"
)


@pytest.fixture
def course(tmp_path):
    """A course of two lessons, the second of which shows a picture."""
    for folder in ("solutions", "lessons", "docs"):
        (tmp_path / folder).mkdir()
    for n in ("00", "01"):
        words = HEAD.format(n=n)
        source = "# %% [markdown]\n" + "\n".join(f"# {line}".rstrip() for line in words.split("\n"))
        (tmp_path / "solutions" / f"{n}_lesson.py").write_text(source + "\n")
        text = (
            f"{words}\n\nSee [a term](glossary.ipynb#Two-words) and [the other](01_lesson.ipynb)."
        )
        cells = [new_markdown_cell(text), new_code_cell("1 + 1")]
        nbformat.write(new_notebook(cells=cells), tmp_path / "lessons" / f"{n}_lesson.ipynb")
    glossary = new_notebook(cells=[new_markdown_cell("### Two words\n\nA term.")])
    nbformat.write(glossary, tmp_path / "lessons" / "glossary.ipynb")
    for name in book.DOCUMENTS:
        (tmp_path / "docs" / f"{name}.md").write_text(
            "# A page\n\n```mermaid\ngraph\n```\n\n[out](../README.md) [in](capstone.md)\n"
        )
    return tmp_path


def test_pages_come_in_order_and_link_to_their_neighbours(course):
    done = book.build(course, course / "book")
    names = ["index", "00_lesson", "01_lesson", "glossary", "syllabus", "capstone"]
    assert [line.partition(".html")[0] for line in done] == names
    first = (course / "book" / "00_lesson.html").read_text()
    assert 'href="01_lesson.html">Next: 01 A title' in first and "Before" not in first
    assert '<meta name="description" content="What is asked?">' in first
    assert 'href="glossary.html#Two-words"' in first and ".ipynb" not in first
    assert 'id="Two-words"' in (course / "book" / "glossary.html").read_text()
    index = (course / "book" / "index.html").read_text()
    assert all(f'href="{name}.html"' in index for name in names[1:])


def test_a_link_that_leads_out_of_the_book_is_words_alone_and_a_graph_is_left_out(course):
    book.build(course, course / "book", ["00"])
    text = (course / "book" / "syllabus.html").read_text()
    assert "README" not in text and 'href="capstone.html"' in text and "mermaid" not in text
    assert not (course / "book" / "01_lesson.html").exists()


def test_what_was_run_is_in_the_page_and_the_lesson_is_left_as_it_was(course):
    before = (course / "lessons" / "00_lesson.ipynb").read_bytes()
    book.build(course, course / "book", ["00"])
    assert ">2<" in (course / "book" / "00_lesson.html").read_text().replace("\n", "")
    assert (course / "lessons" / "00_lesson.ipynb").read_bytes() == before


def test_a_lesson_that_ends_in_an_error_makes_no_book(course):
    broken = new_notebook(cells=[new_markdown_cell(HEAD.format(n="00")), new_code_cell("1 / 0")])
    nbformat.write(broken, course / "lessons" / "00_lesson.ipynb")
    with pytest.raises(ValueError, match=r"00_lesson\.ipynb: run: 1 cells ended in an error"):
        book.build(course, course / "book", ["00"])


def test_a_picture_without_words_makes_no_book(course, monkeypatch):
    shown = new_output("display_data", {"image/png": "iVBORw0KGgo="})
    cell = new_code_cell("", outputs=[shown], execution_count=1)
    monkeypatch.setattr(book, "_notebook", lambda *given: new_notebook(cells=[cell]))
    monkeypatch.setattr(book, "page", lambda notebook, title: '<head></head><img src="x">')
    with pytest.raises(ValueError, match="a picture has no words"):
        book.build(course, course / "book", ["00"])


@pytest.mark.errors
def test_a_number_of_no_lesson_is_refused(course, capsys):
    with pytest.raises(ValueError, match="there is no lesson '42'"):
        book.build(course, course / "book", ["42"])
    assert book.main([str(course / "b"), "42"]) == 1
    assert "the book was not made: there is no lesson '42'" in capsys.readouterr().err


def test_the_real_course_has_a_page_for_every_lesson():
    names = [one.name for one in book.pages(ROOT)]
    lessons = sorted(path.stem for path in ROOT.glob("lessons/[0-9]*.ipynb"))
    assert names == ["index", *lessons, "glossary", "syllabus", "capstone"]

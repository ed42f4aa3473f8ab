"""Each term has its row, its heading, and one link from the lesson that introduces it."""

import re
from pathlib import Path

import nbformat
import pytest

from learnkit.course import glossary, lab

ROOT = Path(__file__).parents[2]
TERMS = glossary.terms(ROOT)
SOURCES = {
    path.stem[:2]: path.read_text(encoding="utf-8") for path in ROOT.glob("solutions/[0-9]*.py")
}


def test_terms_are_in_order_and_none_is_there_twice():
    names = [term.name.lower() for term in TERMS]
    assert names == sorted(set(names)) and len(names) > 70


@pytest.mark.parametrize("term", TERMS, ids=lambda term: term.name)
def test_each_term_has_chinese_a_sentence_and_one_link_from_its_lesson(term):
    assert re.search(r"[\u4e00-\u9fff]", term.chinese)
    assert term.meaning.endswith(".") and len(term.meaning.split()) > 3
    assert SOURCES[term.lesson].count(f"({term.link})") == 1


def test_no_lesson_links_to_a_term_that_is_not_there():
    linked = {
        target
        for source in SOURCES.values()
        for target in re.findall(r"\((glossary\.ipynb[^)]*)\)", source)
    }
    assert linked == {term.link for term in TERMS}


def test_the_notebook_has_a_heading_for_each_link_and_leads_back_to_the_lesson():
    made = nbformat.read(ROOT / "lessons" / glossary.NAME, as_version=4)
    text = "\n\n".join(cell.source for cell in made.cells)
    headings = re.findall(r"^### (.+)$", text, re.M)
    assert [heading.replace(" ", "-") for heading in headings] == [t.anchor for t in TERMS]
    for name in set(re.findall(r"\((\d\d_\w+\.ipynb)\)", text)):
        assert (ROOT / "lessons" / name).exists()
    assert {cell.cell_type for cell in made.cells} == {"markdown"}


def test_learnkit_lab_copies_it_beside_the_lessons(tmp_path):
    lab.prepare(tmp_path / "work")
    assert (tmp_path / "work" / glossary.NAME).read_bytes()


def test_without_a_table_there_are_no_terms(tmp_path):
    assert glossary.terms(tmp_path) == []

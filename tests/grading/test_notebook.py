"""A submitted file is cells, or one sentence: whatever its bytes are."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from learnkit.grading import notebook
from learnkit.grading.notebook import Cell, UnreadableError, cells
from tests.grading import books

json_values = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner),
    max_leaves=20,
)


@given(st.binary(max_size=2000))
def test_any_bytes_are_cells_or_a_sentence(data):
    try:
        cells(data)
    except UnreadableError as error:
        assert str(error)[0].islower() or str(error)[0].isdigit()


@given(st.lists(json_values, max_size=4))
def test_any_json_in_the_place_of_cells_is_cells_or_a_sentence(found):
    try:
        read = cells(json.dumps({"cells": found}).encode())
    except UnreadableError:
        return
    assert all(isinstance(one, Cell) for one in read)


def test_sources_are_read_as_lists_of_lines_too_and_nothing_else_is():
    cell = books.code(["a = 1\n", "b = 2"]) | {"outputs": [{"text": "no"}]}
    data = json.dumps({"cells": [cell], "nbformat": 4}).encode()
    assert cells(data) == [Cell("code", "a = 1\nb = 2")]


def test_the_name_of_a_cell_is_nbgraders_and_an_odd_one_is_none():
    named = [{"grade_id": "question"}, {"grade_id": "../../x"}, {"grade_id": 3}, "x", None]
    book = [books.code("") | {"metadata": {"nbgrader": one}} for one in named]
    found = cells(json.dumps({"cells": book}).encode())
    assert [cell.grade_id for cell in found] == ["question", "", "", "", ""]


def test_a_mark_at_the_beginning_as_windows_writes_it_is_no_error():
    assert cells(b"\xef\xbb\xbf" + books.notebook("x = 1")) == [Cell("code", "x = 1")]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "no notebook"),
        (b"{}", "no cells"),
        (b'{"worksheets": []}', "nbformat 4"),
        (b"\xff\xfe", "not UTF-8"),
        (b"[" * 10**5, "nested too deep"),
        (books.notebook("x" * (notebook.SOURCES + 1)), "characters"),
    ],
)
def test_the_sentence_says_what_is_wrong(data, words):
    with pytest.raises(UnreadableError, match=words):
        cells(data)


def test_a_file_that_is_too_large_is_not_even_parsed(monkeypatch):
    monkeypatch.setattr(notebook, "FILE", 100)
    with pytest.raises(UnreadableError, match="at most"):
        cells(bytes(101))

import html.parser

import numpy as np
import pytest
import torch

from learnkit.widgets.show_table import show_table, table

SCORES = {"mean garment": 14.8241, "U-Net": 25.2}


class Reader(html.parser.HTMLParser):
    """What a browser would make of a table: its rows of (tag, text), and its caption."""

    def __init__(self, text):
        super().__init__()
        self.rows, self.caption, self.inside = [], "", ""
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.inside = tag
        if tag == "tr":
            self.rows.append([])
        elif tag in ("td", "th"):
            self.rows[-1].append((tag, dict(attrs).get("scope"), ""))

    def handle_data(self, text):
        if self.inside == "caption":
            self.caption += text
        elif self.inside in ("td", "th"):
            tag, scope, before = self.rows[-1][-1]
            self.rows[-1][-1] = tag, scope, before + text


def test_a_dictionary_of_numbers_is_a_row_for_each_name():
    read = Reader(table(SCORES, title="in the hole", unit="dB")._repr_html_())
    assert read.caption == "in the hole"
    assert read.rows == [
        [("th", "row", "mean garment"), ("td", None, "14.82 dB")],
        [("th", "row", "U-Net"), ("td", None, "25.20 dB")],
    ]


def test_the_text_says_the_same_in_aligned_columns():
    data = table({"a": {"x": 1, "long head": 2.5}, "bcd": {"x": 10, "long head": None}})
    assert data._repr_mimebundle_()["text/plain"].split("\n") == [
        "      x  long head",
        "---  --  ---------",
        "a     1       2.50",
        "bcd  10          –",
    ]


def test_rows_without_names_and_columns_by_name():
    read = Reader(table([{"t": 5, "loss": 0.25}, {"t": 10}])._repr_html_())
    assert [[text for *_, text in row] for row in read.rows] == [
        ["t", "loss"],
        ["5", "0.25"],
        ["10", "–"],
    ]
    assert {scope for _, scope, _ in read.rows[0]} == {"col"}


def test_lists_of_values_stand_under_heads_that_are_given():
    made = table({"two": [1.0, 2.0]}, heads=["cloud", "mine", "theirs"], digits={"theirs": 0})
    assert made.heads == ["cloud", "mine", "theirs"] and made.body == [["two", "1.00", "2"]]


@pytest.mark.parametrize("number", [np.float32(0.5), np.float64(0.5), torch.tensor(0.5), 0.5])
def test_numbers_of_numpy_and_torch_are_numbers(number):
    made = table({"one": number}, digits=3)
    assert made.body == [["one", "0.500"]] and made.right == [False, True]


@pytest.mark.parametrize(
    ("value", "text"),
    [(3, "3"), (np.int64(3), "3"), (True, "True"), ("25.2 dB", "25.2 dB"), (float("inf"), "∞")],
)
def test_what_is_no_fraction_keeps_its_own_form(value, text):
    assert table({"one": value}).body == [["one", text]]


def test_words_cannot_break_out_of_the_table():
    page = table({"<b>&'": "</td>"}, title="<i>")._repr_html_()
    assert "<b>" not in page and "<i>" not in page and page.count("</td>") == 1
    assert Reader(page).rows[0][0][2] == "<b>&'"


def test_where_there_is_no_notebook_the_table_is_printed(capsys):
    show_table(SCORES)
    assert capsys.readouterr().out == "mean garment  14.82\nU-Net         25.20\n"


@pytest.mark.errors
@pytest.mark.parametrize(
    ("rows", "heads", "words"),
    [
        ({}, None, "there is no row"),
        ({"a": [1, 2], "b": [1]}, None, "row 'b' has 1 values, others have 2"),
        ({"a": 1}, ["name"], "heads must name 2 columns, got 1"),
        ([1, 2], None, "numbers with names are {name: number}"),
    ],
)
def test_what_makes_no_table_is_one_sentence(rows, heads, words):
    with pytest.raises(ValueError, match=words):
        table(rows, heads=heads)

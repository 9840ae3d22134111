"""What a text of one line is, and what becomes of any text in each format that leaves the server."""

import json
import re
import unicodedata
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kadence.domain.errors import BadRequest
from kadence.domain.text import fold, is_visible, one_line, required_line
from kadence.outputs import (
    for_cell,
    for_header,
    for_icalendar,
    for_terminal,
    for_xml,
    prepared,
)

ANY = st.text(st.characters(exclude_categories=()))
SIGNS = "=+-@\uff1d\uff0b\uff0d\uff20"


FOLDED = json.loads((Path(__file__).parents[1] / "cases" / "folding.json").read_text())


@pytest.mark.parametrize(("text", "folded"), FOLDED)
def test_the_same_letters_fold_alike(text: str, folded: str) -> None:
    assert fold(text) == fold(folded) == folded


@given(text=ANY)
def test_how_marks_are_put_together_counts_for_nothing(text: str) -> None:
    assert fold(unicodedata.normalize("NFD", text)) == fold(unicodedata.normalize("NFC", text))


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("Sprint 7\x0bInvoices", "Sprint 7 Invoices"),
        ("a\r\nb\u2028c", "a b c"),
        ("\x1b[31mred\x9b0m", " [31mred 0m"),
        ("as it is, \U0001f3c1 \u00a0é", "as it is, \U0001f3c1 \u00a0é"),
    ],
)
def test_controls_and_line_breaks_become_a_blank(text: str, line: str) -> None:
    assert one_line(text) == line


@pytest.mark.parametrize(
    "text", ["", " ", "\u200b", "\xa0", "\ufeff", "\u2800", "\u3164", "\u00ad\ufe0f"]
)
def test_what_nobody_sees_is_no_name(text: str) -> None:
    assert not is_visible(text)
    with pytest.raises(BadRequest, match="name should have a visible character"):
        required_line("name", text)


@pytest.mark.parametrize("text", ["a", "Ё", "中", "\U0001f3c1", "-", "\u0301", " x ", "\ue000"])
def test_what_somebody_sees_is_a_name(text: str) -> None:
    assert required_line("name", text) == text


def test_a_name_has_a_longest() -> None:
    assert required_line("name", "x" * 256) == "x" * 256
    with pytest.raises(BadRequest, match="longer than 256"):
        required_line("name", "x" * 257)


@given(text=ANY)
def test_any_text_can_stand_in_xml(text: str) -> None:
    clean = for_xml(text)
    element = ET.Element("title")
    element.text = clean
    read = ET.fromstring(ET.tostring(element, "utf-8")).text or ""  # noqa: S314 - our own text
    assert read == clean.replace("\r\n", "\n").replace("\r", "\n")


@given(text=ANY)
def test_in_a_calendar_and_a_terminal_there_are_no_controls(text: str) -> None:
    for clean in (for_icalendar(text), for_terminal(text)):
        assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f]", clean)


@given(text=ANY)
def test_no_cell_begins_a_formula_whatever_separates_cells(text: str) -> None:
    for part in re.split("[\t\r\n;,]", for_cell(text)):
        assert not part.strip().strip("\"'").strip().startswith(tuple(SIGNS)) or "'" in part


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("=1+1", "'=1+1"),
        ("\uff1d1+1", "'\uff1d1+1"),
        ("\n=1+1", "'\n'=1+1"),
        ("x;=1+1", "'x;'=1+1"),
        (" +7 999", "' +7 999"),
        ("3 - 2 = 1", "3 - 2 = 1"),
        ("a, b; c", "a, b; c"),
    ],
)
def test_a_formula_is_defused(text: str, cell: str) -> None:
    assert for_cell(text) == cell


@given(text=ANY.filter(lambda text: not re.search("[\ud800-\udfff]", text)))
def test_a_header_is_plain(text: str) -> None:
    assert re.fullmatch("[\x20-\x7e]*", for_header(text))


def test_every_text_of_a_document_is_prepared() -> None:
    document = {"a": ["x\x0b", {"b": "y\x0b"}], "c": 1, "d": None, "e": ("z\x0b",)}
    clean = {"a": ["x", {"b": "y"}], "c": 1, "d": None, "e": ["z"]}
    assert prepared(document, for_xml) == clean

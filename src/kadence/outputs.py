"""Prepares stored text for the formats in which it leaves the server.

Stored text is what people typed, and some of it is older than today's rules: any character may
occur. Each function leaves out, or defuses, what its format cannot hold.
"""

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ufffe\uffff]")
_SIGNS = "=+\\-@\uff1d\uff0b\uff0d\uff20"
"""What a spreadsheet takes for the beginning of a formula, in full width too."""
_SEPARATOR = re.compile("[\t\r\n;,]")
_FORMULA = re.compile(f"(?:^|[\t\r\n;,])[\\s'\"]*(?=[{_SIGNS}])")


def for_xml(text: str) -> str:
    """Return the text without the characters that XML 1.0 does not allow (section 2.2)."""
    return _NOT_XML.sub("", text)


def for_icalendar(text: str) -> str:
    """Return the text without the controls that a TEXT value does not allow (RFC 5545, 3.3.11)."""
    return _CONTROLS.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def for_cell(text: str) -> str:
    """Return the text as a spreadsheet shows it, and does not run it.

    An apostrophe goes in front of what begins a formula, also where another separator than that of
    the file would begin a cell.
    """
    clean = _CONTROLS.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    if not _FORMULA.search(clean):
        return clean
    return "'" + _FORMULA.sub(_behind_separator, clean)


def _behind_separator(found: re.Match[str]) -> str:
    """Return what stands before a formula, with an apostrophe where a cell could begin there."""
    return f"{found[0]}'" if _SEPARATOR.search(found[0]) else found[0]


def for_terminal(text: str) -> str:
    """Return the text without what a terminal would obey."""
    return _CONTROLS.sub("", text)


def for_header(text: str) -> str:
    """Return the text as a header field can hold it: what is not plain is percent-encoded."""
    return quote(text, safe=" !#$&'()*+-./:<=>?@[]^_`{|}~")


def prepared(document: Any, prepare: Callable[[str], str]) -> Any:
    """Return a JSON document, each text in it prepared."""
    if isinstance(document, str):
        return prepare(document)
    if isinstance(document, dict):
        return {key: prepared(value, prepare) for key, value in document.items()}
    if isinstance(document, list | tuple):
        return [prepared(value, prepare) for value in document]
    return document

"""What a card's size says: a number, a unit, or both (contract: workspace.md, Cards)."""

import re
from decimal import Decimal

from msgspec import Struct

_BLANKS = " \t\n\r\u00a0\u2009\u202f"
"""What stands around a size and is no part of it."""
_FRACTION = "(?:[.,][0-9]+)?"
_THOUSANDS = "[0-9]{1,3}(?:[ \u00a0\u2009\u202f][0-9]{3})+(?![0-9])"
_NUMBER = re.compile(rf"-?(?:{_THOUSANDS}{_FRACTION}|[0-9]+{_FRACTION}|[.,][0-9]+)")
_OF_RULES_1 = re.compile(r"-?(?:[0-9]+(?:[.,][0-9]+)?|[.,][0-9]+)")


class CardSize(Struct, frozen=True):
    """A size as written, with the number and the unit in it."""

    size: float | None
    size_unit: str | None
    size_text: str | None


def parse_size(text: str | None) -> CardSize:
    """Read a size: the number at its start, and the unit behind it.

    `3`, `.5`, `23.45`, `1 000`, `3 M` (3 with unit M), `XL` and `PROJ-3` (no number, a unit alone).
    A comma is a decimal point; blanks between groups of three digits are none. Nothing but blanks
    is no size.
    """
    written = (text or "").strip(_BLANKS)
    if not written:
        return CardSize(None, None, None)
    found = _NUMBER.match(written)
    if found is None:
        return CardSize(None, written, text)
    return CardSize(float(_exact(found)), written[found.end() :].strip(_BLANKS) or None, text)


def exact_size(text: str | None, number: float | None) -> Decimal | None:
    """Return without loss the number that was read in a size when it was written.

    `number` is what was read then. It was the first in the text by rules 1, wherever it stood: a
    card keeps what it counts until somebody writes its size again.
    """
    if text is None or number is None:
        return None
    readings = (_NUMBER.match(text.strip(_BLANKS)), _OF_RULES_1.search(text))
    exact = (_exact(found) for found in readings if found)
    return next((size for size in exact if float(size) == number), None)


def _exact(found: re.Match[str]) -> Decimal:
    return Decimal("".join(found[0].split()).replace(",", "."))

"""What a card's size says: a number, a unit, or both (contract: workspace.md, Cards)."""

import re
from decimal import Decimal

from msgspec import Struct

_NUMBER = re.compile(r"-?(?:[0-9]+(?:[.,][0-9]+)?|[.,][0-9]+)")


class CardSize(Struct, frozen=True):
    """A size as written, with the number and the unit in it."""

    size: float | None
    size_unit: str | None
    size_text: str | None


def parse_size(text: str | None) -> CardSize:
    """Read a size: `3`, `.5`, `23.45`, `3 M` (3 with unit M), `XL` (no number, unit XL).

    A comma may stand for the decimal point. Nothing but blanks is no size.
    """
    if text is None or not text.strip():
        return CardSize(None, None, None)
    found = _NUMBER.search(text)
    if found is None:
        return CardSize(None, text.strip(), text)
    unit = (text[: found.start()] + text[found.end() :]).strip()
    return CardSize(float(_exact(found)), unit or None, text)


def exact_size(text: str | None) -> Decimal | None:
    """Return the number in a size without loss, or None when there is none in it."""
    found = _NUMBER.search(text) if text else None
    return _exact(found) if found else None


def _exact(found: re.Match[str]) -> Decimal:
    return Decimal(found[0].replace(",", "."))

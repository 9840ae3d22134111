"""What every JSON text on the wire has in common: timestamps and numbers, and how it is written.

The rules are those of the contract's "Timestamps" and "Text, numbers, queries".
"""

import re
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Annotated

import msgspec
from msgspec import Meta

from kadence.domain.model import Instant

Uid = Annotated[str, Meta(extra_json_schema={"format": "uuid"})]
When = Annotated[str, Meta(extra_json_schema={"format": "date-time"})]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_RFC3339 = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
    r"(?:[Tt](?:[01][0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9](?:\.[0-9]+)?)?"
    r"(?:[Zz]|[+-](?:[01][0-9]|2[0-3]):[0-5][0-9])?)?"
)
_LARGEST_WHOLE = 2**53
"""From here on a double cannot hold every whole number."""


def parse_timestamp(text: str) -> Instant:
    """Read an RFC 3339 instant; without an offset it is UTC, a bare date is its midnight in UTC.

    Digits beyond the millisecond are cut.

    Raises:
        ValueError: any other form, no such day, or an instant outside the years 1 to 9999 in UTC.
    """
    if not _RFC3339.fullmatch(text):
        raise ValueError(text)
    parsed = datetime.fromisoformat(text.upper())
    if parsed.tzinfo is None:
        parsed = parsed.replace(tzinfo=UTC)
    millis = (parsed - _EPOCH) // _MILLISECOND
    format_timestamp(millis)  # the offset may have led out of the years that can be written
    return millis


def has_time(text: str) -> bool:
    """Return whether what `parse_timestamp` reads was written with a time, and not as a date."""
    return len(text) > _DATE


_DATE = len("2026-11-28")


def number(value: float) -> float:
    """Return a number as JSON writes it: whole ones without a fraction."""
    return int(value) if float(value).is_integer() and abs(value) < _LARGEST_WHOLE else value


def optional_number(value: float | None) -> float | None:
    """As `number`, with None kept."""
    return None if value is None else number(value)


@lru_cache(maxsize=4096)  # one thing has the same instant at several of its keys
def format_timestamp(instant: Instant) -> str:
    """Write an instant as UTC with milliseconds: `2026-07-28T06:28:03.984Z`.

    Raises:
        ValueError: outside the years 1 to 9999.
    """
    try:
        moment = _EPOCH + timedelta(milliseconds=instant)
    except OverflowError as error:
        raise ValueError(instant) from error
    return moment.isoformat(timespec="milliseconds")[:-6] + "Z"


def format_optional(instant: Instant | None) -> str | None:
    """As `format_timestamp`, with None kept."""
    return None if instant is None else format_timestamp(instant)


JSON = "application/json; charset=utf-8"
"""The media type of every JSON text here."""

_encoder = msgspec.json.Encoder()
encode = _encoder.encode
"""JSON bytes of a wire shape, its keys in the order of its fields."""
encode_into = _encoder.encode_into
"""As `encode`, into a bytearray, from a place on; -1 is its end."""

"""What every JSON text on the wire has in common: timestamps, texts, numbers, roles.

The rules are those of the contract's "Timestamps" and "Text, numbers, queries".
"""

import re
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Annotated, Any, ClassVar, TypeVar

import msgspec
from msgspec import Meta, UnsetType

from kadence.domain.access import ROLE_UIDS, role_of_uid
from kadence.domain.model import Instant, SpaceRole
from kadence.domain.text import VISIBLE, is_visible, one_line

Uid = Annotated[str, Meta(extra_json_schema={"format": "uuid"})]
When = Annotated[str, Meta(extra_json_schema={"format": "date-time"})]

N = TypeVar("N", None, UnsetType, UnsetType | None)

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_RFC3339 = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
    r"(?:[Tt](?:[01][0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9](?:\.[0-9]+)?)?"
    r"(?:[Zz]|[+-](?:[01][0-9]|2[0-3]):[0-5][0-9])?)?"
)
_UUID = re.compile(r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")


SHOULD_BE_STRING = "should be string"
_WRITTEN_OUT = 1e21
_LARGEST_WHOLE = 2**53
"""From here on a double cannot hold every whole number."""


class Timestamp(int):
    """An instant in a body, as milliseconds since 1970 in UTC; decoded by `parse_timestamp`."""


class BareDate(Timestamp):
    """A timestamp that was written as a date alone."""


class Role(int):
    """A preset role in a body, given by its UUID or as 1, 2 or 3."""


def canonical_uid(text: str) -> str:
    """Return a UUID in canonical form; "" for anything else, which matches nothing."""
    return text.lower() if _UUID.fullmatch(text) else ""


class TextOrNumber(str):
    """A text in a body that may be given as a number, which is taken as its text."""

    __slots__ = ()
    shortest: ClassVar[int] = 0
    longest: ClassVar[int]


class OneLine(TextOrNumber):
    """A title or name: controls and line breaks in it become blanks, and something can be seen."""

    __slots__ = ()
    shortest = 1
    longest = 256
    numbers: ClassVar[bool] = True
    """Whether it may be given as a number."""


class Name(OneLine):
    """A title or name that is a text and never a number."""

    numbers = False


def parse_timestamp(text: str) -> Timestamp:
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
    return BareDate(millis) if len(text) == _DATE else Timestamp(millis)


_DATE = len("2026-11-28")


def timed(timestamp: object) -> int:
    """Return 1 for a timestamp that was written with a time, else 0."""
    return int(isinstance(timestamp, Timestamp) and not isinstance(timestamp, BareDate))


def instant(timestamp: Timestamp | None) -> Instant | None:
    """Return the timestamp as the plain number that the rest of the program uses."""
    return None if timestamp is None else int(timestamp)


def moment(timestamp: Timestamp | N) -> Instant | N:
    """As `instant`, with what stands for absent kept."""
    return int(timestamp) if isinstance(timestamp, Timestamp) else timestamp


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


class ExternalId(TextOrNumber):
    """An id that another system uses for the thing."""

    longest = 1024


Positive = Annotated[float, Meta(gt=0)]
Description = Annotated[str, Meta(max_length=32768)]


class CardDescription(TextOrNumber):
    """What is said of a card beside its title."""

    longest = 32768


def decode_hook(kind: type, value: object) -> Any:
    """Teaches msgspec the types of this module; the errors have the published wording already."""
    if kind is Timestamp:
        return _timestamp(value)
    if kind is Role:
        return _role(value)
    if issubclass(kind, TextOrNumber):
        return _text_or_number(kind, value)
    raise NotImplementedError(kind)


def _timestamp(value: object) -> Timestamp:
    if not isinstance(value, str):
        raise ValueError(SHOULD_BE_STRING)  # noqa: TRY004 - msgspec passes on ValueError
    try:
        return parse_timestamp(value)
    except ValueError:
        raise ValueError('should match format "date-time"') from None


def _role(value: object) -> Role:
    if isinstance(value, str) and (role := role_of_uid(value)):
        return Role(role)
    if type(value) is int and value in set(SpaceRole):
        return Role(value)
    raise ValueError("should be equal to one of the allowed values")


def _text_or_number(kind: type[TextOrNumber], value: object) -> TextOrNumber:
    given = str | int | float if not issubclass(kind, OneLine) or kind.numbers else str
    if isinstance(value, bool) or not isinstance(value, given):
        raise ValueError(SHOULD_BE_STRING)  # noqa: TRY004 - as above
    text = value if isinstance(value, str) else _number_text(value)
    if len(text) < kind.shortest:
        raise ValueError(f"should NOT be shorter than {kind.shortest} characters")
    if len(text) > kind.longest:
        raise ValueError(f"should NOT be longer than {kind.longest} characters")
    if issubclass(kind, OneLine):
        text = one_line(text)
        if not is_visible(text):
            raise ValueError("should have a visible character")
    return kind(text)


def _number_text(number: float) -> str:
    """Return the number as JavaScript writes it, near enough.

    Whole ones are plain, huge ones have a power.
    """
    if abs(number) < _WRITTEN_OUT and number == int(number):
        return str(int(number))
    try:
        return repr(float(number))
    except OverflowError:
        raise ValueError("should be a number of at most 308 digits") from None


def plain(value: TextOrNumber | N) -> str | N:
    """Return a text of a body as the plain text that the program uses.

    All else is returned as it is.
    """
    return str(value) if isinstance(value, TextOrNumber) else value


def schema_hook(kind: type) -> dict[str, Any]:
    """Return the JSON schema of the types of this module."""
    if kind is Timestamp:
        return {"type": "string", "format": "date-time"}
    if kind is Role:
        # Apart by type: generators of clients make one enumeration of each.
        uids = {"type": "string", "enum": [*ROLE_UIDS.values()]}
        return {"anyOf": [uids, {"type": "integer", "enum": [*map(int, SpaceRole)]}]}
    if issubclass(kind, OneLine):
        given = ["string", "number"] if kind.numbers else "string"
        return {"type": given, "minLength": 1, "maxLength": kind.longest, "pattern": VISIBLE}
    if issubclass(kind, TextOrNumber):
        return {
            "type": ["string", "number"],
            "minLength": kind.shortest,
            "maxLength": kind.longest,
        }
    raise NotImplementedError(kind)


JSON = "application/json; charset=utf-8"
"""The media type of every JSON text here."""

_encoder = msgspec.json.Encoder()
encode = _encoder.encode
"""JSON bytes of a wire shape, its keys in the order of its fields."""
encode_into = _encoder.encode_into
"""As `encode`, into a bytearray, from a place on; -1 is its end."""

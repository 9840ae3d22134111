"""What every JSON text on the wire has in common: timestamps, decoding a body, wording its errors.

The rules are those of the contract's "Timestamps" and "Text, numbers, queries"; the wording of the
messages is the published one.
"""

import contextlib
import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Annotated, Any, ClassVar, Generic, TypeVar, get_args

import msgspec
from msgspec import Meta, Struct, UnsetType
from msgspec.structs import FieldInfo

from kadence.domain.access import ROLE_UIDS, role_of_uid
from kadence.domain.errors import BadRequest
from kadence.domain.model import Instant, SpaceRole
from kadence.domain.text import VISIBLE, is_visible, one_line

Uid = Annotated[str, Meta(extra_json_schema={"format": "uuid"})]
When = Annotated[str, Meta(extra_json_schema={"format": "date-time"})]

B = TypeVar("B", bound=Struct)
D = TypeVar("D")
N = TypeVar("N", None, UnsetType, UnsetType | None)

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_RFC3339 = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
    r"(?:[Tt](?:[01][0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9](?:\.[0-9]+)?)?"
    r"(?:[Zz]|[+-](?:[01][0-9]|2[0-3]):[0-5][0-9])?)?"
)
_UUID = re.compile(r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")
_BOM = b"\xef\xbb\xbf"
"""What some editors and spreadsheets put before UTF-8."""
_NUL_ESCAPE = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")


_WRITTEN_OUT = 1e21
_LARGEST_WHOLE = 2**53
"""From here on a double cannot hold every whole number."""


class Timestamp(int):
    """An instant in a body, as milliseconds since 1970 in UTC; decoded by `parse_timestamp`."""


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
    return Timestamp(millis)


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
        raise ValueError(_SHOULD_BE_STRING)  # noqa: TRY004 - msgspec passes on ValueError
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
        raise ValueError(_SHOULD_BE_STRING)  # noqa: TRY004 - as above
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

encode = msgspec.json.Encoder().encode
"""JSON bytes of a wire shape, its keys in the order of its fields."""


class Body(Generic[B, D]):
    """How one kind of body is read: JSON bytes to a shape, and that to what the use case takes."""

    def __init__(
        self,
        name: str,
        shape: type[B],
        validated: Callable[[B], D],
        one_of: Sequence[str] = (),
    ) -> None:
        """`name` is what the published messages call the object, as `Iteration`.

        Of the keys `one_of`, if there are any, one at least must be there; `validated` checks that.
        """
        self.name = name
        self.one_of = one_of
        self.shape = shape
        required = any(field.required for field in msgspec.structs.fields(shape))
        self.required = required or bool(one_of)
        self._validated = validated
        self._decode = msgspec.json.Decoder(shape, dec_hook=decode_hook).decode

    def read(self, raw: bytes, *, strict: bool = False) -> D | BadRequest:
        """Return the validated body, or its validation error; an empty body is read as `{}`.

        Of keys that come twice the last one counts; unknown ones are ignored, or refused when
        it is `strict`.
        """
        raw = raw.removeprefix(_BOM)
        try:
            _check_text(raw)
            if strict:
                _refuse_unknown(self.name, msgspec.json.decode(raw or b"{}"), self.shape)
            return self._validated(self._decode(raw or b"{}"))
        except msgspec.ValidationError:
            return self._explain(raw or b"{}")
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return BadRequest("Request body is not valid JSON")
        except BadRequest as refused:
            return refused

    def _explain(self, raw: bytes) -> D | BadRequest:
        """Look again, slowly, for the first thing wrong, in the order of the shape's keys."""
        try:
            document = msgspec.json.decode(raw)
            if not isinstance(document, dict):
                return BadRequest(f"{self.name} should be object")
            fields = msgspec.structs.fields(self.shape)
            for field in fields:
                if field.required and field.encode_name not in document:
                    return BadRequest(
                        f"{self.name} should have required property '{field.encode_name}'"
                    )
            for field in fields:
                if field.encode_name in document:
                    try:
                        document[field.encode_name] = _fitting(document[field.encode_name], field)
                    except msgspec.ValidationError as error:
                        return BadRequest(f"{field.encode_name}{_worded(error)}")
            return self._validated(msgspec.convert(document, self.shape, dec_hook=decode_hook))
        except (msgspec.DecodeError, RecursionError):
            return BadRequest("Request body is not valid JSON")
        except BadRequest as refused:
            return refused


def _fitting(value: Any, field: FieldInfo) -> Any:
    """Return the value, if it is one for the field; `3.0` is one where an integer is wanted.

    Raises:
        ValidationError: it is invalid.
    """
    try:
        msgspec.convert(value, field.type, dec_hook=decode_hook)
    except msgspec.ValidationError:
        with contextlib.suppress(msgspec.ValidationError):
            whole = _with_whole_numbers(value)
            msgspec.convert(whole, field.type, dec_hook=decode_hook)
            return whole
        raise
    return value


def _with_whole_numbers(value: Any) -> Any:
    """Return the JSON value with whole numbers as integers, however they were written."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, list):
        return [_with_whole_numbers(item) for item in value]
    if isinstance(value, dict):
        return {key: _with_whole_numbers(item) for key, item in value.items()}
    return value


def _refuse_unknown(name: str, document: object, shape: type[Struct]) -> None:
    """Refuse keys that the shape does not have, in it and in the lists of objects in it.

    Raises:
        BadRequest: names the first.
    """
    if not isinstance(document, dict):
        return
    fields = {field.encode_name: field.type for field in msgspec.structs.fields(shape)}
    for key, value in document.items():
        if key not in fields:
            raise BadRequest(f"{name} should NOT have additional property '{key}'")
        for inner in _shapes_in(fields[key]):
            for item in value if isinstance(value, list) else [value]:
                _refuse_unknown(key, item, inner)


def _shapes_in(kind: Any) -> list[type[Struct]]:
    """Return the shapes that a field's type is made of."""
    if isinstance(kind, type) and issubclass(kind, Struct):
        return [kind]
    return [shape for inner in get_args(kind) for shape in _shapes_in(inner)]


def _check_text(raw: bytes) -> None:
    """Refuse U+0000, lone surrogates and invalid UTF-8 anywhere, also where keys are ignored.

    Raises:
        BadRequest, UnicodeDecodeError, msgspec.DecodeError, RecursionError
    """
    if not raw.isascii():
        raw.decode()
    if b"\\u" in raw:
        if _NUL_ESCAPE.search(raw):
            raise BadRequest("Text should NOT contain U+0000")
        msgspec.json.decode(raw)


_SHOULD_BE_STRING = "should be string"
_WORDING: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), message)
    for pattern, message in (
        (
            r"Expected `str` of length <= ([0-9]+)",
            r"should NOT be longer than \1 characters",
        ),
        (
            r"Expected `str` of length >= ([0-9]+)",
            r"should NOT be shorter than \1 characters",
        ),
        (r"Expected `(?:int|float)` (<=|>=|<|>) ([0-9]+)", r"should be \1 \2"),
        (r"Expected `str(?: \| null)?`", _SHOULD_BE_STRING),
        (r"Expected `bool(?: \| null)?`", "should be boolean"),
        (r"Expected `int(?: \| null)?`", "should be integer"),
        (r"Expected `(?:int \| )?float(?: \| null)?`", "should be number"),
        (
            r"Expected `array` of length <= ([0-9]+)",
            r"should NOT have more than \1 items",
        ),
        (
            r"Expected `array` of length >= ([0-9]+)",
            r"should NOT have fewer than \1 items",
        ),
        (r"Expected `array(?: \| null)?`", "should be array"),
        (r"Expected `object(?: \| null)?`", "should be object"),
        (r"Object missing required field `(\w+)`", r"should have required property '\1'"),
        (r"Invalid enum value", "should be equal to one of the allowed values"),
        (r"(should .*)", r"\1"),
    )
)


def _worded(error: msgspec.ValidationError) -> str:
    """Msgspec's message as the published wording, behind the key that it is about."""
    said, _, path = str(error).partition(" - at `$")
    for pattern, message in _WORDING:
        if found := pattern.match(said):
            return f"{path.rstrip('`')} {found.expand(message)}"
    return " is not valid"

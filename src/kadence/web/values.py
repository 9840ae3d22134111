"""How the values of a command come over the wire: one reader and one schema for each kind of rule.

The rules are those of the contract's "Timestamps" and "Text, numbers, queries".
"""

from abc import ABCMeta
from collections.abc import Callable
from functools import lru_cache, reduce
from inspect import getdoc
from operator import or_
from types import GenericAlias, UnionType
from typing import (
    Annotated,
    Any,
    NamedTuple,
    TypeVar,
    Union,
    cast,
    get_args,
    get_origin,
    get_type_hints,
)

import msgspec
from msgspec import Struct
from msgspec.structs import FieldInfo

from kadence.domain.access import ROLE_UIDS, role_of_uid
from kadence.domain.error_ids import ErrorId
from kadence.domain.model import Instant, SpaceRole
from kadence.domain.text import VISIBLE, is_visible, one_line
from kadence.domain.values import (
    JsonObject,
    OneLine,
    PresetRole,
    Rule,
    TextOrNumber,
    TimedInstant,
    WrittenInstant,
)
from kadence.web.codec import has_time, parse_timestamp

C = TypeVar("C", bound=Struct)
Schema = dict[str, Any]

_WRITTEN_OUT = 1e21


class Unreadable(ValueError):
    """That a reader does not take a value; msgspec passes it on.

    Words that stand behind the name of the key are needed only of what no schema can tell.
    """

    def __init__(
        self,
        words: str = "is not valid",
        id_: ErrorId = ErrorId.BODY_INVALID,
        **about: str | int,
    ) -> None:
        super().__init__(words)
        self.id = id_
        self.about = about

    @property
    def is_final(self) -> bool:
        """Whether the value would be refused however its numbers were written."""
        return self.id != ErrorId.BODY_INVALID


@lru_cache
def wire_shape(command: type[C]) -> type[C]:
    """Return the command as it is decoded: a subclass whose fields read what comes over the wire.

    Its values are plain, so that what is decoded is the command.
    """
    hints = get_type_hints(command, include_extras=True)
    fields = [
        (field.name, _wire_type(hints[field.name]), _named(field))
        for field in msgspec.structs.fields(command)
    ]
    namespace = {"__doc__": getdoc(command)}
    shape = msgspec.defstruct(
        command.__name__, fields, bases=(command,), frozen=True, gc=False, namespace=namespace
    )
    return cast("type[C]", shape)


def _named(field: FieldInfo) -> Any:
    """Return a field with the same name on the wire and the same default."""
    if field.required:
        return msgspec.field(name=field.encode_name)
    if field.default_factory is not msgspec.NODEFAULT:
        return msgspec.field(name=field.encode_name, default_factory=field.default_factory)
    return msgspec.field(name=field.encode_name, default=field.default)


def _wire_type(kind: Any) -> Any:
    """Return a type with a class that reads it in the place of each rule and each command."""
    if isinstance(kind, type) and issubclass(kind, Struct):
        return wire_shape(kind)
    origin, inner = get_origin(kind), get_args(kind)
    if origin is Annotated:
        rule = next((note for note in inner[1:] if isinstance(note, Rule)), None)
        base = _wire_type(inner[0]) if rule is None else _reading(rule)
        notes = [note for note in inner[1:] if note is not rule]
        return Annotated[base, *notes] if notes else base
    if origin is list:
        return GenericAlias(list, _wire_type(inner[0]))
    if origin in (Union, UnionType):
        return reduce(or_, map(_wire_type, inner))
    return kind


class _Reading(ABCMeta):
    """The class of what stands for a rule while a body is decoded."""

    rule: Rule


@lru_cache
def _reading(rule: Rule) -> _Reading:
    """Return a class that stands for a rule; plain values count as its instances.

    That is how msgspec lets `decode_hook` return them.
    """
    reading = _Reading(type(rule).__name__, (), {"rule": rule})
    reading.register(_KINDS[type(rule)].holds)
    return reading


def decode_hook(kind: Any, value: object) -> Any:
    """Read a value for msgspec by its rule.

    Raises:
        Unreadable: it is none that the rule takes.
    """
    rule = kind.rule
    return _KINDS[type(rule)].read(rule, value)


def schema_hook(kind: Any) -> Schema:
    """Return the JSON schema of what a rule takes."""
    rule = kind.rule
    return _KINDS[type(rule)].schema(rule)


def _instant(rule: WrittenInstant, value: object) -> Instant:
    if not isinstance(value, str):
        raise Unreadable
    try:
        instant = parse_timestamp(value)
    except ValueError:
        raise Unreadable from None
    return TimedInstant(instant) if rule.keeps_time and has_time(value) else instant


def _role(_rule: PresetRole, value: object) -> SpaceRole:
    if isinstance(value, str) and (role := role_of_uid(value)):
        return role
    if type(value) is int and value in set(SpaceRole):
        return SpaceRole(value)
    raise Unreadable


def _role_schema(_rule: PresetRole) -> Schema:
    # Apart by type: generators of clients make one enumeration of each.
    uids = {"type": "string", "enum": [*ROLE_UIDS.values()]}
    return {"anyOf": [uids, {"type": "integer", "enum": [*map(int, SpaceRole)]}]}


def _text(rule: TextOrNumber, value: object) -> str:
    return _bounded(value, rule.shortest, rule.longest)


def _text_schema(rule: TextOrNumber) -> Schema:
    return {
        "type": ["string", "number"],
        "minLength": rule.shortest,
        "maxLength": rule.longest,
    }


def _line(rule: OneLine, value: object) -> str:
    text = one_line(_bounded(value, 1, rule.longest, numbers=rule.numbers))
    if not is_visible(text):
        raise Unreadable
    return text


def _line_schema(rule: OneLine) -> Schema:
    given = ["string", "number"] if rule.numbers else "string"
    return {"type": given, "minLength": 1, "maxLength": rule.longest, "pattern": VISIBLE}


def _bounded(value: object, shortest: int, longest: int, *, numbers: bool = True) -> str:
    given = str | int | float if numbers else str
    if isinstance(value, bool) or not isinstance(value, given):
        raise Unreadable
    text = value if isinstance(value, str) else _number_text(value)
    if len(text) < shortest:
        raise Unreadable
    if len(text) > longest:
        words = f"should NOT be longer than {longest} characters"
        raise Unreadable(words, ErrorId.VALUE_LONG, most=longest)
    return text


def _number_text(number: float) -> str:
    """Return the number as JavaScript writes it, near enough.

    Whole ones are plain, huge ones have a power.
    """
    if abs(number) < _WRITTEN_OUT and number == int(number):
        return str(int(number))
    try:
        return repr(float(number))
    except OverflowError:
        raise Unreadable("should be a number of at most 308 digits") from None


def _json(rule: JsonObject, value: object) -> str:
    if not isinstance(value, dict):
        raise Unreadable
    encoded = msgspec.json.encode(value)
    if len(encoded) > rule.longest:
        words = f"should NOT be larger than {rule.longest} bytes"
        raise Unreadable(words, ErrorId.VALUE_LARGE, most=rule.longest)
    return encoded.decode()


class _Kind(NamedTuple):
    """How values of one kind of rule are read, and which plain type they have then."""

    holds: type
    read: Callable[[Any, object], Any]
    schema: Callable[[Any], Schema]


_KINDS: dict[type[Rule], _Kind] = {
    TextOrNumber: _Kind(str, _text, _text_schema),
    OneLine: _Kind(str, _line, _line_schema),
    WrittenInstant: _Kind(int, _instant, lambda _: {"type": "string", "format": "date-time"}),
    PresetRole: _Kind(SpaceRole, _role, _role_schema),
    JsonObject: _Kind(str, _json, lambda _: {"type": "object"}),
}

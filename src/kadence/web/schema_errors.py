"""What is wrong with a value of a body: found by its JSON Schema, said in the published words.

It is imported only when a body could not be decoded, for the library takes its time and memory.
"""

from collections.abc import Callable, Container
from functools import cache
from typing import Any, NamedTuple, cast

import msgspec
from jsonschema import Draft202012Validator, FormatChecker
from jsonschema.exceptions import ValidationError
from msgspec import Struct

from kadence.domain.error_ids import ErrorId
from kadence.domain.errors import BadRequest
from kadence.domain.text import VISIBLE
from kadence.web.codec import parse_timestamp
from kadence.web.values import schema_hook

Schema = dict[str, Any]

LONGEST, MOST = 32_768, 1000
"""Characters of the longest text, and items of the longest list, that a schema takes."""


class _Schemas(NamedTuple):
    """A validator that resolves a shape's references, the schemas of its keys, and all names."""

    validator: Draft202012Validator
    properties: Schema
    names: frozenset[str]


class _Words(NamedTuple):
    """A refusal: its id, its words behind the name of the key, and what these name."""

    id: ErrorId
    words: str
    about: dict[str, str | int]


def refusal(shape: type[Struct], key: str, value: object) -> BadRequest | None:
    """Return what is wrong with the value of a key of a body, None if its schema takes it."""
    schemas = _schemas(shape)
    validator = schemas.validator.evolve(schema=schemas.properties[key])
    found = next(validator.iter_errors(brief(value, schemas.names)), None)
    if found is None:
        return None
    meant = _meant(found)
    said = _said(meant)
    place = key + "".join(
        f"[{part}]" if isinstance(part, int) else f".{part}" for part in meant.absolute_path
    )
    _untie(found)
    return BadRequest(said.id, f"{place} {said.words}", key=key, **said.about)


class _Text(str):
    __slots__ = ()

    def __repr__(self) -> str:
        return "text"


class _List(list[Any]):
    def __repr__(self) -> str:
        return "list"


class _Object(dict[str, Any]):
    def __repr__(self) -> str:
        return "object"


def brief(value: Any, names: Container[str]) -> Any:
    """Return what schemas with keys of these `names` look at of a JSON value, with a short `repr`.

    The library puts the `repr` into each of its errors, of which there are several for one value.
    """
    if isinstance(value, str):
        return _Text(value[: LONGEST + 1])
    if isinstance(value, list):
        return _List(brief(item, names) for item in value[: MOST + 1])
    if isinstance(value, dict):
        return _Object((key, brief(item, names)) for key, item in value.items() if key in names)
    return value


@cache
def _schemas(shape: type[Struct]) -> _Schemas:
    (_,), components = msgspec.json.schema_components(
        [shape], schema_hook=schema_hook, ref_template="#/$defs/{name}"
    )
    formats = FormatChecker(formats=())
    formats.checks("date-time", raises=ValueError)(_is_instant)
    schema = _cheap_first({"$defs": components})
    properties = schema["$defs"][shape.__name__]["properties"]
    names = frozenset(name for one in components.values() for name in one.get("properties", ()))
    return _Schemas(Draft202012Validator(schema, format_checker=formats), properties, names)


def _cheap_first(schema: Any) -> Any:
    """Return a schema whose lists are counted before their items are looked at.

    The first error ends the search, so that a list that is too long costs nothing.
    """
    if isinstance(schema, list):
        return [_cheap_first(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    ordered = sorted(schema, key=lambda keyword: keyword == "items")
    return {keyword: _cheap_first(schema[keyword]) for keyword in ordered}


def _is_instant(value: object) -> bool:
    if isinstance(value, str):
        parse_timestamp(value)
    return True


def _meant(error: ValidationError) -> ValidationError:
    """Return the error from within the alternative that the value was meant for."""
    if error.validator != "anyOf":
        return error
    alternatives = cast("list[Schema]", error.validator_value)
    null = alternatives.index(_NULL) if _NULL in alternatives else None
    meant = [inner for inner in error.context if inner.schema_path[0] != null]
    places = {inner.schema_path[0] for inner in meant}
    return _meant(meant[0]) if len(places) == 1 else error


def _untie(error: ValidationError) -> None:
    """Take an error out of the circle with those within it, which would keep the value."""
    for inner in error.context:
        inner.parent = None
        _untie(inner)


_NULL: Schema = {"type": "null"}


def _said(error: ValidationError) -> _Words:
    keyword, schema, value = str(error.validator), cast("Schema", error.schema), error.instance
    if keyword in ("minimum", "maximum") and schema["type"] == "integer" != _type_of(value):
        # JSON Schema takes 1e20 for an integer; it is none that is read.
        return _type("integer", value)
    if keyword == "pattern" and "format" in schema:
        return _format(schema["format"], value)
    say = _SAID.get(keyword)
    return _INVALID if say is None else say(error.validator_value, value)


def _type_of(value: object) -> str:
    return "number" if isinstance(value, float) else "integer"


_INVALID = _Words(ErrorId.BODY_INVALID, "is not valid", {})
_NOT_ALLOWED = _Words(ErrorId.VALUE_UNKNOWN, "should be equal to one of the allowed values", {})


def _type(wanted: Any, _value: Any) -> _Words:
    # What may be a number is a text all the same.
    name = wanted if isinstance(wanted, str) else "string"
    return _Words(ErrorId.VALUE_TYPE, f"should be {name}", {})


def _enum(allowed: Any, value: Any) -> _Words:
    kind = type(allowed[0])
    if not isinstance(value, kind) or isinstance(value, bool):
        name = "integer" if kind is int else "string"
        return _Words(ErrorId.VALUE_TYPE, f"should be {name}", {})
    return _NOT_ALLOWED


def _pattern(wanted: Any, _value: Any) -> _Words:
    if wanted == VISIBLE:
        return _Words(ErrorId.VALUE_INVISIBLE, "should have a visible character", {})
    return _INVALID


def _required(keys: Any, value: Any) -> _Words:
    missing = next(key for key in keys if key not in value)
    return _Words(ErrorId.KEY_MISSING, f"should have required property '{missing}'", {})


def _format(name: Any, _value: Any) -> _Words:
    return _Words(ErrorId.VALUE_FORMAT, f'should match format "{name}"', {})


def _limit(id_: ErrorId, words: str, name: str) -> Callable[[Any, Any], _Words]:
    """Return how a limit is told of, which stands at the place of {} and is called `name`."""

    def say(limit: Any, _value: Any) -> _Words:
        return _Words(id_, words.format(int(limit)), {name: int(limit)})

    return say


_LONG, _SHORT, _RANGE = ErrorId.VALUE_LONG, ErrorId.VALUE_SHORT, ErrorId.VALUE_RANGE
_SAID: dict[str, Callable[[Any, Any], _Words]] = {
    "type": _type,
    "enum": _enum,
    "anyOf": lambda _limit, _value: _NOT_ALLOWED,
    "pattern": _pattern,
    "required": _required,
    "format": _format,
    "maxLength": _limit(_LONG, "should NOT be longer than {} characters", "most"),
    "minLength": _limit(_SHORT, "should NOT be shorter than {} characters", "least"),
    "maxItems": _limit(ErrorId.VALUE_MANY, "should NOT have more than {} items", "most"),
    "minItems": _limit(ErrorId.VALUE_FEW, "should NOT have fewer than {} items", "least"),
    "minimum": _limit(_RANGE, "should be >= {}", "least"),
    "maximum": _limit(_RANGE, "should be <= {}", "most"),
    "exclusiveMinimum": _limit(_RANGE, "should be > {}", "above"),
}
"""How each keyword of a schema is told of, by what it demands and the value."""

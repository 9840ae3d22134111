"""How a body is read: JSON to a use case's command, or the published words for what is wrong."""

import contextlib
import re
from collections.abc import Sequence
from typing import Any, Generic, TypeVar, get_args

import msgspec
from msgspec import UNSET, Struct
from msgspec.structs import FieldInfo

from kadence.domain.error_ids import ErrorId
from kadence.domain.errors import BadRequest
from kadence.web.values import Unreadable, decode_hook, wire_shape

C = TypeVar("C", bound=Struct)

_BOM = b"\xef\xbb\xbf"
"""What some editors and spreadsheets put before UTF-8."""
_NUL_ESCAPE = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")


class Body(Generic[C]):
    """How one kind of body is read: JSON bytes to the command that a use case takes."""

    def __init__(self, name: str, command: type[C], one_of: Sequence[str] = ()) -> None:
        """`name` is what the published messages call the object, as `Iteration`.

        Of the keys `one_of`, if there are any, one at least must be there.
        """
        self.name = name
        self.one_of = one_of
        self.shape = wire_shape(command)
        required = any(field.required for field in msgspec.structs.fields(self.shape))
        self.required = required or bool(one_of)
        self._decode = msgspec.json.Decoder(self.shape, dec_hook=decode_hook).decode

    def read(self, raw: bytes, *, strict: bool = False) -> C | BadRequest:
        """Return the command, or what is wrong with the body; an empty one is read as `{}`.

        Of keys that come twice the last one counts; unknown ones are ignored, or refused when
        it is `strict`.
        """
        raw = raw.removeprefix(_BOM)
        try:
            _check_text(raw)
            if strict:
                _refuse_unknown(self.name, msgspec.json.decode(raw or b"{}"), self.shape)
            return self._complete(self._decode(raw or b"{}"))
        except msgspec.ValidationError:
            pass
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return _not_json()
        except BadRequest as refused:
            # A command is checked before all of the body has been looked at.
            return _alone(refused) if _is_json(raw) else _not_json()
        return self._explain(raw or b"{}")

    def _complete(self, command: C) -> C:
        """Return the command, if it says anything of what is wanted of it.

        Raises:
            BadRequest: it does not.
        """
        if self.one_of and all(getattr(command, name) is UNSET for name in self.one_of):
            wanted = ", ".join(self.one_of)
            raise BadRequest(
                ErrorId.NOTHING_TO_CHANGE, f"{self.name} should have at least one of: {wanted}"
            )
        return command

    def _explain(self, raw: bytes) -> C | BadRequest:
        """Look again, slowly, for the first thing wrong, in the order of the shape's keys."""
        try:
            document = self._known_values(raw)
            if document is None:
                return BadRequest(ErrorId.VALUE_TYPE, f"{self.name} should be object")
            fields = msgspec.structs.fields(self.shape)
            for field in fields:
                if field.required and field.encode_name not in document:
                    return BadRequest(
                        ErrorId.KEY_MISSING,
                        f"{self.name} should have required property '{field.encode_name}'",
                    )
            for field in fields:
                if field.encode_name in document:
                    value = document[field.encode_name]
                    try:
                        document[field.encode_name] = _fitting(value, field)
                    except msgspec.ValidationError as error:
                        return self._refusal(field.encode_name, value, error)
            return self._complete(msgspec.convert(document, self.shape, dec_hook=decode_hook))
        except (msgspec.DecodeError, RecursionError):
            return _not_json()
        except BadRequest as refused:
            return _alone(refused)

    def _refusal(self, key: str, value: object, error: msgspec.ValidationError) -> BadRequest:
        """Return what the schema says of a value that was not decoded, or what its reader said."""
        from kadence.web import schema_errors  # noqa: PLC0415 - see there

        found = schema_errors.refusal(self.shape, key, value)
        if found is not None:
            return found
        read = error.__cause__
        if isinstance(read, Unreadable):
            return BadRequest(read.id, f"{key} {read}", key=key, **read.about)
        return BadRequest(ErrorId.BODY_INVALID, f"{key} is not valid", key=key)

    def _known_values(self, raw: bytes) -> dict[str, Any] | None:
        """Return the values of the keys that are looked at, None for what is no object."""
        try:
            values = msgspec.json.decode(raw, type=dict[str, msgspec.Raw])
        except msgspec.ValidationError:
            # Unless it is no JSON at all.
            msgspec.json.decode(raw, type=msgspec.Raw)
            return None
        names = (field.encode_name for field in msgspec.structs.fields(self.shape))
        return {name: msgspec.json.decode(values[name]) for name in names if name in values}


def _not_json() -> BadRequest:
    return BadRequest(ErrorId.BODY_NOT_JSON, "Request body is not valid JSON")


def _is_json(raw: bytes) -> bool:
    try:
        msgspec.json.decode(raw or b"{}", type=msgspec.Raw)
    except msgspec.DecodeError:
        return False
    return True


def _alone(refused: BadRequest) -> BadRequest:
    """Return an error that is raised later, without the body that it would keep until then."""
    refused.__context__ = None
    return refused.with_traceback(None)


def _fitting(value: Any, field: FieldInfo) -> Any:
    """Return the value, if it is one for the field; `3.0` is one where an integer is wanted.

    Raises:
        ValidationError: it is invalid.
    """
    try:
        msgspec.convert(value, field.type, dec_hook=decode_hook)
    except msgspec.ValidationError as error:
        if isinstance(error.__cause__, Unreadable) and error.__cause__.is_final:
            raise
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
            raise BadRequest(
                ErrorId.KEY_UNKNOWN, f"{name} should NOT have additional property '{key}'"
            )
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
            raise BadRequest(ErrorId.TEXT_NUL, "Text should NOT contain U+0000")
        msgspec.json.decode(raw, type=msgspec.Raw)

"""What a command makes of a record, and in what two records differ."""

from collections.abc import Collection, Sequence
from enum import Enum
from functools import lru_cache
from typing import Any, TypeVar

from msgspec import UNSET, Struct, UnsetType
from msgspec.structs import astuple, replace

R = TypeVar("R", bound=Struct)
T = TypeVar("T")


def made(kind: type[R], command: Struct, **own: Any) -> R:
    """Return a record of what the command says of fields of the same name, and of its `own` ones.

    Raises:
        TypeError: a field is missing.
    """
    for name in _shared(kind, type(command)):
        if name not in own and (value := getattr(command, name)) is not UNSET:
            own[name] = _kept(value)
    return kind(**own)


@lru_cache(maxsize=256)
def _shared(kind: type[Struct], command: type[Struct]) -> Sequence[str]:
    """Return the names of the fields that both have."""
    return [name for name in command.__struct_fields__ if name in kind.__struct_fields__]


def changed(record: R, command: Struct, *, but: Collection[str] = ()) -> R:
    """Return the record with what the command says of fields of the same name.

    What is UNSET in the command stays, and so do the fields named in `but`.
    """
    said = {
        name: _kept(value)
        for name in _shared(type(record), type(command))
        if (value := getattr(command, name)) is not UNSET and name not in but
    }
    return replace(record, **said)


def _kept(value: Any) -> Any:
    """Return a value as records hold it, which know neither enumerations nor booleans."""
    if isinstance(value, Enum):
        return value.value
    return int(value) if isinstance(value, bool) else value


def said_or(said: T | UnsetType, stays: T) -> T:
    """Return what a command says, or what stays where it says nothing."""
    return stays if isinstance(said, UnsetType) else said


def differences(old: Struct, new: Struct) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the fields in which two records differ, with the old and with the new values."""
    fields = zip(old.__struct_fields__, astuple(old), astuple(new), strict=True)
    differing = [(name, before, after) for name, before, after in fields if before != after]
    return (
        {name: before for name, before, _ in differing},
        {name: after for name, _, after in differing},
    )

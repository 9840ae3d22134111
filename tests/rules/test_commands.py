"""Types hold from body to row: a command and its record agree in the fields of the same name."""

import re
from enum import Enum
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

import pytest
from msgspec import UNSET, Struct, UnsetType

from kadence.domain.changes import changed, made
from kadence.domain.iteration_commands import ChangeIteration, CreateIteration
from kadence.domain.model import Board, Card, Column, Iteration, Lane, Space, Tag
from kadence.domain.replay import KEYS, NOT_REBUILT
from kadence.storage.schema import metadata
from kadence.usecases.boards import ChangeBoard, CreateBoard
from kadence.usecases.card_commands import ChangeCard, CreateCard
from kadence.usecases.columns import ChangeColumn, ChangeLane, CreateColumn, CreateLane
from kadence.usecases.spaces import ChangeSpace, CreateSpace
from kadence.usecases.tags import ChangeTag, CreateTag

PAIRS: tuple[tuple[type[Struct], type[Struct]], ...] = (
    (CreateIteration, Iteration),
    (ChangeIteration, Iteration),
    (CreateCard, Card),
    (ChangeCard, Card),
    (CreateBoard, Board),
    (ChangeBoard, Board),
    (CreateColumn, Column),
    (ChangeColumn, Column),
    (CreateLane, Lane),
    (ChangeLane, Lane),
    (CreateSpace, Space),
    (ChangeSpace, Space),
    (CreateTag, Tag),
    (ChangeTag, Tag),
)


def kept(kind: Any) -> set[type]:
    """Return the plain types that values of a type have in a record."""
    origin, inner = get_origin(kind), get_args(kind)
    if origin is Annotated:
        return kept(inner[0])
    if origin in (Union, UnionType):
        return set().union(*map(kept, inner))
    if origin is Literal:
        return {type(value) for value in inner}
    if issubclass(kind, Enum):
        return {type(member.value) for member in kind}
    return {int} if kind is bool else {kind}


@pytest.mark.parametrize(("command", "record"), PAIRS, ids=lambda kind: kind.__name__)
def test_a_command_and_its_record_agree(command: type[Struct], record: type[Struct]) -> None:
    said, stored = (get_type_hints(kind, include_extras=True) for kind in (command, record))
    shared = said.keys() & stored.keys()
    assert shared
    for name in shared:
        # What a new thing does not say, the use case chooses.
        unsaid = {UnsetType} if command.__name__.startswith("Change") else {UnsetType, NoneType}
        assert kept(said[name]) - unsaid <= kept(stored[name]), name


def test_every_record_that_is_made_of_a_command_has_its_pair() -> None:
    sources = (Path(__file__).parents[2] / "src/kadence").rglob("*.py")
    made_of = {
        kind
        for source in sources
        for kind in re.findall(r"\bmade\(\s*([A-Z]\w+),", source.read_text("utf-8"))
    }
    assert made_of == {record.__name__ for command, record in PAIRS}


class Thing(Struct, frozen=True):
    """A record."""

    id: int
    kind: str
    size: int | None
    flag: int


class Kind(Enum):
    """An enumeration of a command."""

    LARGE = "large"


class Said(Struct, frozen=True):
    """A command."""

    kind: Kind | UnsetType = UNSET
    size: int | UnsetType | None = UNSET
    flag: bool | UnsetType = UNSET
    elsewhere: str | UnsetType = UNSET


def test_a_command_changes_what_it_says_and_nothing_else() -> None:
    old = Thing(1, "small", 3, 0)
    assert changed(old, Said()) == old
    assert changed(old, Said(Kind.LARGE, None, flag=True, elsewhere="x")) == Thing(
        1, "large", None, 1
    )
    assert changed(old, Said(size=5), but=("size",)) == old


def test_a_record_is_made_of_the_command_and_of_what_it_does_not_say() -> None:
    assert made(Thing, Said(Kind.LARGE, 5), id=2, flag=0) == Thing(2, "large", 5, 0)
    with pytest.raises(TypeError, match="flag"):
        made(Thing, Said(Kind.LARGE, 5), id=2)


def test_every_table_is_rebuilt_from_the_journal_or_said_not_to_be() -> None:
    assert set(metadata.tables) == {*KEYS, *NOT_REBUILT}
    assert set(KEYS).isdisjoint(NOT_REBUILT)

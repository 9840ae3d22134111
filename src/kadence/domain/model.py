"""The things kadence knows, as plain immutable records; instants are milliseconds since 1970.

The order of the fields is the order of the columns in storage/schema.py.
"""

from enum import IntEnum, StrEnum
from typing import Any, TypeAlias

from msgspec import Struct

Instant: TypeAlias = int
"""Milliseconds since 1970-01-01T00:00Z, negative before it."""


class CompanyRole(IntEnum):
    """What a person is to the company, as numbered on the wire."""

    OWNER = 1
    USER = 2
    DEACTIVATED = 3


class SpaceRole(IntEnum):
    """The three preset roles of a space; a higher one includes the lower."""

    READER = 1
    WRITER = 2
    ADMIN = 3


class SpaceAccess(StrEnum):
    """Who of the company is let into a space."""

    FOR_EVERYONE = "for_everyone"
    BY_INVITE = "by_invite"


class ColumnType(IntEnum):
    """What being in a column says of a card."""

    QUEUE = 1
    IN_PROGRESS = 2
    DONE = 3


class IterationStatus(StrEnum):
    """Where an iteration stands in its life."""

    PLANNED = "planned"
    ACTIVE = "active"
    CLOSED = "closed"
    REMOVED = "removed"


class Company(Struct, frozen=True):
    """A company: the boundary that no data crosses."""

    id: int
    uid: str
    name: str
    iterations_off_at: Instant | None
    created: Instant
    updated: Instant


class User(Struct, frozen=True):
    """A person of a company."""

    id: int
    uid: str
    company_id: int
    email: str
    full_name: str
    username: str
    role: int
    deactivated_at: Instant | None
    last_request_at: Instant | None
    created: Instant
    updated: Instant


class Token(Struct, frozen=True):
    """An API token; of the secret itself only the SHA-256 is kept."""

    id: int
    company_id: int
    user_id: int
    digest: str
    name: str
    created: Instant
    last_used: Instant | None
    expires: Instant | None
    revoked_at: Instant | None


class Space(Struct, frozen=True):
    """A space: boards, iterations and the people who may work with them."""

    id: int
    uid: str
    company_id: int
    title: str
    description: str | None
    external_id: str | None
    access: str
    everyone_role: int
    parent_uid: str | None
    path: str
    sort_order: float
    deleted_at: Instant | None
    created: Instant
    updated: Instant


class Member(Struct, frozen=True):
    """A person's own role in a space."""

    company_id: int
    space_id: int
    user_id: int
    role: int
    created: Instant
    updated: Instant


class Board(Struct, frozen=True):
    """A board of a space."""

    id: int
    uid: str
    company_id: int
    space_id: int
    title: str
    description: str | None
    external_id: str | None
    sort_order: float
    created: Instant
    updated: Instant


class Column(Struct, frozen=True):
    """A column of a board; one with `column_id` is a subcolumn of that column."""

    id: int
    uid: str
    company_id: int
    board_id: int
    column_id: int | None
    title: str
    type: int
    sort_order: float
    created: Instant
    updated: Instant


class Lane(Struct, frozen=True):
    """A lane of a board."""

    id: int
    uid: str
    company_id: int
    board_id: int
    title: str
    sort_order: float
    created: Instant
    updated: Instant


class Iteration(Struct, frozen=True, gc=False):
    """A time box of a space.

    `data` is the JSON text of the frozen statistics, null until the iteration is activated.
    """

    company_id: int
    id: str
    space_uid: str
    title: str
    goal: str | None
    status: str
    creator_uid: str
    updater_uid: str
    start_date: Instant | None
    finish_date: Instant | None
    actual_finish_date: Instant | None
    sort_order: float
    data: str | None
    created: Instant
    updated: Instant


class Event(Struct, frozen=True):
    """One entry of the journal; `payload` holds what a replay needs to make the change again."""

    company_id: int
    at: Instant
    kind: str
    actor_uid: str | None
    space_uid: str | None
    iteration_id: str | None
    card_uid: str | None
    payload: Struct | dict[str, Any]

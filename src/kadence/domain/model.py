"""The things kadence knows, as plain immutable records; instants are milliseconds since 1970.

The order of the fields is the order of the columns in storage/schema.py.
"""

from enum import IntEnum, StrEnum
from typing import Any, TypeAlias

from msgspec import Struct

Instant: TypeAlias = int
"""Milliseconds since 1970-01-01T00:00Z, negative before it."""
DAY: Instant = 24 * 60 * 60 * 1000


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


class SpaceVisibility(StrEnum):
    """Who of the company is let into a space."""

    FOR_EVERYONE = "for_everyone"
    BY_INVITE = "by_invite"


class ColumnType(IntEnum):
    """What being in a column says of a card."""

    QUEUE = 1
    IN_PROGRESS = 2
    DONE = 3


class Condition(IntEnum):
    """Whether a card or lane is in use."""

    LIVE = 1
    ARCHIVED = 2
    DELETED = 3


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
    """A person of a company: an account, with the profile that is theirs.

    `language` is a tag of BCP 47, as `en`, `timezone` a name of the IANA database; None where they
    have not chosen. `email_claimed` is 1 where the address is theirs by their own word alone.
    """

    id: int
    uid: str
    company_id: int
    email: str
    email_claimed: int
    full_name: str
    username: str
    language: str | None
    timezone: str | None
    role: int
    deactivated_at: Instant | None
    erased_at: Instant | None
    last_request_at: Instant | None
    created: Instant
    updated: Instant


PROFILE = ("email", "email_claimed", "full_name", "username", "language", "timezone")
"""The fields of a User that are the person's own: no event tells them, and they can be erased."""


class TokenKind(IntEnum):
    """How a token is presented: in a header, in a browser's cookie, or once, to sign in."""

    API = 0
    SESSION = 1
    LOGIN_LINK = 2


class Token(Struct, frozen=True):
    """What lets somebody in; of the secret itself only the SHA-256 is kept."""

    id: int
    company_id: int
    user_id: int
    digest: str
    name: str
    created: Instant
    last_used: Instant | None
    expires: Instant | None
    revoked_at: Instant | None
    kind: int = TokenKind.API.value
    parent_id: int | None = None
    """The API token by which a session was begun, and with which it ends."""


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
    """A board; `space_id` is the space that it is primary in."""

    id: int
    uid: str
    company_id: int
    space_id: int
    title: str
    description: str | None
    external_id: str | None
    sort_order: float
    deleted_at: Instant | None
    created: Instant
    updated: Instant


class Placement(Struct, frozen=True):
    """That a space shows a board: the one in which it is primary, and any others."""

    company_id: int
    space_id: int
    board_id: int
    created: Instant


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
    wip_limit: int | None
    external_id: str | None
    deleted_at: Instant | None
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
    wip_limit: int | None
    external_id: str | None
    condition: int
    created: Instant
    updated: Instant


class Card(Struct, frozen=True, gc=False):
    """A piece of work on a board.

    `space_id` is the space in which its board is primary, `state` the type of its first-level
    column, `iteration_id` the planned or active iteration that it is in. `version` grows with each
    change of the card itself, `revision` with each change of anything that its answer shows.
    `properties` is JSON text.
    """

    id: int
    uid: str
    company_id: int
    space_id: int
    board_id: int
    column_id: int
    lane_id: int
    title: str
    state: int
    condition: int
    sort_order: float
    version: int
    revision: int
    owner_id: int
    responsible_id: int | None
    updater_id: int
    asap: int
    due_date: Instant | None
    due_date_time_present: int
    size: float | None
    size_unit: str | None
    size_text: str | None
    external_id: str | None
    estimate_workload: float
    planned_start: Instant | None
    planned_end: Instant | None
    last_moved_at: Instant | None
    column_changed_at: Instant | None
    lane_changed_at: Instant | None
    first_moved_to_in_progress_at: Instant | None
    last_moved_to_done_at: Instant | None
    completed_at: Instant | None
    comments_total: int
    comment_last_added_at: Instant | None
    iteration_id: str | None
    created: Instant
    updated: Instant
    properties: str | None
    description: str | None


class CardMember(Struct, frozen=True):
    """A person who takes part in a card; the responsible one is named by the card itself."""

    company_id: int
    card_id: int
    user_id: int
    created: Instant
    updated: Instant


class Tag(Struct, frozen=True):
    """A tag of a company."""

    id: int
    uid: str
    company_id: int
    name: str
    color: int
    created: Instant
    updated: Instant


class CardTag(Struct, frozen=True):
    """That a card has a tag."""

    company_id: int
    card_id: int
    tag_id: int
    created: Instant


class Comment(Struct, frozen=True):
    """What a person said about a card."""

    id: int
    uid: str
    company_id: int
    card_id: int
    author_id: int
    text: str
    edited_at: Instant | None
    created: Instant
    updated: Instant


class Iteration(Struct, frozen=True, gc=False):
    """A time box of a space.

    `data` is the JSON text of the frozen statistics, null until the iteration is activated;
    `capacity` is what the team means to take on, in the unit of its card sizes. `start_timed` and
    `finish_timed` are 1 where a time was written with the date; iterations of earlier releases have
    0, as where it was a day alone.
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
    capacity: float | None
    start_timed: int
    finish_timed: int
    version: int
    created: Instant
    updated: Instant


class IterationCard(Struct, frozen=True, gc=False):
    """A card's record in an iteration.

    `live` is 1 while it stands in a planned or active iteration, else None: of those a card has at
    most one, which a unique index holds.
    """

    company_id: int
    iteration_id: str
    id: str
    card_uid: str
    added_by_uid: str
    removed_at: Instant | None
    removed_by_uid: str | None
    sort_order: float
    live: int | None
    created: Instant
    updated: Instant


class Shows(StrEnum):
    """What a signed link shows."""

    BURNDOWN = "burndown"
    BURNUP = "burnup"
    FLOW = "flow"
    VELOCITY = "velocity"
    FORECAST = "forecast"
    BADGE = "badge"
    REPORT = "report"
    ITERATIONS = "iterations"


class Link(Struct, frozen=True):
    """That somebody without a token may see one thing, on behalf of the person who shared it.

    What of a space alone is shown has no `iteration_id`.
    """

    company_id: int
    id: str
    space_uid: str
    iteration_id: str | None
    shows: str
    user_id: int
    created: Instant
    expires: Instant
    revoked_at: Instant | None


class Event(Struct, frozen=True):
    """One entry of the journal; `payload` holds what a replay needs to make the change again."""

    seq: int
    company_id: int
    at: Instant
    kind: str
    actor_uid: str | None
    space_uid: str | None
    iteration_id: str | None
    card_uid: str | None
    payload: Any

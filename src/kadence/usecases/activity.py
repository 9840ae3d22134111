"""What has happened, as events of the journal: to a card, and in a space."""

from collections.abc import Sequence

from msgspec import Struct

from kadence.domain import events
from kadence.domain.access import role_in_space
from kadence.domain.model import CompanyRole, Event, SpaceRole, User
from kadence.storage import boards, journal, people, spaces
from kadence.usecases.access import authorize_card, authorize_space
from kadence.usecases.pages import Page
from kadence.usecases.unit_of_work import UnitOfWork, Validated, unwrap

PAGE_BYTES = 1024 * 1024
"""Bytes of events in one answer, beyond which it has fewer of them than were asked for."""


class EventQuery(Struct, frozen=True):
    """Which events of a space a caller wants: those behind a position; no `kinds` means all.

    With `most_bytes`, only as many as have that much payload together, but always one.
    """

    after: int = 0
    kinds: Sequence[str] = ()
    limit: int = 100
    newest_first: bool = False
    most_bytes: int = PAGE_BYTES


class SpaceEvent(Struct, frozen=True):
    """An event with who made it."""

    event: Event
    author: User | None


class Location(Struct, frozen=True):
    """Where a card was moved to, and by whom."""

    seq: int
    card_id: int
    board_id: int
    column_id: int
    subcolumn_id: int | None
    lane_id: int
    condition: int
    author: User | None
    changed: int


def card_events(unit: UnitOfWork, card_id: int, query: Validated[Page]) -> list[SpaceEvent]:
    """Return what happened to a card, newest first, as far as the actor can read where it happened.

    Raises:
        KadenceError: NotFound (or unreadable), BadRequest.
    """
    card, _ = authorize_card(unit, card_id, SpaceRole.READER)
    page = unwrap(query)
    found = journal.of_card(
        unit.tx,
        card.company_id,
        card.uid,
        space_uids=_readable(unit),
        newest_first=True,
        limit=page.limit,
        offset=page.offset,
        most_bytes=PAGE_BYTES,
    )
    authors = _authors(unit, found)
    return [SpaceEvent(event, authors.get(event.actor_uid or "")) for event in found]


def location_history(unit: UnitOfWork, card_id: int, validated: Validated[None]) -> list[Location]:
    """Return where a card has been moved to, an entry for each move, oldest first.

    Boards that the actor cannot read are left out.

    Raises:
        KadenceError: NotFound (or unreadable), BadRequest.
    """
    card, _ = authorize_card(unit, card_id, SpaceRole.READER)
    unwrap(validated)
    kinds = [events.CARD_CREATED, events.CARD_MOVED, *_CONDITIONS]
    found = journal.of_card(unit.tx, card.company_id, card.uid, kinds=kinds)
    authors = _authors(unit, found)
    parents = _parents(unit, found)
    place = {name: getattr(card, name) for name in _PLACE}
    locations = []
    for event in found:
        payload = event.payload
        place |= {n: v for n, v in payload.get("new", payload).items() if n in _PLACE}
        if event.kind == events.CARD_MOVED:
            parent = parents.get(place["column_id"])
            locations.append(
                Location(
                    seq=event.seq,
                    card_id=card.id,
                    board_id=place["board_id"],
                    column_id=parent or place["column_id"],
                    subcolumn_id=place["column_id"] if parent else None,
                    lane_id=place["lane_id"],
                    condition=place["condition"],
                    author=authors.get(event.actor_uid or ""),
                    changed=event.at,
                )
            )
    if unit.actor.company_role == CompanyRole.OWNER:
        return locations
    ids = sorted({location.board_id for location in locations})
    (placements,) = unit.tx.fetch_batch(boards.visible_placements(unit.actor, ids))
    shown = {
        one.board_id for one in placements if role_in_space(unit.actor.company_role, one.access)
    }
    return [location for location in locations if location.board_id in shown]


def _readable(unit: UnitOfWork) -> list[str] | None:
    """Return the uids of the spaces that the actor can read; None for all."""
    if unit.actor.company_role == CompanyRole.OWNER:
        return None
    (accesses,) = unit.tx.fetch_batch(spaces.accesses(unit.actor))
    return [
        access.space_uid for access in accesses if role_in_space(unit.actor.company_role, access)
    ]


_PLACE = ("board_id", "column_id", "lane_id", "condition")
_CONDITIONS = (events.CARD_ARCHIVED, events.CARD_RESTORED, events.CARD_DELETED)


def space_events(unit: UnitOfWork, space_uid: str, query: Validated[EventQuery]) -> list[Event]:
    """Return what happened in a space, oldest first unless asked otherwise.

    Raises:
        KadenceError: NotFound (no such space), Forbidden (a stranger), BadRequest.
    """
    access = authorize_space(unit, space_uid, SpaceRole.READER)
    wanted = unwrap(query)
    return journal.of_space(
        unit.tx,
        unit.actor.company_id,
        access.space_uid,
        after=wanted.after,
        kinds=wanted.kinds,
        limit=wanted.limit,
        newest_first=wanted.newest_first,
        most_bytes=wanted.most_bytes,
    )


def _authors(unit: UnitOfWork, found: Sequence[Event]) -> dict[str, User]:
    uids = sorted({event.actor_uid for event in found if event.actor_uid})
    return {u.uid: u for u in people.users_by_uid(unit.tx, unit.actor.company_id, uids)}


def _parents(unit: UnitOfWork, found: Sequence[Event]) -> dict[int, int | None]:
    """By the id of a column that a card was moved to: the column that it is a subcolumn of."""
    ids = sorted(
        {
            event.payload["new"]["column_id"]
            for event in found
            if event.kind == events.CARD_MOVED and "column_id" in event.payload["new"]
        }
    )
    found_columns = boards.COLUMNS.among(unit.tx, "id", unit.actor.company_id, ids)
    return {column.id: column.column_id for column in found_columns}

"""What people do with cards."""

from collections.abc import Sequence
from typing import Any

import msgspec
from msgspec import UNSET, Struct, UnsetType
from msgspec.structs import asdict, replace

from kadence.domain import events
from kadence.domain.errors import RuleViolation
from kadence.domain.membership import leaves_when_archived
from kadence.domain.model import (
    Board,
    Card,
    CardMember,
    Column,
    ColumnType,
    Condition,
    Instant,
    Lane,
    SpaceRole,
)
from kadence.domain.placing import GAP, between
from kadence.domain.sizes import parse_size
from kadence.storage import boards, cards, iterations, people
from kadence.usecases.access import BoardDoor, enter_board, enter_card
from kadence.usecases.card_views import CardView, view_cards
from kadence.usecases.membership import take_out_cards
from kadence.usecases.unit import Draft, Unit, changes, opened

FIRST, LAST = 1, 2
"""Where a new card goes in its cell."""

_OF_MOVE = {
    "space_id",
    "board_id",
    "column_id",
    "lane_id",
    "state",
    "last_moved_at",
    "column_changed_at",
    "lane_changed_at",
    "first_moved_to_in_progress_at",
    "last_moved_to_done_at",
    "completed_at",
}
_HOUSEKEEPING = {"version", "revision", "updater_id", "updated", "iteration_id"}
_CONDITION_EVENTS = {
    Condition.LIVE: events.CARD_RESTORED,
    Condition.ARCHIVED: events.CARD_ARCHIVED,
    Condition.DELETED: events.CARD_DELETED,
}


class NewCard(Struct, frozen=True):
    """What a caller says of a card to be made."""

    title: str
    board_id: int
    column_id: int | None = None
    lane_id: int | None = None
    description: str | None = None
    size_text: str | None = None
    due_date: Instant | None = None
    due_date_time_present: bool = False
    asap: bool = False
    owner_id: int | None = None
    owner_email: str | None = None
    responsible_id: int | None = None
    external_id: str | None = None
    position: int = LAST
    sort_order: float | None = None
    properties: str | None = None
    estimate_workload: float = 0
    planned_start: Instant | None = None
    planned_end: Instant | None = None


class CardChange(Struct, frozen=True):
    """What a caller wants changed of a card; what is UNSET stays, None clears."""

    title: str | UnsetType = UNSET
    board_id: int | UnsetType = UNSET
    column_id: int | UnsetType = UNSET
    lane_id: int | UnsetType = UNSET
    description: str | UnsetType | None = UNSET
    size_text: str | UnsetType | None = UNSET
    due_date: Instant | UnsetType | None = UNSET
    due_date_time_present: bool | UnsetType = UNSET
    asap: bool | UnsetType = UNSET
    owner_id: int | UnsetType = UNSET
    owner_email: str | UnsetType = UNSET
    responsible_id: int | UnsetType | None = UNSET
    external_id: str | UnsetType | None = UNSET
    position: int | UnsetType = UNSET
    sort_order: float | UnsetType = UNSET
    prev_card_id: int | UnsetType = UNSET
    properties: str | UnsetType | None = UNSET
    estimate_workload: float | UnsetType = UNSET
    planned_start: Instant | UnsetType | None = UNSET
    planned_end: Instant | UnsetType | None = UNSET
    condition: int | UnsetType = UNSET


def create_card(unit: Unit, draft: Draft[NewCard]) -> CardView:
    """Make a card on a board.

    Raises:
        KadenceError: BadRequest, NotFound (no such board, or unreadable), Forbidden (no writer),
            RuleViolation (codes 1 to 4: column, lane, owner or responsible person unknown).
    """
    new = opened(draft)
    door = enter_board(unit, new.board_id, SpaceRole.WRITER)
    board = door.board
    column, state = _column(unit, board, new.column_id)
    lane = _lane(unit, board, new.lane_id)
    size = parse_size(new.size_text)
    if new.responsible_id is not None:
        _person(unit, new.responsible_id, 4, "responsible_id")
    card = cards.insert_card(
        unit.tx,
        Card(
            id=0,
            uid=unit.new_id(),
            company_id=board.company_id,
            space_id=board.space_id,
            board_id=board.id,
            column_id=column.id,
            lane_id=lane.id,
            title=new.title,
            state=state,
            condition=Condition.LIVE.value,
            sort_order=new.sort_order or _end_of_cell(unit, column.id, lane.id, new.position),
            version=1,
            revision=1,
            owner_id=_owner(unit, new.owner_id, new.owner_email) or unit.actor.user_id,
            responsible_id=new.responsible_id,
            updater_id=unit.actor.user_id,
            asap=int(new.asap),
            due_date=new.due_date,
            due_date_time_present=int(new.due_date_time_present),
            size=size.size,
            size_unit=size.size_unit,
            size_text=size.size_text,
            external_id=new.external_id,
            estimate_workload=new.estimate_workload,
            planned_start=new.planned_start,
            planned_end=new.planned_end,
            last_moved_at=None,
            column_changed_at=None,
            lane_changed_at=None,
            first_moved_to_in_progress_at=None,
            last_moved_to_done_at=None,
            completed_at=unit.now if state == ColumnType.DONE else None,
            comments_total=0,
            comment_last_added_at=None,
            iteration_id=None,
            created=unit.now,
            updated=unit.now,
            properties=new.properties,
            description=new.description,
        ),
    )
    unit.record(events.CARD_CREATED, card, space_uid=door.space_uid, card_uid=card.uid)
    if card.responsible_id is not None:
        ensure_member(unit, door, card, card.responsible_id)
    return view_cards(unit, [card], door)[0]


def change_card(unit: Unit, card_id: int, draft: Draft[CardChange]) -> CardView:
    """Change, move, archive or restore a card.

    Raises:
        KadenceError: NotFound (or unreadable, the board to move to as well), Forbidden (no writer),
            PreconditionFailed, BadRequest, RuleViolation (codes 1 to 6).
    """
    card, door = enter_card(unit, card_id, SpaceRole.WRITER)
    unit.match(etag(card))
    change = opened(draft)
    if card.condition == Condition.DELETED:
        raise RuleViolation(6, "Card is deleted")
    asked = {name: value for name, value in asdict(change).items() if value is not UNSET}
    new = replace(card, **_own_values(unit, card, asked))
    goal = door
    if "board_id" in asked and asked["board_id"] != card.board_id:
        goal = enter_board(unit, asked["board_id"], SpaceRole.WRITER)
    new = _moved(unit, goal.board, card, new, asked)
    new = _placed(unit, goal.space_uid, card, new, asked)
    stored = store_card(unit, door, goal, card, new)
    if stored.responsible_id is not None and stored.responsible_id != card.responsible_id:
        ensure_member(unit, goal, stored, stored.responsible_id)
    return view_cards(unit, [stored], goal)[0]


def delete_card(unit: Unit, card_id: int, draft: Draft[None]) -> CardView:
    """Delete a card: it can still be looked at, and leaves its planned or active iteration.

    Raises:
        KadenceError: NotFound (or unreadable), Forbidden (no writer), PreconditionFailed,
            BadRequest.
    """
    card, door = enter_card(unit, card_id, SpaceRole.WRITER)
    unit.match(etag(card))
    opened(draft)
    if card.condition != Condition.DELETED:
        new = replace(card, condition=Condition.DELETED.value)
        card = store_card(unit, door, door, card, new)
    return view_cards(unit, [card], door)[0]


def store_card(unit: Unit, door: BoardDoor, goal: BoardDoor, old: Card, new: Card) -> Card:
    """Keep a card as it is now, with its events; one that did not change leaves no trace.

    Its board was behind `door` and is behind `goal`. A card that may be in its iteration no longer
    leaves that.
    """
    if old == new:
        return old
    if old.iteration_id is not None and _must_leave(unit, old, new):
        take_out_cards(unit, [old])
        old, new = (
            replace(card, iteration_id=None, revision=card.revision + 1) for card in (old, new)
        )
    new = replace(
        new,
        version=old.version + 1,
        revision=old.revision + 1,
        updater_id=unit.actor.user_id,
        updated=unit.now,
    )
    before, after = changes(old, new)
    cards.update_card(unit.tx, old, after)
    where = goal.space_uid
    if door.space_uid != goal.space_uid:
        gone = {"id": old.id, "board_id": old.board_id}
        unit.record(events.CARD_LEFT, gone, space_uid=door.space_uid, card_uid=old.uid)
    for kind, names in _kinds(old, new, set(after) - _HOUSEKEEPING):
        payload = {
            "id": old.id,
            "version": new.version,
            "old": {name: before[name] for name in names},
            "new": {name: after[name] for name in names},
        }
        unit.record(kind, payload, space_uid=where, card_uid=old.uid)
    return new


def _kinds(old: Card, new: Card, names: set[str]) -> list[tuple[str, list[str]]]:
    """The events that tell of a change, each with the fields that are its part of it."""
    told = []
    moved = (old.board_id, old.column_id, old.lane_id) != (
        new.board_id,
        new.column_id,
        new.lane_id,
    )
    if moved:
        of_move = names & (_OF_MOVE | {"sort_order"})
        told.append((events.CARD_MOVED, sorted(of_move)))
        names -= of_move
    if "condition" in names:
        told.append((_CONDITION_EVENTS[Condition(new.condition)], ["condition"]))
        names.discard("condition")
    if names:
        told.append((events.CARD_CHANGED, sorted(names)))
    return told


def _must_leave(unit: Unit, old: Card, new: Card) -> bool:
    if new.condition == Condition.DELETED or new.space_id != old.space_id:
        return True
    if new.condition == old.condition or new.condition != Condition.ARCHIVED:
        return False
    ids = [old.iteration_id] if old.iteration_id else []
    (iteration,) = iterations.by_ids(unit.tx, old.company_id, ids)
    return leaves_when_archived(iteration.status)


def delete_cards(unit: Unit, space_uid: str, doomed: Sequence[Card]) -> None:
    """Delete cards of boards of one space, because what held them is deleted."""
    take_out_cards(unit, doomed)
    out = [
        replace(card, iteration_id=None, revision=card.revision + 1) if card.iteration_id else card
        for card in doomed
    ]
    changed = {"condition": Condition.DELETED.value}
    _change_all(unit, space_uid, out, events.CARD_DELETED, changed)


def change_states(unit: Unit, space_uid: str, column_ids: Sequence[int], state: ColumnType) -> None:
    """Change the state of the cards in these columns, because their column means another now."""
    company_id = unit.actor.company_id
    for column_id in column_ids:
        found = cards.standing_in(unit.tx, company_id, "column_id", column_id)
        completed_at = unit.now if state == ColumnType.DONE else None
        changed = {"state": state.value, "completed_at": completed_at}
        _change_all(unit, space_uid, found, events.CARD_CHANGED, changed)


def _change_all(
    unit: Unit, space_uid: str, found: Sequence[Card], kind: str, changed: dict[str, Any]
) -> None:
    """Change the same fields of many cards at once, with an event for each."""
    cards.CARDS.update_many(
        unit.tx,
        (
            (
                card,
                changed
                | {
                    "version": card.version + 1,
                    "revision": card.revision + 1,
                    "updater_id": unit.actor.user_id,
                    "updated": unit.now,
                },
            )
            for card in found
        ),
    )
    unit.record_all(
        [
            unit.event(
                kind,
                {
                    "id": card.id,
                    "version": card.version + 1,
                    "old": {name: getattr(card, name) for name in changed},
                    "new": changed,
                },
                space_uid=space_uid,
                card_uid=card.uid,
            )
            for card in found
        ]
    )


def ensure_member(unit: Unit, door: BoardDoor, card: Card, user_id: int) -> CardMember:
    """Make a person a member of a card, unless they are; its version counts that already."""
    found = cards.CARD_MEMBERS.find(unit.tx, card.company_id, card.id, user_id)
    if found is not None:
        return found
    member = CardMember(card.company_id, card.id, user_id, unit.now, unit.now)
    cards.CARD_MEMBERS.insert(unit.tx, member)
    payload = asdict(member) | {"version": card.version}
    unit.record(events.CARD_MEMBER_ADDED, payload, space_uid=door.space_uid, card_uid=card.uid)
    return member


def bump(unit: Unit, card: Card) -> Card:
    """Count one more change of a card that is kept elsewhere than in its own row."""
    grown = {
        "version": card.version + 1,
        "revision": card.revision + 1,
        "updater_id": unit.actor.user_id,
        "updated": unit.now,
    }
    return cards.CARDS.update(unit.tx, card, grown)


def etag(card: Card) -> str:
    """The entity tag of a card as it is."""
    return f'"{card.revision}"'


_PLAIN = (
    "title",
    "description",
    "due_date",
    "external_id",
    "sort_order",
    "properties",
    "estimate_workload",
    "planned_start",
    "planned_end",
    "condition",
    "responsible_id",
)
"""The fields whose values are stored as they are asked for."""


def _own_values(unit: Unit, card: Card, asked: dict[str, Any]) -> dict[str, Any]:
    """The asked values of fields that say nothing of where the card is."""
    values = {name: asked[name] for name in _PLAIN if name in asked}
    if _same_json(values.get("properties"), card.properties):
        del values["properties"]
    values |= {n: int(asked[n]) for n in ("asap", "due_date_time_present") if n in asked}
    if "size_text" in asked:
        values |= asdict(parse_size(asked["size_text"]))
    if values.get("responsible_id") is not None:
        _person(unit, values["responsible_id"], 4, "responsible_id")
    if owner := _owner(unit, asked.get("owner_id"), asked.get("owner_email")):
        values["owner_id"] = owner
    return values


def _same_json(one: str | None, other: str | None) -> bool:
    """Whether two JSON texts are there and say the same."""
    if one is None or other is None:
        return False
    return bool(msgspec.json.decode(one) == msgspec.json.decode(other))


def _moved(unit: Unit, board: Board, old: Card, new: Card, asked: dict[str, Any]) -> Card:
    """The card where it is asked to be, with what a move there sets."""
    other_board = board.id != old.board_id
    if not other_board and asked.keys().isdisjoint({"column_id", "lane_id"}):
        return new
    column_id = asked.get("column_id", None if other_board else old.column_id)
    lane_id = asked.get("lane_id", None if other_board else old.lane_id)
    if (board.id, column_id, lane_id) == (old.board_id, old.column_id, old.lane_id):
        return new
    column, state = (
        (None, old.state)
        if not other_board and column_id == old.column_id
        else _column(unit, board, column_id)
    )
    lane = None if not other_board and lane_id == old.lane_id else _lane(unit, board, lane_id)
    new = replace(
        new,
        space_id=board.space_id,
        board_id=board.id,
        column_id=column.id if column else old.column_id,
        lane_id=lane.id if lane else old.lane_id,
        state=state,
        last_moved_at=unit.now,
    )
    if new.column_id != old.column_id:
        new = replace(new, column_changed_at=unit.now)
    if new.lane_id != old.lane_id:
        new = replace(new, lane_changed_at=unit.now)
    if state == ColumnType.IN_PROGRESS and old.first_moved_to_in_progress_at is None:
        new = replace(new, first_moved_to_in_progress_at=unit.now)
    if state == ColumnType.DONE and old.state != ColumnType.DONE:
        new = replace(new, last_moved_to_done_at=unit.now, completed_at=unit.now)
    if state != ColumnType.DONE:
        new = replace(new, completed_at=None)
    return new


def _placed(unit: Unit, space_uid: str, old: Card, new: Card, asked: dict[str, Any]) -> Card:
    """The card at the place in its cell that is asked for; one that came from elsewhere is last."""
    if "sort_order" in asked:
        return new
    cell = (new.column_id, new.lane_id)
    if "prev_card_id" in asked:
        previous = cards.CARDS.find(unit.tx, new.company_id, asked["prev_card_id"])
        if (
            previous is None
            or previous.id == new.id
            or (previous.column_id, previous.lane_id) != cell
        ):
            raise RuleViolation(5, "prev_card_id should be another card of the same cell")
        after = cards.next_after(unit.tx, previous, without=new)
        place = between(previous.sort_order, after)
        if place is None:
            place = _make_room(unit, space_uid, new, previous)
        return replace(new, sort_order=place)
    if "position" in asked:
        stays = new if cell == (old.column_id, old.lane_id) else None
        return replace(new, sort_order=_end_of_cell(unit, *cell, asked["position"], stays))
    if cell != (old.column_id, old.lane_id):
        return replace(new, sort_order=_end_of_cell(unit, *cell, LAST))
    return new


def _make_room(unit: Unit, space_uid: str, new: Card, previous: Card) -> float:
    """Number a cell's cards anew where nothing fits between two; the place behind `previous`."""
    order = [
        card
        for card in cards.in_cell(unit.tx, new.company_id, new.column_id, new.lane_id)
        if card.id != new.id
    ]
    behind = next(n for n, card in enumerate(order, start=1) if card.id == previous.id)
    for place, card in enumerate(order, start=1):
        goal = GAP * (place if place <= behind else place + 1)
        if card.sort_order != goal:
            _change_all(unit, space_uid, [card], events.CARD_CHANGED, {"sort_order": goal})
    return GAP * (behind + 1)


def _end_of_cell(
    unit: Unit, column_id: int, lane_id: int, position: int, card: Card | None = None
) -> float:
    """The sort_order that puts a card first or last in a cell, unless it is there already."""
    ends = cards.ends_of_cell(unit.tx, unit.actor.company_id, column_id, lane_id)
    first, last = ends or (None, None)
    end = first if position == FIRST else last
    if card is not None and card.sort_order == end:
        return card.sort_order
    place = between(None, first) if position == FIRST else between(last, None)
    assert place is not None  # noqa: S101 - at an end there is always room
    return place


def _column(unit: Unit, board: Board, column_id: int | None) -> tuple[Column, int]:
    """A column of the board, its first by default, with the state that it gives its cards."""
    if column_id is None:
        everything = boards.columns_of(unit.tx, board)
        first = next(column for column in everything if column.column_id is None)
        return first, first.type
    found = boards.find_column(unit.tx, board, column_id)
    if found is None:
        raise RuleViolation(1, "column_id should be a column of the board")
    return found


def _lane(unit: Unit, board: Board, lane_id: int | None) -> Lane:
    """A live lane of the board, its first by default."""
    live = [n for n in boards.lanes_of(unit.tx, board) if n.condition == Condition.LIVE]
    for lane in live:
        if lane_id is None or lane.id == lane_id:
            return lane
    raise RuleViolation(2, "lane_id should be a live lane of the board")


def _owner(unit: Unit, user_id: int | None, email: str | None) -> int | None:
    """The owner who is named by id or by address."""
    if user_id is not None:
        _person(unit, user_id, 3, "owner_id")
        return user_id
    if email is not None:
        address = email.strip().lower()
        user = people.find_user_by_email(unit.tx, unit.actor.company_id, address)
        if user is None:
            raise RuleViolation(3, "owner_email should be the address of a user of the company")
        return user.id
    return None


def _person(unit: Unit, user_id: int, code: int, key: str) -> None:
    if people.find_user(unit.tx, unit.actor.company_id, user_id) is None:
        raise RuleViolation(code, f"{key} should be the id of a user of the company")

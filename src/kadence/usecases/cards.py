"""What people do with cards."""

from typing import Any

import msgspec
from msgspec import UNSET, Struct, UnsetType
from msgspec.structs import asdict, replace

from kadence.domain import events
from kadence.domain.errors import RuleViolation
from kadence.domain.model import (
    Card,
    ColumnType,
    Condition,
    Instant,
    SpaceRole,
)
from kadence.domain.sizes import parse_size
from kadence.storage import card_relations, cards, people
from kadence.usecases.access import authorize_board, authorize_card_with_relations
from kadence.usecases.card_changes import ensure_member, etag, store_card
from kadence.usecases.card_positions import LAST, column_of, end_of_cell, lane_of, moved, placed
from kadence.usecases.card_views import CardView, view_card
from kadence.usecases.unit_of_work import UnitOfWork, Validated, unwrap


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


def create_card(unit: UnitOfWork, validated: Validated[NewCard]) -> CardView:
    """Make a card on a board.

    Raises:
        KadenceError: BadRequest, NotFound (no such board, or unreadable), Forbidden (no writer),
            RuleViolation (codes 1 to 4: column, lane, owner or responsible person unknown).
    """
    new = unwrap(validated)
    access = authorize_board(unit, new.board_id, SpaceRole.WRITER)
    board = access.board
    column, state = column_of(unit, board, new.column_id)
    lane = lane_of(unit, board, new.lane_id)
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
            sort_order=new.sort_order
            or end_of_cell(unit, access.space_uid, (column.id, lane.id), new.position),
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
            last_moved_at=unit.now,
            column_changed_at=unit.now,
            lane_changed_at=unit.now,
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
    unit.record(events.CARD_CREATED, card, space_uid=access.space_uid, card_uid=card.uid)
    if card.responsible_id is not None:
        ensure_member(unit, access, card, card.responsible_id)
    (relations,) = unit.tx.fetch_batch(card_relations.relations_of(card))[0]
    return view_card(unit, card, access, relations)


def change_card(unit: UnitOfWork, card_id: int, validated: Validated[CardChange]) -> CardView:
    """Change, move, archive or restore a card.

    Raises:
        KadenceError: NotFound (or unreadable, the board to move to as well), Forbidden (no writer),
            PreconditionFailed, BadRequest, RuleViolation (codes 1 to 6).
    """
    card, access, relations = authorize_card_with_relations(unit, card_id, SpaceRole.WRITER)
    unit.match(etag(card))
    change = unwrap(validated)
    if card.condition == Condition.DELETED:
        raise RuleViolation(6, "Card is deleted")
    asked = {name: value for name, value in asdict(change).items() if value is not UNSET}
    new = replace(card, **_own_values(unit, card, asked))
    goal = access
    if "board_id" in asked and asked["board_id"] != card.board_id:
        goal = authorize_board(unit, asked["board_id"], SpaceRole.WRITER)
    new, relations = moved(unit, goal.board, card, new, relations, asked)
    new = placed(unit, goal.space_uid, card, new, asked)
    stored = store_card(unit, access, goal, card, new)
    if stored.responsible_id is not None and stored.responsible_id != card.responsible_id:
        ensure_member(unit, goal, stored, stored.responsible_id)
    return view_card(unit, stored, goal, relations)


def delete_card(unit: UnitOfWork, card_id: int, validated: Validated[None]) -> CardView:
    """Delete a card: it can still be looked at, and leaves its planned or active iteration.

    Raises:
        KadenceError: NotFound (or unreadable), Forbidden (no writer), PreconditionFailed,
            BadRequest.
    """
    card, access, relations = authorize_card_with_relations(unit, card_id, SpaceRole.WRITER)
    unit.match(etag(card))
    unwrap(validated)
    if card.condition != Condition.DELETED:
        new = replace(card, condition=Condition.DELETED.value)
        card = store_card(unit, access, access, card, new)
    return view_card(unit, card, access, relations)


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


def _own_values(unit: UnitOfWork, card: Card, asked: dict[str, Any]) -> dict[str, Any]:
    """Return the asked values of fields that say nothing of where the card is."""
    values = {name: asked[name] for name in _PLAIN if name in asked}
    if _same_json(values.get("properties"), card.properties):
        del values["properties"]
    values |= {n: int(asked[n]) for n in ("asap", "due_date_time_present") if n in asked}
    if "size_text" in asked:
        values |= asdict(parse_size(asked["size_text"]))
    if values.get("responsible_id") is not None:
        _person(unit, values["responsible_id"], 4, "responsible_id", card.responsible_id)
    if owner := _owner(unit, asked.get("owner_id"), asked.get("owner_email"), card.owner_id):
        values["owner_id"] = owner
    return values


def _same_json(one: str | None, other: str | None) -> bool:
    """Return whether two JSON texts are there and say the same."""
    if one is None or other is None:
        return False
    return bool(msgspec.json.decode(one) == msgspec.json.decode(other))


def _owner(
    unit: UnitOfWork, user_id: int | None, email: str | None, now: int | None = None
) -> int | None:
    """Return the owner who is named by id or by address; `now` is the one that the card has."""
    if user_id is not None:
        _person(unit, user_id, 3, "owner_id", now)
        return user_id
    if email is not None:
        address = email.strip().lower()
        user = people.find_user_by_email(unit.tx, unit.actor.company_id, address)
        if user is None:
            raise RuleViolation(3, "owner_email should be the address of a user of the company")
        _person(unit, user.id, 3, "owner_email", now)
        return user.id
    return None


def _person(unit: UnitOfWork, user_id: int, code: int, key: str, now: int | None = None) -> None:
    """Demand a person who can be given work; whoever has it `now` may keep it."""
    user = people.find_user(unit.tx, unit.actor.company_id, user_id)
    if user is None:
        raise RuleViolation(code, f"{key} should be the id of a user of the company")
    if user.deactivated_at is not None and user_id != now:
        raise RuleViolation(code, f"{key} is of a deactivated user")

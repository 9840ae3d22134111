"""What people do with cards."""

import msgspec
from msgspec import UNSET, UnsetType
from msgspec.structs import asdict, replace

from kadence.domain import events
from kadence.domain.changes import changed, made, said_or
from kadence.domain.error_ids import ErrorId
from kadence.domain.errors import RuleViolation
from kadence.domain.model import (
    Card,
    ColumnType,
    Condition,
    SpaceRole,
)
from kadence.domain.sizes import parse_size
from kadence.storage import card_relations, cards, people
from kadence.storage.card_relations import CardRelations
from kadence.usecases.access import BoardAccess, authorize_board, authorize_card_with_relations
from kadence.usecases.card_changes import ensure_member, etag, store_card
from kadence.usecases.card_commands import ChangeCard, CreateCard, Position
from kadence.usecases.card_positions import column_of, end_of_cell, lane_of, moved, placed
from kadence.usecases.card_views import CardView, view_card
from kadence.usecases.unit_of_work import UnitOfWork, Validated, unwrap


def create_card(unit: UnitOfWork, validated: Validated[CreateCard]) -> CardView:
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
        made(
            Card,
            new,
            id=0,
            uid=unit.new_id(),
            company_id=board.company_id,
            space_id=board.space_id,
            board_id=board.id,
            column_id=column.id,
            lane_id=lane.id,
            state=state,
            condition=Condition.LIVE.value,
            sort_order=new.sort_order
            or end_of_cell(
                unit, access.space_uid, (column.id, lane.id), new.position or Position.LAST
            ),
            version=1,
            revision=1,
            owner_id=_owner(unit, new.owner_id, new.owner_email) or unit.actor.user_id,
            updater_id=unit.actor.user_id,
            asap=int(bool(new.asap)),
            due_date_time_present=int(bool(new.due_date_time_present)),
            size=size.size,
            size_unit=size.size_unit,
            size_text=size.size_text,
            estimate_workload=new.estimate_workload or 0,
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
        ),
    )
    unit.record(events.CARD_CREATED, card, space_uid=access.space_uid, card_uid=card.uid)
    if card.responsible_id is not None:
        ensure_member(unit, access, card, card.responsible_id)
    (relations,) = unit.tx.fetch_batch(card_relations.relations_of(card))[0]
    return view_card(unit, card, access, relations)


def change_card(unit: UnitOfWork, card_id: int, validated: Validated[ChangeCard]) -> CardView:
    """Change, move, archive or restore a card.

    Raises:
        KadenceError: NotFound (or unreadable, the board to move to as well), Forbidden (no writer),
            PreconditionFailed, BadRequest, RuleViolation (codes 1 to 6).
    """
    card, access, relations = authorize_card_with_relations(unit, card_id, SpaceRole.WRITER)
    unit.match(etag(card))
    change = unwrap(validated)
    goal = access
    if isinstance(change.board_id, int) and change.board_id != card.board_id:
        check_not_deleted(card)
        goal = authorize_board(unit, change.board_id, SpaceRole.WRITER)
    stored, relations = apply_change(unit, card, (access, goal), relations, change)
    return view_card(unit, stored, goal, relations)


def apply_change(
    unit: UnitOfWork,
    card: Card,
    way: tuple[BoardAccess, BoardAccess],
    relations: CardRelations,
    change: ChangeCard,
) -> tuple[Card, CardRelations]:
    """Change a card that the actor may write, on its `way` from one board to another or the same.

    Raises:
        RuleViolation: codes 1 to 6.
    """
    access, goal = way
    check_not_deleted(card)
    new = _with_own_values(unit, card, change)
    new, relations = moved(unit, goal.board, card, new, relations, change)
    new = placed(unit, goal.space_uid, card, new, change)
    stored = store_card(unit, access, goal, card, new)
    if stored.responsible_id is not None and stored.responsible_id != card.responsible_id:
        ensure_member(unit, goal, stored, stored.responsible_id)
    return stored, relations


def check_not_deleted(card: Card) -> None:
    """Refuse to change a deleted card.

    Raises:
        RuleViolation: code 6.
    """
    if card.condition == Condition.DELETED:
        raise RuleViolation(ErrorId.CARD_DELETED, 6, "Card is deleted")


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


_PLACE = ("board_id", "column_id", "lane_id")


def _with_own_values(unit: UnitOfWork, card: Card, change: ChangeCard) -> Card:
    """Return the card with what is said of it, but for where it is.

    Raises:
        RuleViolation: a person who is named cannot be given work (codes 3, 4).
    """
    new = changed(card, change, but=(*_PLACE, "size_text", "owner_id"))
    if change.properties is not UNSET and _same_json(new.properties, card.properties):
        new = replace(new, properties=card.properties)
    if not isinstance(change.size_text, UnsetType):
        new = replace(new, **asdict(parse_size(change.size_text)))
    if isinstance(change.responsible_id, int):
        _person(unit, change.responsible_id, 4, "responsible_id", card.responsible_id)
    owner_id, owner_email = said_or(change.owner_id, None), said_or(change.owner_email, None)
    if owner := _owner(unit, owner_id, owner_email, card.owner_id):
        new = replace(new, owner_id=owner)
    return new


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
            raise RuleViolation(
                ErrorId.USER_UNKNOWN,
                3,
                "owner_email should be the address of a user of the company",
            )
        _person(unit, user.id, 3, "owner_email", now)
        return user.id
    return None


def _person(unit: UnitOfWork, user_id: int, code: int, key: str, now: int | None = None) -> None:
    """Demand a person who can be given work; whoever has it `now` may keep it."""
    user = people.find_user(unit.tx, unit.actor.company_id, user_id)
    if user is None:
        raise RuleViolation(
            ErrorId.USER_UNKNOWN, code, f"{key} should be the id of a user of the company"
        )
    if user.deactivated_at is not None and user_id != now:
        raise RuleViolation(ErrorId.USER_DEACTIVATED, code, f"{key} is of a deactivated user")

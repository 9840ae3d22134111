"""What people do with the columns, subcolumns and lanes of a board."""

from collections.abc import Sequence
from enum import IntEnum
from typing import Annotated, TypeAlias, TypeVar

from msgspec import UNSET, Meta, Struct, UnsetType

from kadence.domain import events
from kadence.domain.changes import changed, differences, made
from kadence.domain.error_ids import ErrorId
from kadence.domain.errors import BadRequest, NotFound, RuleViolation
from kadence.domain.model import Board, Column, ColumnType, Condition, Lane, SpaceRole
from kadence.domain.values import ExternalId, OneLine, Positive
from kadence.storage import boards, cards
from kadence.storage.table_gateway import TableGateway
from kadence.usecases.access import BoardAccess, authorize_board
from kadence.usecases.card_changes import change_states, delete_cards, holds_cards
from kadence.usecases.sort_orders import behind_all
from kadence.usecases.unit_of_work import UnitOfWork, Validated, unwrap

Part = TypeVar("Part", Column, Lane)


PartTitle: TypeAlias = Annotated[str, OneLine(128)]
"""The title of a board, column or lane."""
Limit: TypeAlias = Annotated[
    int, Meta(ge=0, le=2**31 - 1, description="Cards that should be in it at most.")
]


class CreateColumn(Struct, frozen=True):
    """A column to make; a queue unless said otherwise."""

    title: PartTitle
    type: ColumnType = ColumnType.QUEUE
    sort_order: Positive | None = None
    wip_limit: Limit | None = None
    external_id: ExternalId | None = None


class ChangeColumn(Struct, frozen=True):
    """What to change of a column; absent keys stay."""

    title: PartTitle | UnsetType = UNSET
    type: ColumnType | UnsetType = UNSET
    sort_order: Positive | UnsetType = UNSET
    wip_limit: Limit | UnsetType | None = UNSET
    external_id: ExternalId | UnsetType | None = UNSET


class CreateLane(Struct, frozen=True):
    """A lane to make."""

    title: PartTitle
    sort_order: Positive | None = None
    wip_limit: Limit | None = None
    external_id: ExternalId | None = None


class LaneCondition(IntEnum):
    """The conditions that a lane can be put in."""

    LIVE = 1
    ARCHIVED = 2


class ChangeLane(Struct, frozen=True):
    """What to change of a lane; absent keys stay."""

    title: PartTitle | UnsetType = UNSET
    sort_order: Positive | UnsetType = UNSET
    wip_limit: Limit | UnsetType | None = UNSET
    external_id: ExternalId | UnsetType | None = UNSET
    condition: LaneCondition | UnsetType = UNSET


class DeletePart(Struct, frozen=True):
    """Deleting takes the cards with it, so that it must be meant."""

    force: bool = False


def list_columns(unit: UnitOfWork, board_id: int, validated: Validated[None]) -> list[Column]:
    """Return all columns and subcolumns of a board, in order.

    Raises:
        KadenceError: NotFound (or unreadable), BadRequest.
    """
    access = authorize_board(unit, board_id, SpaceRole.READER)
    unwrap(validated)
    return boards.columns_of(unit.tx, access.board)


def create_column(unit: UnitOfWork, board_id: int, validated: Validated[CreateColumn]) -> Column:
    """Add a column to a board.

    Raises:
        KadenceError: NotFound (or unreadable), Forbidden (no admin), BadRequest.
    """
    access = authorize_board(unit, board_id, SpaceRole.ADMIN)
    return add_column(unit, access.space_uid, access.board, unwrap(validated))


def change_column(
    unit: UnitOfWork, board_id: int, column_id: int, validated: Validated[ChangeColumn]
) -> tuple[Column, list[Column]]:
    """Change a first-level column; returns it beside all columns of the board.

    Raises:
        KadenceError: NotFound (or unreadable), Forbidden (no admin), BadRequest.
    """
    access = authorize_board(unit, board_id, SpaceRole.ADMIN)
    column = _column(unit, column_id)
    if column.board_id != board_id or column.column_id is not None:
        raise NotFound
    stored = _store_column(unit, access, column, unwrap(validated))
    return stored, boards.columns_of(unit.tx, access.board)


def delete_column(
    unit: UnitOfWork, board_id: int, column_id: int, validated: Validated[DeletePart]
) -> int:
    """Delete a first-level column with its subcolumns and cards.

    Raises:
        KadenceError: NotFound (or unreadable), Forbidden (no admin), BadRequest (it holds cards or
            subcolumns, without force; or the board's last).
    """
    access = authorize_board(unit, board_id, SpaceRole.ADMIN)
    column = _column(unit, column_id)
    if column.board_id != board_id or column.column_id is not None:
        raise NotFound
    everything = boards.columns_of(unit.tx, access.board)
    has_subcolumns = any(below.column_id == column_id for below in everything)
    if not unwrap(validated).force and (
        has_subcolumns or holds_cards(unit, "column_id", column_id)
    ):
        raise BadRequest(ErrorId.FORCE_NEEDED, "Column should be deleted with force")
    if sum(other.column_id is None for other in everything) == 1:
        raise RuleViolation(ErrorId.LAST_COLUMN, 1, "Last column of the board can't be deleted")
    for below in everything:
        if below.column_id == column_id:
            _erase_column(unit, access, below)
    _erase_column(unit, access, column)
    return column_id


def list_subcolumns(unit: UnitOfWork, column_id: int, validated: Validated[None]) -> list[Column]:
    """Return the subcolumns of a column, in order.

    Raises:
        KadenceError: NotFound (or unreadable), BadRequest.
    """
    access, column = _parent(unit, column_id, SpaceRole.READER)
    unwrap(validated)
    everything = boards.columns_of(unit.tx, access.board)
    return [below for below in everything if below.column_id == column.id]


def create_subcolumn(
    unit: UnitOfWork, column_id: int, validated: Validated[CreateColumn]
) -> Column:
    """Add a subcolumn to a first-level column.

    Raises:
        KadenceError: NotFound (or unreadable), Forbidden (no admin), BadRequest.
    """
    access, column = _parent(unit, column_id, SpaceRole.ADMIN)
    return add_column(unit, access.space_uid, access.board, unwrap(validated), column.id)


def change_subcolumn(
    unit: UnitOfWork, column_id: int, subcolumn_id: int, validated: Validated[ChangeColumn]
) -> Column:
    """Change a subcolumn; its type says nothing of its cards' state.

    Raises:
        KadenceError: NotFound (or unreadable), Forbidden (no admin), BadRequest.
    """
    access, column = _parent(unit, column_id, SpaceRole.ADMIN)
    below = _column(unit, subcolumn_id)
    if below.column_id != column.id:
        raise NotFound
    return _store_column(unit, access, below, unwrap(validated))


def delete_subcolumn(
    unit: UnitOfWork, column_id: int, subcolumn_id: int, validated: Validated[DeletePart]
) -> int:
    """Delete a subcolumn with its cards.

    Raises:
        KadenceError: NotFound (or unreadable), Forbidden (no admin), BadRequest (it holds cards,
            without force).
    """
    access, column = _parent(unit, column_id, SpaceRole.ADMIN)
    below = _column(unit, subcolumn_id)
    if below.column_id != column.id:
        raise NotFound
    if not unwrap(validated).force and holds_cards(unit, "column_id", below.id):
        raise BadRequest(ErrorId.FORCE_NEEDED, "Column should be deleted with force")
    _erase_column(unit, access, below)
    return subcolumn_id


def list_lanes(unit: UnitOfWork, board_id: int, query: Validated[Sequence[int]]) -> list[Lane]:
    """Return the lanes of a board in one of these conditions, in order.

    Raises:
        KadenceError: NotFound (or unreadable), BadRequest.
    """
    access = authorize_board(unit, board_id, SpaceRole.READER)
    conditions = unwrap(query)
    return [lane for lane in boards.lanes_of(unit.tx, access.board) if lane.condition in conditions]


def create_lane(unit: UnitOfWork, board_id: int, validated: Validated[CreateLane]) -> Lane:
    """Add a lane to a board.

    Raises:
        KadenceError: NotFound (or unreadable), Forbidden (no admin), BadRequest.
    """
    access = authorize_board(unit, board_id, SpaceRole.ADMIN)
    return add_lane(unit, access.space_uid, access.board, unwrap(validated))


def change_lane(
    unit: UnitOfWork, board_id: int, lane_id: int, validated: Validated[ChangeLane]
) -> Lane:
    """Change a lane, archive it or bring it back.

    Raises:
        KadenceError: NotFound (or unreadable), Forbidden (no admin), BadRequest (also archiving the
            board's last live lane).
    """
    access = authorize_board(unit, board_id, SpaceRole.ADMIN)
    lane = _lane(unit, access, lane_id)
    new = changed(lane, unwrap(validated))
    if new == lane:
        return lane
    if new.condition != Condition.LIVE and lane.condition == Condition.LIVE:
        _demand_another_lane(unit, access)
    before, after = differences(lane, new)
    stored = boards.LANES.update(unit.tx, lane, after | {"updated": unit.now})
    payload = {"id": lane.id, "old": before, "new": after}
    unit.record(events.LANE_CHANGED, payload, space_uid=access.space_uid)
    return stored


def delete_lane(
    unit: UnitOfWork, board_id: int, lane_id: int, validated: Validated[DeletePart]
) -> int:
    """Delete a lane with its cards.

    Raises:
        KadenceError: NotFound (or unreadable), Forbidden (no admin), BadRequest (it holds cards,
            without force; or the board's last).
    """
    access = authorize_board(unit, board_id, SpaceRole.ADMIN)
    lane = _lane(unit, access, lane_id)
    if not unwrap(validated).force and holds_cards(unit, "lane_id", lane_id):
        raise BadRequest(ErrorId.FORCE_NEEDED, "Lane should be deleted with force")
    if lane.condition == Condition.LIVE:
        _demand_another_lane(unit, access)
    found = cards.standing_in(unit.tx, lane.company_id, "lane_id", lane.id)
    delete_cards(unit, access.space_uid, found)
    gone = {"condition": Condition.DELETED.value, "updated": unit.now}
    boards.LANES.update(unit.tx, lane, gone)
    unit.record(events.LANE_DELETED, {"id": lane.id}, space_uid=access.space_uid)
    return lane_id


def add_column(
    unit: UnitOfWork, space_uid: str, board: Board, new: CreateColumn, parent_id: int | None = None
) -> Column:
    """Add a column to a board that the actor may administer, or below one of its columns."""
    column = boards.COLUMNS.insert(
        unit.tx,
        made(
            Column,
            new,
            id=0,
            uid=unit.new_id(),
            company_id=board.company_id,
            board_id=board.id,
            column_id=parent_id,
            sort_order=new.sort_order or _behind_columns(unit, space_uid, board),
            deleted_at=None,
            created=unit.now,
            updated=unit.now,
        ),
    )
    unit.record(events.COLUMN_CREATED, column, space_uid=space_uid)
    return column


def add_lane(unit: UnitOfWork, space_uid: str, board: Board, new: CreateLane) -> Lane:
    """Add a lane to a board that the actor may administer."""
    lane = boards.LANES.insert(
        unit.tx,
        made(
            Lane,
            new,
            id=0,
            uid=unit.new_id(),
            company_id=board.company_id,
            board_id=board.id,
            sort_order=new.sort_order or _behind_lanes(unit, space_uid, board),
            condition=Condition.LIVE.value,
            created=unit.now,
            updated=unit.now,
        ),
    )
    unit.record(events.LANE_CREATED, lane, space_uid=space_uid)
    return lane


def _behind_columns(unit: UnitOfWork, space_uid: str, board: Board) -> float:
    def store(column: Column, place: float) -> None:
        _place_part(unit, boards.COLUMNS, events.COLUMN_CHANGED, space_uid, column, place)

    order = boards.next_column_order(unit.tx, board)
    return behind_all(order, lambda: boards.columns_of(unit.tx, board), store)


def _behind_lanes(unit: UnitOfWork, space_uid: str, board: Board) -> float:
    def store(lane: Lane, place: float) -> None:
        _place_part(unit, boards.LANES, events.LANE_CHANGED, space_uid, lane, place)

    order = boards.next_lane_order(unit.tx, board)
    return behind_all(order, lambda: boards.lanes_of(unit.tx, board), store)


def _place_part(
    unit: UnitOfWork,
    table: TableGateway[Part],
    kind: str,
    space_uid: str,
    part: Part,
    place: float,
) -> None:
    table.update(unit.tx, part, {"sort_order": place, "updated": unit.now})
    change = {"old": {"sort_order": part.sort_order}, "new": {"sort_order": place}}
    unit.record(kind, {"id": part.id, **change}, space_uid=space_uid)


def _column(unit: UnitOfWork, column_id: int) -> Column:
    column = boards.COLUMNS.find(unit.tx, unit.actor.company_id, column_id)
    if column is None or column.deleted_at is not None:
        raise NotFound
    return column


def _parent(unit: UnitOfWork, column_id: int, need: SpaceRole) -> tuple[BoardAccess, Column]:
    """Return a first-level column with the access to its board."""
    column = _column(unit, column_id)
    access = authorize_board(unit, column.board_id, need)
    if column.column_id is not None:
        raise NotFound
    return access, column


def _lane(unit: UnitOfWork, access: BoardAccess, lane_id: int) -> Lane:
    lane = boards.LANES.find(unit.tx, unit.actor.company_id, lane_id)
    if lane is None or lane.board_id != access.board.id or lane.condition == Condition.DELETED:
        raise NotFound
    return lane


def _demand_another_lane(unit: UnitOfWork, access: BoardAccess) -> None:
    lanes = boards.lanes_of(unit.tx, access.board)
    if sum(lane.condition == Condition.LIVE for lane in lanes) == 1:
        raise RuleViolation(
            ErrorId.LAST_LANE, 1, "Last lane of the board can't be deleted or archived"
        )


def _store_column(
    unit: UnitOfWork, access: BoardAccess, old: Column, change: ChangeColumn
) -> Column:
    new = changed(old, change)
    if new == old:
        return old
    before, after = differences(old, new)
    stored = boards.COLUMNS.update(unit.tx, old, after | {"updated": unit.now})
    payload = {"id": old.id, "old": before, "new": after}
    unit.record(events.COLUMN_CHANGED, payload, space_uid=access.space_uid)
    if "type" in after and old.column_id is None:
        everything = boards.columns_of(unit.tx, access.board)
        within = [c.id for c in everything if old.id in (c.id, c.column_id)]
        change_states(unit, access.space_uid, within, ColumnType(new.type))
    return stored


def _erase_column(unit: UnitOfWork, access: BoardAccess, column: Column) -> None:
    found = cards.standing_in(unit.tx, column.company_id, "column_id", column.id)
    delete_cards(unit, access.space_uid, found)
    boards.COLUMNS.update(unit.tx, column, {"deleted_at": unit.now, "updated": unit.now})
    unit.record(events.COLUMN_DELETED, {"id": column.id}, space_uid=access.space_uid)

"""Boards, the spaces that show them, their columns and lanes as rows."""

from collections.abc import Sequence

from msgspec import Struct
from sqlalchemy import Table, bindparam, func, select

from kadence.domain.access import Actor, SpaceAccess
from kadence.domain.model import (
    Board,
    Column,
    Condition,
    Lane,
    Placement,
)
from kadence.storage.schema import (
    boards,
    columns,
    lanes,
    placements,
    spaces,
)
from kadence.storage.spaces import ACCESS_COLUMNS, OWN_MEMBERSHIP
from kadence.storage.table_gateway import TableGateway
from kadence.storage.transactions import (
    InQuery,
    Query,
    Row,
    Statement,
    Transaction,
    after_last,
)

BOARDS = TableGateway(boards, Board)
PLACEMENTS = TableGateway(
    placements, Placement, ("company_id", "space_id", "board_id"), numbered=False
)
COLUMNS = TableGateway(columns, Column)
LANES = TableGateway(lanes, Lane)


def _behind_all(table: Table, owner: str) -> Statement:
    """Return the sort_order behind all rows of `table` that belong to one owner."""
    return Statement(
        select(
            after_last(
                table.c.sort_order,
                table.c.company_id == bindparam("company_id"),
                table.c[owner] == bindparam("owner_id"),
            )
        )
    )


_NEXT_BOARD = _behind_all(boards, "space_id")
_NEXT_COLUMN = _behind_all(columns, "board_id")
_NEXT_LANE = _behind_all(lanes, "board_id")
_PRIMARY_IN = Statement(
    select(*BOARDS.columns)
    .where(
        boards.c.company_id == bindparam("company_id"),
        boards.c.space_id == bindparam("space_id"),
        boards.c.deleted_at.is_(None),
    )
    .order_by(boards.c.sort_order, boards.c.id)
)
_PLACEMENTS_OF_BOARD = Statement(
    select(*PLACEMENTS.columns).where(
        placements.c.company_id == bindparam("company_id"),
        placements.c.board_id == bindparam("board_id"),
    )
)
_COLUMNS_OF = Statement(
    select(*COLUMNS.columns)
    .where(
        columns.c.company_id == bindparam("company_id"),
        columns.c.board_id == bindparam("board_id"),
        columns.c.deleted_at.is_(None),
    )
    .order_by(columns.c.sort_order, columns.c.id)
)
_PARENT = columns.alias("parent")
_COLUMN_AND_TYPE = Statement(
    # A subcolumn's cards have the state of the column that it is a part of.
    select(*COLUMNS.columns, func.coalesce(_PARENT.c.type, columns.c.type))
    .outerjoin_from(columns, _PARENT, _PARENT.c.id == columns.c.column_id)
    .where(
        columns.c.company_id == bindparam("company_id"),
        columns.c.board_id == bindparam("board_id"),
        columns.c.id == bindparam("column_id"),
        columns.c.deleted_at.is_(None),
    )
)
_LANES_OF = Statement(
    select(*LANES.columns)
    .where(lanes.c.company_id == bindparam("company_id"), lanes.c.board_id == bindparam("board_id"))
    .order_by(lanes.c.sort_order, lanes.c.id)
)


def next_board_order(tx: Transaction, company_id: int, space_id: int) -> float:
    """Return the sort_order that puts a board behind all others of the space."""
    return float(tx.scalar(_NEXT_BOARD, {"company_id": company_id, "owner_id": space_id}))


def next_column_order(tx: Transaction, board: Board) -> float:
    """Return the sort_order that puts a column behind all others of the board."""
    return float(tx.scalar(_NEXT_COLUMN, {"company_id": board.company_id, "owner_id": board.id}))


def next_lane_order(tx: Transaction, board: Board) -> float:
    """Return the sort_order that puts a lane behind all others of the board."""
    return float(tx.scalar(_NEXT_LANE, {"company_id": board.company_id, "owner_id": board.id}))


def primary_in(tx: Transaction, company_id: int, space_id: int) -> list[Board]:
    """Return the boards that are primary in a space, in order."""
    return BOARDS.all(tx, _PRIMARY_IN, company_id=company_id, space_id=space_id)


class VisiblePlacement(Struct, frozen=True, gc=False):
    """A space that shows a board."""

    board_id: int
    title: str
    access: SpaceAccess


PLACEMENT_COLUMNS = (placements.c.board_id, spaces.c.title, *ACCESS_COLUMNS)
"""What makes a VisiblePlacement, of placements and spaces beside OWN_MEMBERSHIP."""


def visible_placement(row: Row) -> VisiblePlacement:
    """Return what a row of PLACEMENT_COLUMNS says."""
    return VisiblePlacement(row[0], row[1], SpaceAccess(*row[2:]))


_PLACEMENTS_SHOWING = InQuery(
    select(*PLACEMENT_COLUMNS)
    .join_from(placements, spaces, spaces.c.id == placements.c.space_id)
    .outerjoin(*OWN_MEMBERSHIP)
    .where(placements.c.company_id == bindparam("company_id"), spaces.c.deleted_at.is_(None))
    .order_by(spaces.c.id),
    placements.c.board_id,
    visible_placement,
)


def visible_placements(actor: Actor, board_ids: Sequence[int]) -> Query[VisiblePlacement]:
    """Return the living spaces that show these boards."""
    return _PLACEMENTS_SHOWING.query(board_ids, company_id=actor.company_id, user_id=actor.user_id)


def placements_of(tx: Transaction, company_id: int, board_id: int) -> list[Placement]:
    """Return which spaces show the board."""
    return PLACEMENTS.all(tx, _PLACEMENTS_OF_BOARD, company_id=company_id, board_id=board_id)


def columns_of(tx: Transaction, board: Board) -> list[Column]:
    """Return the board's columns and subcolumns, in order."""
    return COLUMNS.all(tx, _COLUMNS_OF, company_id=board.company_id, board_id=board.id)


def find_column(tx: Transaction, board: Board, column_id: int) -> tuple[Column, int] | None:
    """Return the board's live column or subcolumn with this id, and the type of its cards."""
    values = {"company_id": board.company_id, "board_id": board.id, "column_id": column_id}
    row = tx.first(_COLUMN_AND_TYPE, values)
    return (Column(*row[:-1]), row[-1]) if row else None


def lanes_of(tx: Transaction, board: Board) -> list[Lane]:
    """Return the board's lanes in order, archived and deleted ones too."""
    return LANES.all(tx, _LANES_OF, company_id=board.company_id, board_id=board.id)


def _in_space(row: Row) -> tuple[int, Board]:
    return row[0], Board(*row[1:])


_IN_SPACES = InQuery(
    select(placements.c.space_id, *BOARDS.columns)
    .join_from(placements, boards, boards.c.id == placements.c.board_id)
    .where(placements.c.company_id == bindparam("company_id"), boards.c.deleted_at.is_(None))
    .order_by(boards.c.sort_order, boards.c.id),
    placements.c.space_id,
    _in_space,
)


def in_spaces(company_id: int, space_ids: Sequence[int]) -> Query[tuple[int, Board]]:
    """Return the living boards that these spaces show, each beside the space's id, in order."""
    return _IN_SPACES.query(space_ids, company_id=company_id)


_COLUMNS_OF_BOARDS = InQuery(
    select(*COLUMNS.columns)
    .where(columns.c.company_id == bindparam("company_id"), columns.c.deleted_at.is_(None))
    .order_by(columns.c.sort_order, columns.c.id),
    columns.c.board_id,
    lambda row: Column(*row),
)
_LANES_OF_BOARDS = InQuery(
    select(*LANES.columns)
    .where(lanes.c.company_id == bindparam("company_id"), lanes.c.condition == Condition.LIVE.value)
    .order_by(lanes.c.sort_order, lanes.c.id),
    lanes.c.board_id,
    lambda row: Lane(*row),
)


def parts_of(company_id: int, board_ids: Sequence[int]) -> tuple[Query[Column], Query[Lane]]:
    """Return the living columns and lanes of these boards, each in its order."""
    return (
        _COLUMNS_OF_BOARDS.query(board_ids, company_id=company_id),
        _LANES_OF_BOARDS.query(board_ids, company_id=company_id),
    )

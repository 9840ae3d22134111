"""Boards with their columns and lanes as rows."""

from collections.abc import Sequence

from msgspec import Struct
from msgspec.structs import asdict, replace
from sqlalchemy import Table, bindparam, insert, select

from kadence.domain.model import Board, Column, Lane
from kadence.storage.engine import (
    Statement,
    Transaction,
    after_last,
    bound,
    record_columns,
)
from kadence.storage.schema import boards, columns, lanes

_INSERT_BOARD = Statement(
    insert(boards)
    .values(
        bound(
            boards,
            *(f for f in Board.__struct_fields__ if f not in ("id", "sort_order")),
        )
        | {
            "sort_order": after_last(
                boards.c.sort_order,
                boards.c.company_id == bindparam("company_id"),
                boards.c.space_id == bindparam("space_id"),
            )
        }
    )
    .returning(boards.c.id, boards.c.sort_order)
)
_INSERT_COLUMN = Statement(
    insert(columns)
    .values(bound(columns, *(f for f in Column.__struct_fields__ if f != "id")))
    .returning(columns.c.id)
)
_INSERT_LANE = Statement(
    insert(lanes)
    .values(bound(lanes, *(f for f in Lane.__struct_fields__ if f != "id")))
    .returning(lanes.c.id)
)


def insert_board(tx: Transaction, board: Board) -> Board:
    """Add a board behind the others of its space; answers it with its id and sort_order."""
    values = asdict(board)
    del values["id"], values["sort_order"]
    row = tx.first(_INSERT_BOARD, values)
    assert row is not None  # noqa: S101 - INSERT ... RETURNING gives the row that it made
    return replace(board, id=row[0], sort_order=row[1])


def insert_column(tx: Transaction, column: Column) -> Column:
    """Add a column; answers it with its id."""
    values = asdict(column)
    del values["id"]
    return replace(column, id=tx.scalar(_INSERT_COLUMN, values))


def insert_lane(tx: Transaction, lane: Lane) -> Lane:
    """Add a lane; answers it with its id."""
    values = asdict(lane)
    del values["id"]
    return replace(lane, id=tx.scalar(_INSERT_LANE, values))


def of_spaces(
    tx: Transaction, company_id: int, space_ids: Sequence[int]
) -> tuple[list[Board], list[Column], list[Lane]]:
    """The boards of these spaces with their columns and lanes, each in its order."""
    found = [Board(*row) for row in tx.all(_in(boards, Board, "space_id", company_id, space_ids))]
    ids = [board.id for board in found]
    return (
        found,
        [Column(*row) for row in tx.all(_in(columns, Column, "board_id", company_id, ids))],
        [Lane(*row) for row in tx.all(_in(lanes, Lane, "board_id", company_id, ids))],
    )


def _in(
    table: Table, record: type[Struct], owner: str, company_id: int, ids: Sequence[int]
) -> Statement:
    """The rows of `table` whose `owner` is one of `ids`, in their order."""
    return Statement(
        select(*record_columns(table, record))
        .where(table.c.company_id == company_id, table.c[owner].in_(ids))
        .order_by(table.c.sort_order, table.c.id)
    )

"""The statements of a copy that each kind of database runs in its own way."""

from typing import Any

from sqlalchemy import TableClause, func, select
from sqlalchemy.sql import ColumnElement

from kadence.storage.dialects import Bytewise
from kadence.storage.transactions import Statement

ROWS_AT_ONCE = 1000
"""Rows of a copy that are in memory."""


def all_rows(table: TableClause) -> Statement:
    """Return the SELECT of all rows, in the order of their keys."""
    key: list[ColumnElement[Any]] = list(table.primary_key) or [table.c.rowid]
    # Both engines must give the same order.
    order: list[ColumnElement[Any]] = [
        Bytewise(column) if column.type.python_type is str else column for column in key
    ]
    return Statement(select(*table.c).order_by(*order))


def count_of(table: TableClause) -> Statement:
    """Return the SELECT of how many rows there are."""
    return Statement(select(func.count()).select_from(table))

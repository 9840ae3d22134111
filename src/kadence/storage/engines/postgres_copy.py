"""One end of a copy that is a database of a PostgreSQL server."""

from collections.abc import Iterable, Iterator
from typing import Any

import psycopg
from sqlalchemy import TableClause, func, select

from kadence.storage.engines.copy_statements import ROWS_AT_ONCE, all_rows, count_of
from kadence.storage.engines.postgres_connections import DIALECT
from kadence.storage.schema import metadata
from kadence.storage.transactions import Row, Statement


class PostgresCopy:
    """See CopySide."""

    def __init__(self, connection: psycopg.Connection[tuple[Any, ...]]) -> None:
        self._connection = connection

    def rows(self, table: TableClause) -> Iterator[Row]:
        """See CopySide.rows."""
        statement = all_rows(table).compiled(DIALECT)
        with self._connection.cursor("kadence_rows") as cursor:
            cursor.itersize = ROWS_AT_ONCE
            cursor.execute(*statement.filled())
            yield from cursor

    def count(self, table: TableClause) -> int:
        """See CopySide.count."""
        statement = count_of(table).compiled(DIALECT)
        row = self._connection.execute(*statement.filled()).fetchone()
        return int(row[0]) if row else 0

    def begin_filling(self) -> None:
        """See CopySide.begin_filling."""
        self._alter_references("DEFERRABLE INITIALLY DEFERRED")
        self._connection.execute("DELETE FROM revisions")

    def _alter_references(self, how: str) -> None:
        for table in metadata.sorted_tables:
            for reference in table.foreign_key_constraints:
                self._connection.execute(
                    f"ALTER TABLE {table.name} ALTER CONSTRAINT {reference.name} {how}"
                )

    def fill(self, table: TableClause, rows: Iterable[Row]) -> None:
        """See CopySide.fill."""
        names = ", ".join(column.name for column in table.c)
        name = table.name
        with self._connection.cursor().copy(f"COPY {name} ({names}) FROM STDIN") as copying:
            for row in rows:
                copying.write_row(row)

    def last_id(self, name: str) -> int:
        """See CopySide.last_id."""
        if name not in _NUMBERED:
            return 0
        row = self._connection.execute(
            "SELECT last_value FROM pg_sequences WHERE schemaname = current_schema()"
            " AND sequencename = %s",
            (f"{name}_{_NUMBERED[name]}_seq",),
        ).fetchone()
        return int(row[0]) if row and row[0] else 0

    def end_filling(self, last_ids: dict[str, int]) -> None:
        """See CopySide.end_filling."""
        self._connection.execute("SET CONSTRAINTS ALL IMMEDIATE")
        self._alter_references("NOT DEFERRABLE")
        for name, key in _NUMBERED.items():
            table = metadata.tables[name]
            statement = Statement(select(func.max(table.c[key]))).compiled(DIALECT)
            row = self._connection.execute(*statement.filled()).fetchone()
            last = max(last_ids[name], row[0] or 0 if row else 0)
            if last:
                self._connection.execute(
                    "SELECT setval(pg_get_serial_sequence(%s, %s), %s)", (name, key, last)
                )
        self._connection.execute("COMMIT")


_NUMBERED = {
    table.name: table.autoincrement_column.name
    for table in metadata.sorted_tables
    if table.autoincrement_column is not None
}
"""Tables that number their rows, with the column that holds the number."""

"""What SQLAlchemy asks of a driver (PEP 249), over APSW: for migrations and inspection alone.

The standard library's driver has a SQLite of its own, and two of them in one process do not see
each other's locks on a file (sqlite.org/howtocorrupt.html, 2.2.1).
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import apsw

apilevel, threadsafety, paramstyle = "2.0", 1, "qmark"
sqlite_version_info = tuple(map(int, apsw.sqlite_lib_version().split(".")))
Binary = bytes

Error = apsw.Error
DatabaseError = OperationalError = IntegrityError = InternalError = apsw.Error
DataError = InterfaceError = NotSupportedError = apsw.Error


class ProgrammingError(apsw.Error):
    """A use of the driver that makes no sense; APSW tells those apart in ways of its own."""


class Cursor:
    """A cursor of PEP 249."""

    arraysize = 1

    def __init__(self, connection: apsw.Connection) -> None:
        self._connection = connection
        self._cursor = connection.cursor()
        # Once a statement has ended, as one without rows does at once, its columns are forgotten.
        self._cursor.exec_trace = self._note_columns
        self.description: Sequence[Any] | None = None
        self.rowcount = -1

    @property
    def lastrowid(self) -> int:
        """The id of the row that was added last."""
        return self._connection.last_insert_rowid()

    def execute(self, sql: str, parameters: Sequence[Any] = ()) -> None:
        """Run a statement, until its first row if it has any."""
        before = self._connection.total_changes()
        self._cursor.execute(sql, tuple(parameters))
        self.rowcount = self._connection.total_changes() - before

    def _note_columns(self, cursor: apsw.Cursor, _sql: str, _bindings: object) -> bool:
        columns = cursor.get_description()
        self.description = [(name, *[None] * 6) for name, *_ in columns] or None
        return True

    def executemany(self, sql: str, rows: Iterable[Sequence[Any]]) -> None:
        """Run a statement once for each of these sets of parameters."""
        before = self._connection.total_changes()
        self._cursor.executemany(sql, map(tuple, rows))
        self.rowcount = self._connection.total_changes() - before

    def fetchone(self) -> Any:
        """Return the next row, or None."""
        return self._cursor.fetchone()

    def fetchmany(self, size: int = 1) -> list[Any]:
        """Return at most so many of the rows left."""
        return [row for row, _ in zip(self._cursor, range(size), strict=False)]

    def fetchall(self) -> list[Any]:
        """Return all the rows left."""
        return self._cursor.fetchall()

    def close(self) -> None:
        """Let the cursor go."""
        self._cursor.close(force=True)


class Connection:
    """A connection of PEP 249, whose transactions others begin."""

    isolation_level = None

    def __init__(self, connection: apsw.Connection) -> None:
        self._connection = connection

    def cursor(self) -> Cursor:
        """Return a new cursor."""
        return Cursor(self._connection)

    def create_function(
        self, name: str, count: int, function: Callable[..., Any], *, deterministic: bool
    ) -> None:
        """Make a function known to SQL."""
        self._connection.create_scalar_function(name, function, count, deterministic=deterministic)

    def commit(self) -> None:
        """Commit the transaction, if there is one."""
        if self._connection.in_transaction:
            self._connection.execute("COMMIT")

    def rollback(self) -> None:
        """Undo the transaction, if there is one."""
        if self._connection.in_transaction:
            self._connection.execute("ROLLBACK")

    def close(self) -> None:
        """Let the connection go."""
        self._connection.close()

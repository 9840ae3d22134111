"""Copies of database files: as one end of a copy row by row, and page by page."""

import contextlib
from collections.abc import Iterable, Iterator
from pathlib import Path

import apsw
from sqlalchemy import TableClause, insert

from kadence.domain.errors import StorageUnusable
from kadence.storage.engines.copy_statements import all_rows, count_of
from kadence.storage.engines.sqlite_connections import DIALECT, connect, translated
from kadence.storage.transactions import Row, Statement


class SqliteCopy:
    """See CopySide."""

    def __init__(self, connection: apsw.Connection) -> None:
        self._connection = connection

    def rows(self, table: TableClause) -> Iterator[Row]:
        """See CopySide.rows."""
        return self._connection.execute(*all_rows(table).compiled(DIALECT).filled())

    def count(self, table: TableClause) -> int:
        """See CopySide.count."""
        (row,) = self._connection.execute(*count_of(table).compiled(DIALECT).filled())
        return int(row[0])

    def begin_filling(self) -> None:
        """See CopySide.begin_filling; nothing is checked before the end."""
        self._connection.execute("DELETE FROM revisions")

    def fill(self, table: TableClause, rows: Iterable[Row]) -> None:
        """See CopySide.fill."""
        names = [column.name for column in table.c]
        made = Statement(insert(table)).compiled(DIALECT)
        values = (made.bind(dict(zip(names, row, strict=True))) for row in rows)
        self._connection.executemany(made.sql, values)

    def last_id(self, name: str) -> int:
        """See CopySide.last_id."""
        found = self._connection.execute(
            "SELECT seq FROM sqlite_sequence WHERE name = ?", (name,)
        ).fetchone()
        return int(found[0]) if found else 0

    def end_filling(self, last_ids: dict[str, int]) -> None:
        """See CopySide.end_filling."""
        if self._connection.execute("PRAGMA foreign_key_check").fetchone():
            raise StorageUnusable("a row refers to one that is not there; nothing was kept")
        for name, last in last_ids.items():
            if last:
                self._connection.execute("DELETE FROM sqlite_sequence WHERE name = ?", (name,))
                self._connection.execute("INSERT INTO sqlite_sequence VALUES (?, ?)", (name, last))
        self._connection.execute("COMMIT")


def copy_file(source: Path, target: Path) -> None:
    """Copy a database file page by page, beside whoever writes to it.

    Raises:
        StorageError: it is damaged, or one of the two cannot be used; there is no copy then.
    """
    with removed_on_failure(target):
        reading = connect(source, read_only=True)
        try:
            writing = connect(target, create=True)
            with contextlib.closing(writing):
                with writing.backup("main", reading, "main") as backup:
                    backup.step()
                writing.execute(_ONE_FILE)
                ((damage,), *_) = writing.execute("PRAGMA integrity_check")
            if damage != "ok":
                raise StorageUnusable(f"{source} is damaged: {damage}")
        except apsw.Error as error:
            raise translated(error, f"{source} to {target}") from error
        finally:
            reading.close()


_ONE_FILE = "PRAGMA journal_mode=DELETE"
"""So that there is one file, whole and durable, that can be carried about."""


def as_one_file(file: Path) -> None:
    """Take what is in the log of a file, which nobody has open, into the file itself.

    Raises:
        StorageError: it cannot be used.
    """
    connection = connect(file)
    try:
        connection.execute(_ONE_FILE)
    except apsw.Error as error:
        raise translated(error, str(file)) from error
    finally:
        connection.close()


@contextlib.contextmanager
def removed_on_failure(file: Path) -> Iterator[None]:
    """Remove a database file that could not be finished."""
    try:
        yield
    except BaseException:
        for part in (file, *(file.with_name(file.name + end) for end in ("-wal", "-shm"))):
            part.unlink(missing_ok=True)
        raise

"""Carries whole databases: from one engine to another, into a backup file and back."""

import contextlib
import hashlib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import apsw
import msgspec
import psycopg
from msgspec import Struct
from sqlalchemy import TableClause, func, insert, select
from sqlalchemy.sql import ColumnElement

from kadence.domain.errors import StorageUnusable
from kadence.storage import migrate, postgres, postgres_server, sqlite
from kadence.storage.claims import refuse_claimed
from kadence.storage.dialects import Bytewise
from kadence.storage.engine import Row, Statement
from kadence.storage.location import Location, PostgresServer, SqliteFile
from kadence.storage.revision import check_revision, revision_of
from kadence.storage.schema import REVISION, card_search, companies, metadata

ROWS_AT_ONCE = 1000

Progress = Callable[[str, int, int], None]
"""Told after every so many rows: the table, rows of it carried by now, and rows in it in all."""

TABLES: dict[str, TableClause] = {
    **{table.name: table for table in metadata.sorted_tables},
    card_search.name: card_search,
}
"""Every table with rows of ours, those that others refer to first."""

_encode = msgspec.msgpack.Encoder().encode


class Carried(Struct, frozen=True):
    """What was carried of one table, and the SHA-256 of its rows in the order of their keys."""

    table: str
    rows: int
    checksum: str


def copy(source: Location, target: Location, progress: Progress) -> list[Carried]:
    """Carry all rows of a database into one that holds none, and compare both row by row.

    It is the source as it was at one moment, so whoever still serves it should be stopped before.
    The target gets the schema if it has none, and all rows in one transaction.

    Raises:
        StorageError: the source's schema is not this program's, the target holds data (nothing is
            overwritten), or what arrived is not what was sent (nothing is kept).
    """
    check_revision(source)
    if isinstance(target, SqliteFile):
        refuse_claimed(target.path)
    migrate.prepare(target)
    with _opened(source) as sender, _opened(target, filled=True) as receiver:
        receiver.begin_filling()
        if receiver.count(companies):
            raise StorageUnusable(f"{target} holds data already; nothing was overwritten")
        sent = [_carry(name, sender, receiver, progress) for name in TABLES]
        last_ids = {name: sender.last_id(name) for name in TABLES}
        for carried in sent:
            arrived = _checksum(receiver.rows(TABLES[carried.table]))
            if arrived != (carried.rows, carried.checksum):
                raise StorageUnusable(f"{carried.table} arrived in {target} other than it was sent")
        receiver.end_filling(last_ids)
    return sent


def _carry(name: str, sender: "_Side", receiver: "_Side", progress: Progress) -> Carried:
    table = TABLES[name]
    total = sender.count(table)
    digest = hashlib.sha256()
    done = 0
    progress(name, 0, total)

    def passing() -> Iterator[Row]:
        nonlocal done
        for row in sender.rows(table):
            digest.update(_as_bytes(row))
            done += 1
            if done % ROWS_AT_ONCE == 0:
                progress(name, done, total)
            yield row

    receiver.fill(table, passing())
    progress(name, done, total)
    return Carried(name, done, digest.hexdigest())


def _checksum(rows: Iterable[Row]) -> tuple[int, str]:
    digest, count = hashlib.sha256(), 0
    for row in rows:
        digest.update(_as_bytes(row))
        count += 1
    return count, digest.hexdigest()


def _as_bytes(row: Row) -> bytes:
    # SQLite knows no negative zero.
    return _encode([value + 0.0 if type(value) is float else value for value in row])


def _all_rows(table: TableClause) -> Statement:
    key: list[ColumnElement[Any]] = list(table.primary_key) or [table.c.rowid]
    # Both engines must give the same order.
    order: list[ColumnElement[Any]] = [
        Bytewise(column) if column.type.python_type is str else column for column in key
    ]
    return Statement(select(*table.c).order_by(*order))


class _Side:
    """One end of a copy: a connection with a transaction, seen as tables of rows."""

    def rows(self, table: TableClause) -> Iterator[Row]:
        """Return all rows by key, not all at once in memory."""
        raise NotImplementedError

    def count(self, table: TableClause) -> int:
        """Return how many rows there are."""
        raise NotImplementedError

    def begin_filling(self) -> None:
        """Let rows come before those that they refer to."""
        raise NotImplementedError

    def fill(self, table: TableClause, rows: Iterator[Row]) -> None:
        """Add these rows."""
        raise NotImplementedError

    def last_id(self, name: str) -> int:
        """Return the largest id that a table has given out by itself; 0 when it gives out none."""
        raise NotImplementedError

    def end_filling(self, last_ids: dict[str, int]) -> None:
        """Check all references, go on numbering from there, and commit."""
        raise NotImplementedError


@contextlib.contextmanager
def _opened(location: Location, *, filled: bool = False) -> Iterator[_Side]:
    if isinstance(location, SqliteFile):
        connection = sqlite.connect(location.path)
        try:
            connection.execute("PRAGMA foreign_keys=OFF")
            connection.execute("BEGIN IMMEDIATE" if filled else "BEGIN")
            yield _SqliteSide(connection)
        except apsw.Error as error:
            raise sqlite.translated(error, str(location)) from error
        finally:
            connection.close()
        return
    try:
        with postgres_server.connect(location.url) as server:
            server.execute("BEGIN" if filled else "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
            if filled:
                server.execute("SELECT pg_advisory_xact_lock(%s)", (postgres.WRITERS_LOCK,))
            yield _PostgresSide(server)
    except psycopg.Error as error:
        raise postgres_server.translated(error, str(location)) from error


class _SqliteSide(_Side):
    def __init__(self, connection: apsw.Connection) -> None:
        self._connection = connection

    def rows(self, table: TableClause) -> Iterator[Row]:
        return self._connection.execute(*_all_rows(table).compiled(sqlite.DIALECT).filled())

    def count(self, table: TableClause) -> int:
        (row,) = self._connection.execute(*_count(table).compiled(sqlite.DIALECT).filled())
        return int(row[0])

    def begin_filling(self) -> None:
        pass

    def fill(self, table: TableClause, rows: Iterator[Row]) -> None:
        names = [column.name for column in table.c]
        made = Statement(insert(table)).compiled(sqlite.DIALECT)
        values = (made.bind(dict(zip(names, row, strict=True))) for row in rows)
        self._connection.executemany(made.sql, values)

    def last_id(self, name: str) -> int:
        found = self._connection.execute(
            "SELECT seq FROM sqlite_sequence WHERE name = ?", (name,)
        ).fetchone()
        return int(found[0]) if found else 0

    def end_filling(self, last_ids: dict[str, int]) -> None:
        if self._connection.execute("PRAGMA foreign_key_check").fetchone():
            raise StorageUnusable("a row refers to one that is not there; nothing was kept")
        for name, last in last_ids.items():
            if last:
                self._connection.execute("DELETE FROM sqlite_sequence WHERE name = ?", (name,))
                self._connection.execute("INSERT INTO sqlite_sequence VALUES (?, ?)", (name, last))
        self._connection.execute("COMMIT")


class _PostgresSide(_Side):
    def __init__(self, connection: psycopg.Connection[tuple[Any, ...]]) -> None:
        self._connection = connection

    def rows(self, table: TableClause) -> Iterator[Row]:
        statement = _all_rows(table).compiled(postgres.DIALECT)
        with self._connection.cursor("kadence_rows") as cursor:
            cursor.itersize = ROWS_AT_ONCE
            cursor.execute(*statement.filled())
            yield from cursor

    def count(self, table: TableClause) -> int:
        statement = _count(table).compiled(postgres.DIALECT)
        row = self._connection.execute(*statement.filled()).fetchone()
        return int(row[0]) if row else 0

    def begin_filling(self) -> None:
        self._alter_references("DEFERRABLE INITIALLY DEFERRED")

    def _alter_references(self, how: str) -> None:
        for table in metadata.sorted_tables:
            for reference in table.foreign_key_constraints:
                self._connection.execute(
                    f"ALTER TABLE {table.name} ALTER CONSTRAINT {reference.name} {how}"
                )

    def fill(self, table: TableClause, rows: Iterator[Row]) -> None:
        names = ", ".join(column.name for column in table.c)
        name = table.name
        with self._connection.cursor().copy(f"COPY {name} ({names}) FROM STDIN") as copying:
            for row in rows:
                copying.write_row(row)

    def last_id(self, name: str) -> int:
        if name not in _NUMBERED:
            return 0
        row = self._connection.execute(
            "SELECT last_value FROM pg_sequences WHERE schemaname = current_schema()"
            " AND sequencename = %s",
            (f"{name}_{_NUMBERED[name]}_seq",),
        ).fetchone()
        return int(row[0]) if row and row[0] else 0

    def end_filling(self, last_ids: dict[str, int]) -> None:
        self._connection.execute("SET CONSTRAINTS ALL IMMEDIATE")
        self._alter_references("NOT DEFERRABLE")
        for name, key in _NUMBERED.items():
            table = metadata.tables[name]
            statement = Statement(select(func.max(table.c[key]))).compiled(postgres.DIALECT)
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


def _count(table: TableClause) -> Statement:
    return Statement(select(func.count()).select_from(table))


def back_up(source: Location, file: Path) -> None:
    """Write all of a database into a new file, a SQLite database, while it is served.

    Raises:
        StorageError: the file is there already, or one of the two cannot be used.
    """
    _refuse_existing(file)
    if isinstance(source, PostgresServer):
        with _removed_on_failure(file):
            copy(source, SqliteFile(file), lambda *_: None)
        return
    revision_of(source)
    _copy_file(source.path, file)


def restore(file: Path, target: Location, progress: Progress) -> None:
    """Fill a database that is not there, or holds nothing, from a backup.

    Raises:
        StorageError: the target holds data (nothing is overwritten), the backup is damaged or of a
            newer program, or one of the two cannot be used.
    """
    backup = SqliteFile(file)
    if not file.is_file():
        raise StorageUnusable(f"there is no backup {file}")
    if isinstance(target, SqliteFile):
        refuse_claimed(target.path)
        for end in ("", "-wal", "-shm"):
            _refuse_existing(target.path.with_name(target.path.name + end))
        found = revision_of(backup)
        if found is None:
            raise StorageUnusable(f"{file} is no backup of kadence")
        if found > REVISION:
            check_revision(backup)
        _copy_file(file, target.path)
    else:
        copy(backup, target, progress)


def _refuse_existing(file: Path) -> None:
    if file.exists():
        raise StorageUnusable(f"{file} is there already; nothing was overwritten")


def _copy_file(source: Path, target: Path) -> None:
    """Copy a database file page by page, beside whoever writes to it."""
    with _removed_on_failure(target):
        reading = sqlite.connect(source, read_only=True)
        try:
            writing = sqlite.connect(target, create=True)
            with contextlib.closing(writing):
                with writing.backup("main", reading, "main") as backup:
                    backup.step()
                # So that it is one file, whole and durable, that can be carried about.
                writing.execute("PRAGMA journal_mode=DELETE")
                ((damage,), *_) = writing.execute("PRAGMA integrity_check")
            if damage != "ok":
                raise StorageUnusable(f"{source} is damaged: {damage}")
        except apsw.Error as error:
            raise sqlite.translated(error, f"{source} to {target}") from error
        finally:
            reading.close()


@contextlib.contextmanager
def _removed_on_failure(file: Path) -> Iterator[None]:
    try:
        yield
    except BaseException:
        for part in (file, *(file.with_name(file.name + end) for end in ("-wal", "-shm"))):
            part.unlink(missing_ok=True)
        raise

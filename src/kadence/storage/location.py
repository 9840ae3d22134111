"""Where a database is: what its URL says, and the ways to open it that both engines have.

The driver of PostgreSQL is loaded where it is used: it is a tenth of a server's memory.
"""

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import TypeAlias

from msgspec import Struct
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from kadence.domain.errors import StorageUnusable
from kadence.storage.connections import Connection
from kadence.storage.connections import transaction as transaction_on
from kadence.storage.engine import Transaction
from kadence.storage.executor import ThreadedDatabase
from kadence.storage.sqlite import SqliteConnection, SqliteDatabase


class SqliteFile(Struct, frozen=True):
    """A database file."""

    path: Path

    def __str__(self) -> str:
        return str(self.path)


class PostgresServer(Struct, frozen=True):
    """A database of a server; `url` may hold a password, its text never does."""

    url: str

    def __str__(self) -> str:
        from kadence.storage.postgres_server import shown  # noqa: PLC0415

        return shown(self.url)


Location: TypeAlias = SqliteFile | PostgresServer


def locate(url: str) -> Location:
    """Return the place that a database URL names.

    Raises:
        StorageUnusable: it is no URL, or of another kind.
    """
    if url.startswith(("postgresql://", "postgres://")):
        server = PostgresServer(url)
        str(server)
        return server
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        # Not repeated here: it may hold a password.
        raise StorageUnusable(
            "that is no database URL: write sqlite:///file.db for a file here, or "
            "postgresql://user@host/database"
        ) from None
    if parsed.drivername != "sqlite":
        raise StorageUnusable(
            f"databases of kind {parsed.drivername!r} are not supported: use sqlite:///file.db or "
            "postgresql://user@host/database"
        )
    if not parsed.database or parsed.database == ":memory:":
        raise StorageUnusable("the database URL names no file: write sqlite:///file.db")
    return SqliteFile(Path(parsed.database))


def open_database(
    location: Location, *, connections: int = 2, statement_seconds: int = 0
) -> ThreadedDatabase:
    """Open a database whose schema has been checked.

    On PostgreSQL: with so many connections, at least 2, of which one writes, and an end to
    statements that take longer than `statement_seconds`; 0 is no limit.

    Raises:
        StorageError: it cannot be opened.
    """
    if isinstance(location, SqliteFile):
        return SqliteDatabase(location.path)
    from kadence.storage.postgres import PostgresDatabase  # noqa: PLC0415

    return PostgresDatabase(
        location.url, connections=connections, statement_seconds=statement_seconds
    )


@contextlib.contextmanager
def transaction(location: Location) -> Iterator[Transaction]:
    """One write transaction on a connection of its own, committed when the block ends well.

    Raises:
        StorageError: the database cannot be opened, or refused something; nothing was written then.
    """
    with transaction_on(_connection(location, writes=True)) as tx:
        yield tx


@contextlib.contextmanager
def snapshot(location: Location) -> Iterator[Transaction]:
    """The database as it is at one moment, beside whoever writes to it, for as long as it takes.

    Raises:
        StorageError: the database cannot be opened or read.
    """
    with transaction_on(_connection(location, writes=False)) as tx:
        yield tx


def _connection(location: Location, *, writes: bool) -> Connection:
    if isinstance(location, SqliteFile):
        return SqliteConnection(location.path, writes=writes)
    from kadence.storage.postgres import PostgresConnection  # noqa: PLC0415

    return PostgresConnection(location.url, writes=writes, idle_seconds=0)

"""The kinds of databases, and `locate`, which finds the one that a URL names.

PostgreSQL's driver is loaded only for a URL that names one: it is a tenth of a server's memory.
"""

import contextlib
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from kadence.domain.errors import StorageUnusable
from kadence.storage.connections import transaction as transaction_on
from kadence.storage.engines.engine import Engine
from kadence.storage.engines.sqlite import SqliteFile
from kadence.storage.transactions import Transaction

__all__ = ["Engine", "SqliteFile", "locate", "snapshot", "transaction"]


def locate(url: str) -> Engine:
    """Return the database that a URL names.

    Raises:
        StorageUnusable: it is no URL, or of another kind.
    """
    if url.startswith(("postgresql://", "postgres://")):
        from kadence.storage.engines.postgres import PostgresServer  # noqa: PLC0415

        return PostgresServer(url)
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


@contextlib.contextmanager
def transaction(engine: Engine) -> Iterator[Transaction]:
    """One write transaction on a connection of its own, committed when the block ends well.

    Raises:
        StorageError: the database cannot be opened, or refused something; nothing was written then.
    """
    with transaction_on(engine.connection(writes=True)) as tx:
        yield tx


@contextlib.contextmanager
def snapshot(engine: Engine) -> Iterator[Transaction]:
    """The database as it is at one moment, beside whoever writes to it, for as long as it takes.

    Raises:
        StorageError: the database cannot be opened or read.
    """
    with transaction_on(engine.connection(writes=False)) as tx:
        yield tx

"""A database of a PostgreSQL server, which many processes serve."""

import contextlib
from collections.abc import Iterator
from typing import Any, ClassVar

import psycopg
import sqlalchemy
from msgspec import Struct
from sqlalchemy import create_engine
from sqlalchemy.exc import DBAPIError

from kadence.domain.errors import StorageError, StorageUnusable
from kadence.storage.connections import Connection
from kadence.storage.connections import transaction as transaction_on
from kadence.storage.engines.engine import CopySide, Schema
from kadence.storage.engines.postgres_connections import (
    WRITERS_LOCK,
    PostgresConnection,
    PostgresDatabase,
)
from kadence.storage.engines.postgres_copy import PostgresCopy
from kadence.storage.engines.postgres_server import connect, shown, translated
from kadence.storage.transactions import Transaction

MIGRATION_LOCK = WRITERS_LOCK + 1
"""The advisory lock of whoever migrates."""


class PostgresServer(Struct, frozen=True):
    """A database of a server, as Engine; `url` may hold a password.

    Raises:
        StorageUnusable: the URL is not one that libpq understands.
    """

    url: str
    is_shared: ClassVar[bool] = True
    file: ClassVar[None] = None

    def __post_init__(self) -> None:
        shown(self.url)

    def __str__(self) -> str:
        return shown(self.url)

    def exists(self) -> bool:
        """See Engine.exists: what is not there cannot be connected to, which says so."""
        return True

    def refuse_served(self) -> None:
        """See Engine.refuse_served; the writers' lock is enough."""

    def create(self) -> None:
        """See Engine.create: that is createdb's, and its owner's, to do."""

    def schema(self) -> Schema:
        """See Engine.schema."""
        try:
            with connect(self.url) as connection:
                rows = connection.execute(
                    "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p')"
                    " AND relnamespace = current_schema()::regnamespace"
                ).fetchall()
                tables = {str(row[0]) for row in rows}
                if "alembic_version" not in tables:
                    return Schema(tables, None)
                row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
                return Schema(tables, str(row[0]) if row else None)
        except psycopg.Error as error:
            raise translated(error, str(self)) from error

    def open(self, *, connections: int = 2, statement_seconds: int = 0) -> PostgresDatabase:
        """See Engine.open."""
        return PostgresDatabase(
            self.url, connections=connections, statement_seconds=statement_seconds
        )

    def connection(self, *, writes: bool) -> Connection:
        """See Engine.connection."""
        return PostgresConnection(self.url, writes=writes, idle_seconds=0)

    @contextlib.contextmanager
    def examined(self) -> Iterator[tuple[list[str], Transaction]]:
        """See Engine.examined; pages and references are the server's to keep."""
        with transaction_on(self.connection(writes=False)) as tx:
            yield [], tx

    def sqlalchemy_engine(self) -> sqlalchemy.Engine:
        """See Engine.sqlalchemy_engine."""

        def driver() -> Any:
            # Its transactions are SQLAlchemy's to begin.
            connection = connect(self.url)
            connection.autocommit = False
            return connection

        return create_engine("postgresql+psycopg://", creator=driver)

    @contextlib.contextmanager
    def migrating(self) -> Iterator[sqlalchemy.Connection]:
        """See Engine.migrating."""
        engine = self.sqlalchemy_engine()
        try:
            with engine.begin() as connection:
                connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({MIGRATION_LOCK})")
                yield connection
        except DBAPIError as error:
            raise self._told(error.orig) from error
        finally:
            engine.dispose()

    def _told(self, error: BaseException | None) -> StorageError:
        if isinstance(error, psycopg.Error):
            return translated(error, str(self))
        return StorageUnusable(f"{self}: {error}")

    @contextlib.contextmanager
    def copied(self, *, filled: bool) -> Iterator[CopySide]:
        """See Engine.copied."""
        try:
            with connect(self.url) as server:
                server.execute(
                    "BEGIN" if filled else "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
                )
                if filled:
                    server.execute("SELECT pg_advisory_xact_lock(%s)", (WRITERS_LOCK,))
                yield PostgresCopy(server)
        except psycopg.Error as error:
            raise translated(error, str(self)) from error

"""A database of a PostgreSQL server, which many processes serve."""

import contextlib
from collections.abc import Iterator
from typing import Any, ClassVar

import psycopg
import sqlalchemy
from msgspec import Struct
from sqlalchemy import create_engine
from sqlalchemy.exc import DBAPIError

from kadence.domain.errors import StorageBusy, StorageError, StorageUnusable
from kadence.storage.connections import Connection
from kadence.storage.connections import transaction as transaction_on
from kadence.storage.engines.engine import STANDING, VERSION, CopySide, Schema
from kadence.storage.engines.postgres_connections import (
    SERVERS_LOCK,
    WRITERS_LOCK,
    PostgresConnection,
    PostgresDatabase,
    purge_server,
)
from kadence.storage.engines.postgres_copy import PostgresCopy
from kadence.storage.engines.postgres_server import collides, connect, shown, translated
from kadence.storage.schema import revisions
from kadence.storage.transactions import Transaction

MIGRATION_LOCK = WRITERS_LOCK + 1
"""The advisory lock of whoever migrates."""
FIRST_LOCKING = 11
"""The first schema whose servers hold SERVERS_LOCK."""
_HOLDERS = sqlalchemy.text(
    "SELECT string_agg(DISTINCT coalesce(host(client_addr), 'this machine'), ', ')"
    " FROM pg_locks JOIN pg_stat_activity USING (pid)"
    " WHERE locktype = 'advisory' AND granted AND database = datid"
    " AND datname = current_database() AND classid = :lock AND objid = :schema"
)
TABLE_MILLISECONDS = 500
"""For which a migration waits until a table is free."""


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
                    return Schema(tables)
                asked = STANDING if revisions.name in tables else VERSION
                row = connection.execute(asked).fetchone() or ()
                return Schema(tables, *row)
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
    def migrating(self, oldest: str) -> Iterator[sqlalchemy.Connection]:
        """See Engine.migrating.

        What waits for a table makes everybody wait behind it, so that it gives up soon: also before
        PostgreSQL looks for deadlocks, of which it would end either side. Writers wait at their own
        lock, where they hold no table.
        """
        engine = self.sqlalchemy_engine()
        try:
            with engine.begin() as connection:
                connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({MIGRATION_LOCK})")
                connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({WRITERS_LOCK})")
                connection.exec_driver_sql(f"SET LOCAL lock_timeout = {TABLE_MILLISECONDS}")
                for older in range(FIRST_LOCKING, int(oldest)):
                    self._refuse_servers(connection, older)
                yield connection
        except DBAPIError as error:
            raise self._as_ours(error.orig) from error
        finally:
            engine.dispose()

    def _refuse_servers(self, connection: sqlalchemy.Connection, schema: int) -> None:
        """Make sure that no server of a schema runs, nor begins before the transaction is over."""
        lock = f"SELECT pg_try_advisory_xact_lock({SERVERS_LOCK}, {schema})"
        if connection.exec_driver_sql(lock).scalar():
            return
        holders = connection.execute(_HOLDERS, {"lock": SERVERS_LOCK, "schema": schema})
        raise StorageUnusable(
            f"{self}: a server of schema {schema:04} is connected, which may not serve it any more"
            f" (from {holders.scalar()}): stop all of them first"
        )

    def _as_ours(self, error: BaseException | None) -> StorageError:
        if isinstance(error, psycopg.Error) and collides(error):
            return StorageBusy(f"{self}: others used the tables at the same time")
        if isinstance(error, psycopg.Error):
            return translated(error, str(self))
        return StorageUnusable(f"{self}: {error}")

    def purge(self, *, events: bool) -> None:
        """See Engine.purge."""
        purge_server(self.url, events=events)

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

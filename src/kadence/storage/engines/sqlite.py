"""The embedded database: a file, which one process serves."""

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar, cast

import apsw
import sqlalchemy
from msgspec import Struct
from sqlalchemy import NullPool, create_engine, event
from sqlalchemy.exc import DBAPIError

from kadence.domain.errors import StorageUnusable
from kadence.storage.connections import Connection
from kadence.storage.engines import sqlite_dbapi
from kadence.storage.engines.claims import refuse_claimed
from kadence.storage.engines.engine import STANDING, VERSION, CopySide, Schema
from kadence.storage.engines.sqlite_connections import (
    CAPABILITIES,
    SqliteConnection,
    SqliteDatabase,
    connect,
    purge_file,
    translated,
)
from kadence.storage.engines.sqlite_copy import SqliteCopy
from kadence.storage.schema import revisions
from kadence.storage.transactions import Transaction


class SqliteFile(Struct, frozen=True):
    """A database file, as Engine."""

    path: Path
    is_shared: ClassVar[bool] = False

    def __str__(self) -> str:
        return str(self.path)

    @property
    def file(self) -> Path:
        """See Engine.file."""
        return self.path

    def exists(self) -> bool:
        """See Engine.exists."""
        try:
            return self.path.exists()
        except OSError as error:
            raise StorageUnusable(f"cannot open the database {self}: {error.strerror}") from error

    def refuse_served(self) -> None:
        """See Engine.refuse_served."""
        refuse_claimed(self.path)

    def create(self) -> None:
        """See Engine.create."""
        connect(self.path, create=True).close()

    def schema(self) -> Schema:
        """See Engine.schema."""
        with self._read_only() as connection:
            rows = connection.execute("SELECT name FROM sqlite_master").fetchall()
            tables = {str(row[0]) for row in rows}
            if "alembic_version" not in tables:
                return Schema(tables)
            asked = STANDING if revisions.name in tables else VERSION
            row = connection.execute(asked).fetchone() or ()
            return Schema(tables, *row)

    def open(self, *, connections: int = 2, statement_seconds: int = 0) -> SqliteDatabase:  # noqa: ARG002
        """See Engine.open; a file has no server to wait for, and the connections that it needs."""
        return SqliteDatabase(self.path)

    def connection(self, *, writes: bool) -> Connection:
        """See Engine.connection."""
        return SqliteConnection(self.path, writes=writes)

    @contextlib.contextmanager
    def examined(self) -> Iterator[tuple[list[str], Transaction]]:
        """See Engine.examined: pages and references, of a file that stays as it is."""
        with self._read_only() as connection:
            found = [
                f"integrity: {row[0]}"
                for row in connection.execute("PRAGMA integrity_check")
                if row[0] != "ok"
            ]
            found += [
                f"reference: a row of {table} points to no row of {target}"
                for table, _, target, _ in connection.execute("PRAGMA foreign_key_check")
            ]
            connection.execute("BEGIN")
            yield found, Transaction(connection.cursor(), CAPABILITIES)

    @contextlib.contextmanager
    def _read_only(self) -> Iterator[apsw.Connection]:
        connection = connect(self.path, read_only=True)
        try:
            yield connection
        except apsw.Error as error:
            raise translated(error, str(self)) from error
        finally:
            connection.close()

    def sqlalchemy_engine(self) -> sqlalchemy.Engine:
        """See Engine.sqlalchemy_engine."""
        engine = create_engine(
            "sqlite://", module=sqlite_dbapi, creator=self._driver, poolclass=NullPool
        )
        # The driver leaves BEGIN to us, and so would SQLAlchemy: each statement would stand alone.
        event.listen(engine, "begin", lambda c: c.exec_driver_sql("BEGIN IMMEDIATE"))
        return engine

    def _driver(self) -> sqlite_dbapi.Connection:
        connection = connect(self.path)
        # A table that is made anew is dropped beneath those that refer to it. What then points
        # nowhere is looked for before the commit.
        connection.execute("PRAGMA foreign_keys=OFF")
        return sqlite_dbapi.Connection(connection)

    @contextlib.contextmanager
    def migrating(self, oldest: str) -> Iterator[sqlalchemy.Connection]:  # noqa: ARG002
        """See Engine.migrating; whoever serves a file is the only one, and has to be stopped."""
        self.refuse_served()
        engine = self.sqlalchemy_engine()
        try:
            with engine.begin() as connection:
                yield connection
                if connection.exec_driver_sql("PRAGMA foreign_key_check").first():
                    raise StorageUnusable(
                        f"{self}: a row refers to one that is not there; nothing was changed"
                    )
        except DBAPIError as error:
            raise translated(cast("Exception", error.orig), str(self)) from error
        finally:
            engine.dispose()

    def purge(self, *, events: bool) -> None:  # noqa: ARG002
        """See Engine.purge; a file is written anew as a whole."""
        purge_file(self.path)

    @contextlib.contextmanager
    def copied(self, *, filled: bool) -> Iterator[CopySide]:
        """See Engine.copied."""
        connection = connect(self.path)
        try:
            connection.execute("PRAGMA foreign_keys=OFF")
            connection.execute("BEGIN IMMEDIATE" if filled else "BEGIN")
            yield SqliteCopy(connection)
        except apsw.Error as error:
            raise translated(error, str(self)) from error
        finally:
            connection.close()

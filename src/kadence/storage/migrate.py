"""Brings a database's schema to where this program is (Alembic)."""

import sqlite3
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import Engine, NullPool, create_engine, event
from sqlalchemy.exc import DBAPIError

from kadence.domain.errors import StorageUnusable
from kadence.storage import postgres, postgres_server, sqlite
from kadence.storage.location import Location, SqliteFile
from kadence.storage.revision import check_revision, revision_of
from kadence.storage.schema import REVISION

MIGRATION_LOCK = postgres.WRITERS_LOCK + 1
"""The advisory lock of whoever migrates."""


def upgrade(location: Location, to: str = "head") -> tuple[str | None, str]:
    """Migrate a database (a file is made when there is none) in one transaction.

    Return the revision before and after.

    Raises:
        SchemaMismatch: its schema is newer than this program.
        StorageError: it cannot be read or is no database.
    """
    from alembic import command  # noqa: PLC0415 - costs a fifth of a second that others save
    from alembic.config import Config  # noqa: PLC0415

    if isinstance(location, SqliteFile):
        sqlite.connect(location.path, create=True).close()
    before = revision_of(location)
    if before is not None and before > REVISION:
        check_revision(location)
    engine = engine_of(location)
    config = Config()
    config.set_main_option("script_location", "kadence.storage:migrations")
    try:
        with engine.begin() as connection:
            if not isinstance(location, SqliteFile):
                connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({MIGRATION_LOCK})")
            config.attributes["connection"] = connection
            command.upgrade(config, to)
    except DBAPIError as error:
        raise _translate_error(error.orig, str(location)) from error
    finally:
        engine.dispose()
    return before, REVISION


def prepare(location: Location) -> None:
    """See that a database has this program's schema; made where there is none at all.

    Raises:
        StorageError: its schema is of another version, or it is another program's.
    """
    is_new = isinstance(location, SqliteFile) and not location.path.exists()
    if is_new or revision_of(location) is None:
        upgrade(location)
    check_revision(location)


def _translate_error(error: BaseException | None, where: str) -> Exception:
    if isinstance(error, sqlite3.Error):
        return sqlite.translated(error, where)
    if isinstance(error, psycopg.Error):
        return postgres_server.translated(error, where)
    return StorageUnusable(f"{where}: {error}")


def engine_of(location: Location) -> Engine:
    """SQLAlchemy's own engine on the database, for what changes or inspects the schema.

    Files it opens with the standard library's driver, which has a SQLite of its own. Two of them in
    one process do not see each other's locks (sqlite.org/howtocorrupt.html, 2.2.1), so no other
    connection of this process may be open meanwhile; the engine keeps none of its own.
    """
    if isinstance(location, SqliteFile):
        engine = create_engine(
            "sqlite://", creator=lambda: _driver_of(location.path), poolclass=NullPool
        )
        # The driver leaves BEGIN to us, and so would SQLAlchemy: each statement would stand alone.
        event.listen(engine, "begin", lambda c: c.exec_driver_sql("BEGIN IMMEDIATE"))
        return engine

    def connect() -> Any:
        # Its transactions are SQLAlchemy's to begin.
        connection = postgres_server.connect(location.url)
        connection.autocommit = False
        return connection

    return create_engine("postgresql+psycopg://", creator=connect)


def _driver_of(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=sqlite.BUSY_SECONDS, isolation_level=None)
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("PRAGMA foreign_keys=ON")
    return connection

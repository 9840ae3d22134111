"""Brings a database's schema to where this program is, and tells where it stands (Alembic)."""

import sqlite3
from collections.abc import Set as AbstractSet
from pathlib import Path
from typing import Any

import apsw
import psycopg
from sqlalchemy import Engine, event
from sqlalchemy.exc import DBAPIError

from kadence.domain.errors import NotInitialised, SchemaMismatch, StorageUnusable
from kadence.storage import postgres, postgres_server, sqlite
from kadence.storage.location import Location, SqliteFile
from kadence.storage.schema import REVISION

MIGRATION_LOCK = postgres.WRITERS_LOCK + 1
"""The advisory lock of whoever migrates."""


def revision_of(location: Location) -> str | None:
    """Return the migration at which a database stands; None when it has no schema yet.

    Raises:
        StorageError: it cannot be read or is no database.
    """
    found = (
        _in_file(location.path) if isinstance(location, SqliteFile) else _on_server(location.url)
    )
    tables, revision = found
    if "alembic_version" not in tables:
        if tables:
            raise StorageUnusable(f"{location} is a database of another program")
        return None
    return revision


_REVISION = "SELECT version_num FROM alembic_version"
_Found = tuple[AbstractSet[str], str | None]


def _in_file(path: Path) -> _Found:
    connection = sqlite.connect(path, read_only=True)
    try:
        rows = connection.execute("SELECT name FROM sqlite_master").fetchall()
        tables = {str(row[0]) for row in rows}
        row = connection.execute(_REVISION).fetchone() if "alembic_version" in tables else None
        return tables, str(row[0]) if row else None
    except apsw.Error as error:
        raise sqlite.translated(error, str(path)) from error
    finally:
        connection.close()


def _on_server(url: str) -> _Found:
    try:
        with postgres_server.connect(url) as connection:
            rows = connection.execute(
                "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p')"
                " AND relnamespace = current_schema()::regnamespace"
            ).fetchall()
            tables = {str(row[0]) for row in rows}
            row = connection.execute(_REVISION).fetchone() if "alembic_version" in tables else None
            return tables, str(row[0]) if row else None
    except psycopg.Error as error:
        raise postgres_server.translated(error, postgres_server.shown(url)) from error


def check(location: Location) -> None:
    """Make sure that a database has exactly the schema that this program serves.

    Raises:
        NotInitialised: there is no such file, or nothing in the database.
        SchemaMismatch: its schema is older or newer; the message names what to do.
        StorageError: it cannot be read or is no database.
    """
    hint = "run `kadence init` first"
    if isinstance(location, SqliteFile):
        try:
            exists = location.path.exists()
        except OSError as error:
            raise StorageUnusable(
                f"cannot open the database {location}: {error.strerror}"
            ) from error
        if not exists:
            raise NotInitialised(f"there is no database {location}: {hint}")
    found = revision_of(location)
    if found is None:
        raise NotInitialised(f"the database {location} is empty: {hint}")
    if found < REVISION:
        raise SchemaMismatch(
            f"the database {location} has schema {found}, older than this program's {REVISION}: "
            "run `kadence db upgrade`"
        )
    if found > REVISION:
        raise SchemaMismatch(
            f"the database {location} has schema {found}, newer than this program's {REVISION}: "
            "install the newer kadence"
        )


def upgrade(location: Location, to: str = "head") -> tuple[str | None, str]:
    """Migrate a database (a file is made when there is none) in one transaction.

    Return the revision before and after.

    Raises:
        SchemaMismatch: its schema is newer than this program.
        StorageError: it cannot be read or is no database.
    """
    from alembic import command  # noqa: PLC0415 - costs a fifth of a second that serving saves
    from alembic.config import Config  # noqa: PLC0415

    if isinstance(location, SqliteFile):
        sqlite.connect(location.path, create=True).close()
    before = revision_of(location)
    if before is not None and before > REVISION:
        check(location)
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
    check(location)


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
    from sqlalchemy import NullPool, create_engine  # noqa: PLC0415 - as above

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

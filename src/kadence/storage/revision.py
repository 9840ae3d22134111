"""Tells at which schema a database stands, and whether this program can serve it."""

from collections.abc import Set as AbstractSet
from pathlib import Path

import apsw

from kadence.domain.errors import NotInitialised, SchemaMismatch, StorageUnusable
from kadence.storage import sqlite
from kadence.storage.location import Location, SqliteFile
from kadence.storage.schema import REVISION


def revision_of(location: Location) -> str | None:
    """Return the migration at which a database stands; None when it has no schema yet.

    Raises:
        StorageError: it cannot be read or is no database.
    """
    if isinstance(location, SqliteFile):
        tables, revision = _in_file(location.path)
    else:
        from kadence.storage.postgres_server import tables_and_revision  # noqa: PLC0415

        tables, revision = tables_and_revision(location.url)
    if "alembic_version" not in tables:
        if tables:
            raise StorageUnusable(f"{location} is a database of another program")
        return None
    return revision


def _in_file(path: Path) -> tuple[AbstractSet[str], str | None]:
    connection = sqlite.connect(path, read_only=True)
    try:
        rows = connection.execute("SELECT name FROM sqlite_master").fetchall()
        tables = {str(row[0]) for row in rows}
        if "alembic_version" not in tables:
            return tables, None
        row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        return tables, str(row[0]) if row else None
    except apsw.Error as error:
        raise sqlite.translated(error, str(path)) from error
    finally:
        connection.close()


def check_revision(location: Location) -> None:
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

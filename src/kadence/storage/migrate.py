"""Brings a database's schema to where this program is, and tells where it stands (Alembic)."""

import sqlite3
from pathlib import Path

from kadence.domain.errors import NotInitialised, SchemaMismatch, StorageUnusable
from kadence.storage.schema import REVISION
from kadence.storage.sqlite import connect, translated


def revision_of(path: Path) -> str | None:
    """The migration at which a database file stands; None when it has no schema yet.

    Raises:
        StorageError: it cannot be read or is no database.
    """
    connection = connect(path)
    try:
        tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_master")}
        if "alembic_version" not in tables:
            if tables:
                raise StorageUnusable(f"{path} is a database of another program")
            return None
        row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        return str(row[0]) if row else None
    except sqlite3.Error as error:
        raise translated(error, str(path)) from error
    finally:
        connection.close()


def check(path: Path) -> None:
    """Make sure that a database file has exactly the schema that this program serves.

    Raises:
        NotInitialised: there is no such file, or nothing in it.
        SchemaMismatch: its schema is older or newer; the message names what to do.
        StorageError: it cannot be read or is no database.
    """
    hint = "run `kadence init` first"
    try:
        exists = path.exists()
    except OSError as error:
        raise StorageUnusable(f"cannot open the database {path}: {error.strerror}") from error
    if not exists:
        raise NotInitialised(f"there is no database {path}: {hint}")
    found = revision_of(path)
    if found is None:
        raise NotInitialised(f"the database {path} is empty: {hint}")
    if found < REVISION:
        raise SchemaMismatch(
            f"the database {path} has schema {found}, older than this program's {REVISION}: "
            "run `kadence db upgrade`"
        )
    if found > REVISION:
        raise SchemaMismatch(
            f"the database {path} has schema {found}, newer than this program's {REVISION}: "
            "install the newer kadence"
        )


def upgrade(path: Path) -> tuple[str | None, str]:
    """Migrate a database file, made when there is none; answers the revision before and after.

    Raises:
        SchemaMismatch: its schema is newer than this program.
        StorageError: it cannot be read or is no database.
    """
    from alembic import command  # noqa: PLC0415 - costs a fifth of a second that serving saves
    from alembic.config import Config  # noqa: PLC0415
    from sqlalchemy import create_engine  # noqa: PLC0415

    connect(path, create=True).close()
    before = revision_of(path)
    if before is not None and before > REVISION:
        check(path)
    engine = create_engine("sqlite://", creator=lambda: connect(path))
    config = Config()
    config.set_main_option("script_location", "kadence.storage:migrations")
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
    engine.dispose()
    return before, REVISION

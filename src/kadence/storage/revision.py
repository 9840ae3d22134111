"""Tells at which schema a database stands, and whether this program can serve it."""

from kadence.domain.errors import NotInitialised, SchemaMismatch, StorageUnusable
from kadence.storage.engines import Engine
from kadence.storage.schema import REVISION


def revision_of(engine: Engine) -> str | None:
    """Return the migration at which a database stands; None when it has no schema yet.

    Raises:
        StorageError: it cannot be read or is no database.
    """
    found = engine.schema()
    if "alembic_version" not in found.tables:
        if found.tables:
            raise StorageUnusable(f"{engine} is a database of another program")
        return None
    return found.revision


def check_revision(engine: Engine) -> None:
    """Make sure that a database has exactly the schema that this program serves.

    Raises:
        NotInitialised: there is no such file, or nothing in the database.
        SchemaMismatch: its schema is older or newer; the message names what to do.
        StorageError: it cannot be read or is no database.
    """
    hint = "run `kadence init` first"
    if not engine.exists():
        raise NotInitialised(f"there is no database {engine}: {hint}")
    found = revision_of(engine)
    if found is None:
        raise NotInitialised(f"the database {engine} is empty: {hint}")
    if found < REVISION:
        raise SchemaMismatch(
            f"the database {engine} has schema {found}, older than this program's {REVISION}: "
            "run `kadence db upgrade`"
        )
    if found > REVISION:
        raise SchemaMismatch(
            f"the database {engine} has schema {found}, newer than this program's {REVISION}: "
            "install the newer kadence"
        )

"""Tells at which schema a database stands, and whether this program can serve it."""

from sqlalchemy import column, select, table

from kadence.domain.errors import NotInitialised, SchemaMismatch, StorageUnusable
from kadence.storage.engines import Engine
from kadence.storage.engines.engine import Schema
from kadence.storage.schema import REVISION
from kadence.storage.transactions import Statement, Transaction

VERSION = table("alembic_version", column("version_num"))
_READ = Statement(select(VERSION.c.version_num))


def revision_in(tx: Transaction) -> str:
    """Return the migration at which the database of a transaction stands, which has one."""
    return str(tx.scalar(_READ))


def revision_of(engine: Engine) -> str | None:
    """Return the migration at which a database stands; None when it has no schema yet.

    Raises:
        StorageError: it cannot be read or is no database.
    """
    return _schema_of(engine).revision


def _schema_of(engine: Engine) -> Schema:
    found = engine.schema()
    if "alembic_version" not in found.tables and found.tables:
        raise StorageUnusable(f"{engine} is a database of another program")
    return found


def check_revision(engine: Engine) -> str:
    """Make sure that this program can serve a database; returns the schema at which it stands.

    It can where the schema is its own, or a newer one of which the database says so.

    Raises:
        NotInitialised: there is no such file, or nothing in the database.
        SchemaMismatch: its schema is older or newer; the message names what to do.
        StorageError: it cannot be read or is no database.
    """
    hint = "run `kadence init` first"
    if not engine.exists():
        raise NotInitialised(f"there is no database {engine}: {hint}")
    schema = _schema_of(engine)
    found = schema.revision
    if found is None:
        raise NotInitialised(f"the database {engine} is empty: {hint}")
    if found < REVISION:
        raise SchemaMismatch(
            f"the database {engine} has schema {found}, older than this program's {REVISION}: "
            "run `kadence db upgrade`"
        )
    if not may_serve(found, schema.oldest):
        raise _newer(engine, found)
    return found


def check_own_revision(engine: Engine) -> None:
    """As `check_revision`, for what has to know each table and column of the database.

    Raises:
        StorageError: as there, also where the schema is a newer one that may be served.
    """
    found = check_revision(engine)
    if found != REVISION:
        raise _newer(engine, found)


def may_serve(found: str, oldest: str | None) -> bool:
    """Return whether this program may serve a database at `found` that says this of the oldest."""
    return found == REVISION or (oldest is not None and oldest <= REVISION < found)


def _newer(engine: Engine, found: str) -> SchemaMismatch:
    return SchemaMismatch(
        f"the database {engine} has schema {found}, newer than this program's {REVISION}: "
        "install the newer kadence"
    )

"""Brings a database's schema to where this program is (Alembic)."""

from kadence.storage.engines import Engine
from kadence.storage.revision import check_revision, revision_of
from kadence.storage.schema import REVISION


def upgrade(engine: Engine, to: str = "head") -> tuple[str | None, str]:
    """Migrate a database (a file is made when there is none) in one transaction.

    Return the revision before and after.

    Raises:
        SchemaMismatch: its schema is newer than this program.
        StorageError: it cannot be read or is no database.
    """
    from alembic import command  # noqa: PLC0415 - costs a fifth of a second that others save
    from alembic.config import Config  # noqa: PLC0415

    engine.create()
    before = revision_of(engine)
    if before is not None and before > REVISION:
        check_revision(engine)
    config = Config()
    config.set_main_option("script_location", "kadence.storage:migrations")
    with engine.migrating() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, to)
    return before, REVISION


def prepare(engine: Engine) -> None:
    """See that a database has this program's schema; made where there is none at all.

    Raises:
        StorageError: its schema is of another version, or it is another program's.
    """
    if not engine.exists() or revision_of(engine) is None:
        upgrade(engine)
    check_revision(engine)

"""Whether a database can be served at this moment: its schema is ours, and writes go through."""

from sqlalchemy import column, select, table, update

from kadence.domain.errors import SchemaMismatch
from kadence.storage.schema import REVISION
from kadence.storage.transactions import Statement, Transaction

_VERSION = table("alembic_version", column("version_num"))
_READ = Statement(select(_VERSION.c.version_num))
_WRITE = Statement(update(_VERSION).values(version_num=_VERSION.c.version_num))


def check_schema(tx: Transaction) -> None:
    """Make sure that nobody has migrated the database while it is served.

    Raises:
        SchemaMismatch: somebody has.
    """
    found = tx.scalar(_READ, {})
    if found != REVISION:
        raise SchemaMismatch(
            f"the database has schema {found} by now, this program's is {REVISION}"
        )


def write_nothing_new(tx: Transaction) -> None:
    """Write what is there already: where that is durable, a change would be too.

    Raises:
        StorageError: it cannot be written.
    """
    tx.run(_WRITE)

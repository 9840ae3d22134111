"""Whether a database can be served at this moment: by its schema, and whether writes go through."""

from sqlalchemy import literal_column, select, update

from kadence.domain.errors import SchemaMismatch
from kadence.storage.engines.engine import OLDEST
from kadence.storage.revision import VERSION, may_serve
from kadence.storage.schema import REVISION
from kadence.storage.transactions import Statement, Transaction

_READ = Statement(select(VERSION.c.version_num, literal_column(f"({OLDEST})")))
_WRITE = Statement(update(VERSION).values(version_num=VERSION.c.version_num))


def check_schema(tx: Transaction) -> None:
    """Make sure that nobody has migrated the database beyond what this program may serve.

    Raises:
        SchemaMismatch: somebody has.
    """
    found, oldest = tx.first(_READ) or ("", None)
    if not may_serve(found, oldest):
        raise SchemaMismatch(
            f"the database has schema {found} by now, this program's is {REVISION}"
        )


def write_nothing_new(tx: Transaction) -> None:
    """Write what is there already: where that is durable, a change would be too.

    Raises:
        StorageError: it cannot be written.
    """
    tx.run(_WRITE)

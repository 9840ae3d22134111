"""Where a database is served, as its one row."""

from msgspec.structs import asdict, replace
from sqlalchemy import delete

from kadence.domain.installation import Because, Installation
from kadence.storage.engines import Engine, transaction
from kadence.storage.schema import installation
from kadence.storage.table_gateway import TableGateway
from kadence.storage.transactions import Statement, Transaction

_ROW = TableGateway(installation, Installation, ("id",), numbered=False)
_DELETE = Statement(delete(installation))


def find(tx: Transaction) -> Installation:
    """Return what is known; nothing is before the first start with a public URL."""
    return _ROW.find(tx, 1) or Installation()


def store(tx: Transaction, known: Installation) -> None:
    """Keep what is known from now on."""
    if _ROW.find(tx, known.id) is None:
        _ROW.insert(tx, known)
    else:
        values = asdict(known)
        del values["id"]
        _ROW.store(tx, known, values)


def owe_purge(tx: Transaction, *, owed: bool = True) -> None:
    """Note that something was taken out, and what is overwritten by it is still to be purged."""
    known = find(tx)
    if known.purge_owed != owed:
        store(tx, replace(known, purge_owed=int(owed)))


def mark(engine: Engine, because: Because) -> None:
    """Note in a database that it is a copy of another one: as that was at its last event.

    Raises:
        StorageError: it cannot be written.
    """
    with transaction(engine) as tx:
        known = replace(find(tx), paused_at=tx.latest, paused_because=because.value)
        store(tx, known)

"""Brings a database's schema to where this program is (Alembic), and its rows behind it.

A migration says in `oldest` from which schema on a program may serve the database after it: its own
means that all servers have to be stopped. One that has many rows to change leaves them alone in
`upgrade`; its `fill` changes as many as it is told in each call, and returns how many it found.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from functools import cache, partial
from typing import TYPE_CHECKING, Protocol, TypeVar, cast

import sqlalchemy
import structlog
from msgspec import Struct
from sqlalchemy import insert, select, update

from kadence.domain.errors import SchemaMismatch, StorageBusy, StorageError, StorageUnusable
from kadence.storage import installation
from kadence.storage.engines import Engine, snapshot, transaction
from kadence.storage.revision import check_revision, revision_of
from kadence.storage.schema import REVISION, revisions
from kadence.storage.transactions import Statement

if TYPE_CHECKING:
    from alembic.config import Config

T = TypeVar("T")
log = structlog.get_logger()

ROWS_AT_ONCE = 500
"""Rows that a `fill` changes in one transaction beside servers."""
ATTEMPTS, PAUSE_SECONDS = 30, 1.0
"""How often it is tried to change the tables of a served database, and how long others go first."""


class Migration(Protocol):
    """A module of migrations/versions, from 0011 on."""

    revision: str
    oldest: str
    fill: Callable[[sqlalchemy.Connection, int], int]
    """It need not be there."""


class Filled(Struct, frozen=True):
    """So many rows, in all, have been brought along for a migration."""

    revision: str
    rows: int


def upgrade(engine: Engine, to: str = REVISION) -> None:
    """Migrate a database (a file is made when there is none) and its rows, in one transaction.

    Raises:
        SchemaMismatch: its schema is newer than this program.
        StorageError: it cannot be read or is no database, or a server runs that may not go on.
    """
    engine.create()
    before = revision_of(engine)

    def all_of_it(connection: sqlalchemy.Connection) -> None:
        _fill(connection)
        for stop in _stops(before, to):
            _migrate(connection, stop)
            _fill(connection)

    _in_turn(engine, _pending(before, to), all_of_it)
    if to == REVISION:
        _purge(engine)


def _purge(engine: Engine) -> None:
    """Leave nothing of what a migration took out where somebody could dig it out.

    Where that cannot be now, the server tries again.
    """
    with snapshot(engine) as tx:
        if not installation.find(tx).purge_owed:
            return
    try:
        engine.purge(events=True)
    except StorageError as error:
        log.warning("what was taken out may still be dug out of the database", reason=str(error))
        return
    with transaction(engine) as tx:
        installation.owe_purge(tx, owed=False)


def upgrade_beside_servers(engine: Engine) -> Iterator[Filled]:
    """Migrate a database while it is served: the schema at once, then its rows, some at a time.

    Yields after each transaction that changed rows. What is interrupted is taken up again.

    Raises:
        SchemaMismatch: its schema is newer than this program, or too old for it.
        StorageError: it cannot be read, or is a file.
    """
    if not engine.is_shared:
        raise StorageUnusable(
            f"{engine} is a file, which has one server: stop it, and upgrade without --online"
        )
    before = revision_of(engine)
    pending = _pending(before, REVISION)
    for one in pending:
        if before is None or one.oldest > before:
            raise SchemaMismatch(
                f"the database {engine} has schema {before}, whose programs cannot serve schema"
                f" {one.revision}: stop all servers, and upgrade without --online"
            )
    yield from _filled_in_parts(engine)
    for stop in _stops(before, REVISION):
        _in_turn(engine, pending, partial(_migrate, to=stop))
        yield from _filled_in_parts(engine)


def is_finished(engine: Engine) -> bool:
    """Return whether a database is at this program's schema, and all of its rows are, too."""
    if revision_of(engine) != REVISION:
        return False
    with snapshot(engine) as tx:
        return tx.first(Statement(_UNFILLED)) is None


def prepare(engine: Engine) -> None:
    """See that a database has this program's schema; made where there is none at all.

    Raises:
        StorageError: its schema is of another version, or it is another program's.
    """
    if not engine.exists() or revision_of(engine) is None:
        upgrade(engine)
    check_revision(engine)


def _in_turn(
    engine: Engine, pending: Sequence[Migration], work: Callable[[sqlalchemy.Connection], T]
) -> T:
    """Do a migration's work; where servers use the tables, until there is a gap between them."""
    oldest = max((one.oldest for one in pending), default="0")
    left = ATTEMPTS if engine.is_shared else 1
    while True:
        left -= 1
        try:
            with engine.migrating(oldest) as connection:
                return work(connection)
        except StorageBusy as busy:
            if not left:
                raise StorageBusy(f"{busy}; a backup or check may be running") from busy
        time.sleep(PAUSE_SECONDS)


def _migrate(connection: sqlalchemy.Connection, to: str) -> None:
    """Bring the schema alone to a migration.

    Raises:
        SchemaMismatch: it is newer than this program, or none that it knows.
    """
    from alembic import command  # noqa: PLC0415 - costs a fifth of a second that others save
    from alembic.runtime.migration import MigrationContext  # noqa: PLC0415
    from alembic.util import CommandError  # noqa: PLC0415

    # Somebody else may have been here while we waited.
    before = MigrationContext.configure(connection).get_current_revision()
    if before is not None and before > REVISION:
        raise SchemaMismatch(f"the database has schema {before}: install the newer kadence")
    config = _configuration()
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, to)
    except CommandError as error:
        raise SchemaMismatch(
            f"the database has schema {before}, from which this kadence cannot upgrade: {error}"
        ) from error
    for one in _pending(before, to):
        row = {
            "revision": one.revision,
            "oldest": one.oldest,
            "filled": int(not hasattr(one, "fill")),
        }
        connection.execute(insert(revisions).values(row))


def _fill(connection: sqlalchemy.Connection) -> None:
    """Bring all rows along that have not been, in this transaction."""
    for revision in _unfilled(connection):
        while _fill_part(connection, revision) == ROWS_AT_ONCE:
            pass


def _filled_in_parts(engine: Engine) -> Iterator[Filled]:
    """Bring rows along in transactions of their own, with as long a pause after each as it took."""
    for revision in _in_turn(engine, (), _unfilled):
        rows = 0
        while True:
            part, seconds = _in_turn(engine, (), partial(_timed_part, revision=revision))
            rows += part
            yield Filled(revision, rows)
            if part < ROWS_AT_ONCE:
                break
            time.sleep(seconds)


def _timed_part(connection: sqlalchemy.Connection, revision: str) -> tuple[int, float]:
    began = time.monotonic()
    return _fill_part(connection, revision), time.monotonic() - began


def _fill_part(connection: sqlalchemy.Connection, revision: str) -> int:
    """Bring some rows along for a migration; returns how many: fewer than it may were the last."""
    part = _migrations()[revision].fill(connection, ROWS_AT_ONCE)
    if part < ROWS_AT_ONCE:
        of_it = revisions.c.revision == revision
        connection.execute(update(revisions).where(of_it).values(filled=1))
    return part


_UNFILLED = (
    select(revisions.c.revision).where(revisions.c.filled == 0).order_by(revisions.c.revision)
)


def _unfilled(connection: sqlalchemy.Connection) -> Sequence[str]:
    """Return the migrations whose rows have not all been brought along, as far as we know them."""
    if not sqlalchemy.inspect(connection).has_table(revisions.name):
        return ()
    return [one for one in connection.scalars(_UNFILLED) if one in _migrations()]


def _pending(before: str | None, to: str) -> Sequence[Migration]:
    """Return the migrations that lead from one schema to another, as far as they tell of servers.

    Programs from before 0011 serve their own schema alone.
    """
    return [one for one in _migrations().values() if (before or "") < one.revision <= to]


def _stops(before: str | None, to: str) -> Sequence[str]:
    """Return where to stop on the way: the next migration may need the rows as they are then."""
    with_rows = [one.revision for one in _pending(before, to) if hasattr(one, "fill")]
    return [*with_rows, *([to] if to not in with_rows else [])]


@cache
def _migrations() -> dict[str, Migration]:
    from alembic.script import ScriptDirectory  # noqa: PLC0415

    scripts = ScriptDirectory.from_config(_configuration())
    modules = [one.module for one in scripts.walk_revisions()]
    return {
        one.revision: cast("Migration", one)
        for one in sorted(modules, key=lambda module: str(module.revision))
        if hasattr(one, "oldest")
    }


def _configuration() -> "Config":
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", "kadence.storage:migrations")
    return config

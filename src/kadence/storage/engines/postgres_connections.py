"""PostgreSQL: how transactions are made there, and the one lock that writers queue up at.

Writers of all server processes take one lock for the length of a batch, so that every rule holds as
it does with SQLite's one writer, and the journal's order is the order of the commits. Why not
SERIALIZABLE: docs/decisions/0006-postgresql-writes.md.
"""

import contextlib
from collections.abc import Callable, Iterable
from typing import Any, NoReturn

import psycopg
import structlog
from psycopg import errors, sql
from psycopg.pq import TransactionStatus
from sqlalchemy.dialects.postgresql import psycopg as dialect

from kadence.domain.errors import (
    SchemaMismatch,
    StandbyDatabase,
    StorageBusy,
    StorageUnusable,
)
from kadence.storage.connections import InDoubt
from kadence.storage.engines.deadlines import Line
from kadence.storage.engines.engine import OLDEST
from kadence.storage.engines.postgres_server import (
    LOCK_SECONDS,
    collides,
    connect,
    is_lost,
    refuse_transaction_pooling,
    shown,
    translated,
)
from kadence.storage.executor import ThreadedDatabase
from kadence.storage.schema import (
    REVISION,
    audit_log,
    idempotency_keys,
    journal,
    passwords,
    profiles,
    tokens,
    users,
)
from kadence.storage.transactions import Capabilities, Transaction

DIALECT = dialect.dialect()  # type: ignore[no-untyped-call]
CAPABILITIES = Capabilities(
    dialect=DIALECT, cheap_returning=True, text_match=False, round_trips=True
)
WRITERS_LOCK = 0x6B6164656E6365
"""The advisory lock of writers: the letters of kadence."""
SERVERS_LOCK = 0x6B6164
"""With the number of its program's schema, the advisory lock that each serving process shares."""
GRACE_SECONDS = 2
"""How much longer we wait for an answer than the server is to take for it; then we hang up."""
COMMIT_SECONDS = 10
"""How long we wait for a commit, which may wait for a standby."""
LONGEST_SECONDS = 3600
"""How long we wait for a statement that the server sets no limit to, as in a backup."""
IDLE_SECONDS = 60
"""After how long a process that stands still inside a transaction loses it: others wait for it."""

log = structlog.get_logger()


class NotCommitted(StorageBusy):
    """The connection was lost in a commit that was not made."""


_BEGIN_READING = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
# Each statement sees what was committed before it: all that other writers did, once the lock is
# ours.
_BEGIN_WRITING = "; ".join(
    (
        "BEGIN ISOLATION LEVEL READ COMMITTED",
        f"SELECT pg_advisory_xact_lock({WRITERS_LOCK})",
        "SELECT pg_is_in_recovery(), (SELECT at FROM journal ORDER BY seq DESC LIMIT 1)",
    )
)


class _Cursor:
    """A cursor whose statements have a deadline."""

    def __init__(self, cursor: psycopg.Cursor[tuple[Any, ...]], line: Line, seconds: float) -> None:
        self._cursor = cursor
        self._line = line
        self._seconds = seconds
        self.fetchone: Callable[[], Any] = cursor.fetchone
        self.fetchall: Callable[[], Any] = cursor.fetchall

    @property
    def statusmessage(self) -> str | None:
        """What the server says that it did."""
        return self._cursor.statusmessage

    def execute(self, sql: str, parameters: Any = None, /) -> None:
        """Run a statement."""
        with self._line.within(self._seconds):
            self._cursor.execute(sql, parameters)

    def executemany(self, sql: str, parameters: Iterable[Any], /) -> None:
        """Run a statement once for each of these."""
        with self._line.within(self._seconds):
            self._cursor.executemany(sql, parameters)

    def within(self, seconds: float, sql: str) -> None:
        """Run statements that have a deadline of their own."""
        with self._line.within(seconds):
            self._cursor.execute(sql)

    def last_row(self) -> tuple[Any, ...]:
        """Return the first row of the last of several statements."""
        while self._cursor.nextset():
            pass
        return self._cursor.fetchone() or ()


class PostgresConnection:
    """One connection to the server, as storage.connections.Connection."""

    def __init__(
        self,
        url: str,
        *,
        writes: bool,
        serves: bool = False,
        statement_seconds: int = 0,
        idle_seconds: int = IDLE_SECONDS,
    ) -> None:
        """`serves` tells those who migrate that a server of this program runs."""
        self._url = url
        self._serves = serves
        self._idle_seconds = idle_seconds
        self._writes = writes
        self._statement_seconds = statement_seconds
        self._connection: psycopg.Connection[tuple[Any, ...]] | None = None
        self._warned = False
        """Whether the server has said a warning since that was asked for."""
        self._open()

    def _open(self) -> None:
        self._connection = connect(
            self._url, statement_seconds=self._statement_seconds, idle_seconds=self._idle_seconds
        )
        self._connection.add_notice_handler(self._note)
        self._line = Line(self._connection.pgconn.socket)
        seconds = self._statement_seconds
        longest = seconds + GRACE_SECONDS if seconds else LONGEST_SECONDS
        self._cursor = _Cursor(self._connection.cursor(), self._line, longest)
        self.transaction = Transaction(self._cursor, CAPABILITIES)
        if self._serves:
            self._tell_of_server()

    def _tell_of_server(self) -> None:
        """Keep migrations away after which this program may not serve, and look for one before.

        Raises:
            StorageError: there is one, or was; there is no connection then.
        """
        lock = f"SELECT pg_try_advisory_lock_shared({SERVERS_LOCK}, {int(REVISION)})"
        try:
            self._cursor.execute(lock)
            (may_begin,) = self._cursor.fetchone()
            # By a statement of its own: it sees what was committed before the lock was had.
            self._cursor.execute(OLDEST)
            (oldest,) = self._cursor.fetchone()
        except psycopg.Error as error:
            self._drop()
            raise translated(error) from error
        if may_begin and oldest is not None and oldest <= REVISION:
            return
        self._drop()
        if not may_begin:
            raise StorageBusy("the database is being upgraded")
        raise SchemaMismatch(
            "the database has been upgraded: this program's schema"
            f" {REVISION} is too old to serve it; install the newer kadence"
        )

    def _note(self, notice: psycopg.errors.Diagnostic) -> None:
        self._warned = self._warned or notice.severity_nonlocalized == "WARNING"

    @property
    def _status(self) -> TransactionStatus:
        if self._connection is None:
            return TransactionStatus.UNKNOWN
        return self._connection.info.transaction_status

    @property
    def in_transaction(self) -> bool:
        """A failed statement leaves the transaction open, to be undone in part or whole."""
        return self._status in (TransactionStatus.INTRANS, TransactionStatus.INERROR)

    @property
    def needs_rollback(self) -> bool:
        """See Connection.needs_rollback."""
        return self._status == TransactionStatus.INERROR

    def begin(self, *, wait: bool = True) -> None:  # noqa: ARG002 - never on the event loop
        """See Connection.begin; a writer waits for its turn here."""
        if self._status != TransactionStatus.IDLE:
            self._drop()
            self._open()
            log.info("connected to the database again", writes=self._writes)
        if self._writes:
            self._begin_writing()
        else:
            self._cursor.within(LOCK_SECONDS, _BEGIN_READING)

    def _begin_writing(self) -> None:
        """Take the writers' lock, in one round trip."""
        self._cursor.within(LOCK_SECONDS + GRACE_SECONDS, _BEGIN_WRITING)
        is_standby, latest = self._cursor.last_row()
        if is_standby:
            # Perhaps another one of several servers takes changes by now.
            self._drop()
            raise StandbyDatabase("the database is a standby, which takes no changes")
        self.transaction.latest = latest or 0

    def commit(self) -> None:
        """See Connection.commit."""
        self._warned = False
        try:
            self._cursor.within(COMMIT_SECONDS, "COMMIT")
        except psycopg.Error as error:
            if self._status == TransactionStatus.IDLE and not is_lost(error):
                # The server itself refused, and has undone it all.
                raise
            self._doubt(error)
        if self._warned:
            # It no longer waits for its standby, which may not have it.
            self._doubt(None)
        if self._cursor.statusmessage != "COMMIT":
            raise StorageUnusable("the database undid what it was told to commit")

    def _doubt(self, error: psycopg.Error | None) -> NoReturn:
        last_row = self.transaction.last_row
        self._drop()
        if last_row is None:
            # What leaves no event, as when a token was last used, can as well be done twice.
            raise NotCommitted("the connection was lost before the commit") from error
        raise InDoubt(last_row) from error

    def verify(self) -> None:
        """See Connection.verify; whoever connects reaches the same server."""

    def confirm(self) -> None:
        """See Connection.confirm: a commit that comes later, and has waited for all standbys."""
        self._cursor.execute("SELECT pg_logical_emit_message(true, 'kadence', '')")
        self.transaction.last_row = None
        self.commit()

    def rollback(self) -> None:
        """See Connection.rollback; a connection that cannot is dropped."""
        if self._status in (TransactionStatus.IDLE, TransactionStatus.UNKNOWN):
            return
        try:
            self._cursor.execute("ROLLBACK")
        except psycopg.Error:
            self._drop()

    def savepoint(self) -> None:
        """See Connection.savepoint."""
        self._cursor.execute("SAVEPOINT job")

    def rollback_to_savepoint(self) -> None:
        """See Connection.rollback_to_savepoint."""
        self._cursor.execute("ROLLBACK TO job")

    def release_savepoint(self) -> None:
        """See Connection.release_savepoint."""
        self._cursor.execute("RELEASE job")

    def is_transient(self, error: Exception) -> bool:
        """Another writer was in the way, or the connection had been lost since it was last used."""
        if isinstance(error, NotCommitted) or collides(error):
            return True
        return is_lost(error)

    def is_fatal(self, error: Exception) -> bool:
        """See Connection.is_fatal."""
        return isinstance(error, errors.LockNotAvailable | errors.DiskFull)

    def translate_error(self, error: Exception) -> Exception:
        """See Connection.translate_error."""
        if isinstance(error, psycopg.Error):
            if is_lost(error):
                log.warning("the connection to the database was lost", error=str(error).strip())
            else:
                log.error("statement failed", exc_info=error)
            return translated(error)
        return error

    def close(self) -> None:
        """See Connection.close."""
        self._drop()

    def _drop(self) -> None:
        if self._connection is not None:
            self._line.close()
            with contextlib.suppress(psycopg.Error):
                self._connection.close()
        self._connection = None


_OF_PEOPLE = (profiles, users, passwords, tokens, idempotency_keys, audit_log)


def purge_server(url: str, *, events: bool) -> None:
    """Write the tables with people's own anew, without the versions of rows that nobody sees.

    With `events` the journal, too, of which a migration has changed a part. The server's own log
    and its backups are left to whoever keeps them.

    Raises:
        StorageError: the server is not there, or refuses us, or others use a table for long.
    """
    try:
        with connect(url) as server:
            server.execute("SET lock_timeout = '5s'")
            for table in (*_OF_PEOPLE, *([journal] if events else [])):
                server.execute(sql.SQL("VACUUM FULL {}").format(sql.Identifier(table.name)))
    except psycopg.Error as error:
        raise translated(error, shown(url)) from error


class PostgresDatabase(ThreadedDatabase):
    """A database of a PostgreSQL server, as storage.transactions.Database."""

    is_shared = True

    def __init__(self, url: str, *, connections: int, statement_seconds: int) -> None:
        """Connect to `url`: once to write, else to read.

        Raises:
            StorageError: the server is not there or refuses us.
        """
        refuse_transaction_pooling(url)
        sessions = [
            PostgresConnection(url, writes=n == 0, serves=True, statement_seconds=statement_seconds)
            for n in range(connections)
        ]
        super().__init__(sessions[0], sessions[1:])
        self._url = url

    def _purge(self) -> None:
        purge_server(self._url, events=False)

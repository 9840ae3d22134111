"""PostgreSQL: its connections, the one lock that writers queue up at, and its errors.

Writers of all server processes take one lock for the length of a batch, so that every rule holds as
it does with SQLite's one writer, and the journal's order is the order of the commits. Why not
SERIALIZABLE: docs/decisions/0006-postgresql-writes.md.
"""

import contextlib
from collections.abc import Callable, Iterable
from typing import Any, NoReturn

import psycopg
import structlog
from psycopg import errors
from psycopg.pq import TransactionStatus
from sqlalchemy.dialects.postgresql import psycopg as dialect

from kadence.domain.errors import (
    DatabaseUnavailable,
    StandbyDatabase,
    StorageBusy,
    StorageError,
    StorageFull,
    StorageUnusable,
)
from kadence.storage.connections import InDoubt
from kadence.storage.deadlines import Line
from kadence.storage.engine import Transaction
from kadence.storage.executor import ThreadedDatabase

DIALECT = dialect.dialect()  # type: ignore[no-untyped-call]
WRITERS_LOCK = 0x6B6164656E6365
"""The advisory lock of writers: the letters of kadence."""
CONNECT_SECONDS = 5
"""How long a new connection may take, unless the URL says otherwise."""
LOCK_SECONDS = 5
"""How long a statement waits for a lock before it is refused."""
GRACE_SECONDS = 2
"""How much longer we wait for an answer than the server is to take for it; then we hang up."""
COMMIT_SECONDS = 10
"""How long we wait for a commit, which may wait for a standby."""
LONGEST_SECONDS = 3600
"""How long we wait for a statement that the server sets no limit to, as in a backup."""
SILENT_SECONDS = 15
"""After how long without a sign of the other machine the operating system gives up."""
IDLE_SECONDS = 60
"""After how long a process that stands still inside a transaction loses it: others wait for it."""

log = structlog.get_logger()


def connect(
    url: str, *, statement_seconds: int = 0, idle_seconds: int = 0
) -> psycopg.Connection[tuple[Any, ...]]:
    """Open a connection; `url` goes to libpq as it is, TLS options too.

    Transactions are left to the caller. A statement that takes longer than `statement_seconds` is
    ended, and a transaction in which nothing happens for `idle_seconds`; 0 is no limit.

    Raises:
        StorageBusy: the server is not there, refuses us, or is not yet ready.
        StorageUnusable: the URL is invalid.
    """
    where = shown(url)
    try:
        connection = psycopg.connect(url, autocommit=True, **_defaults(url))
        with closing_line(connection) as line, line.within(CONNECT_SECONDS):
            connection.execute(
                "SELECT set_config('statement_timeout', %s, false),"
                " set_config('lock_timeout', %s, false),"
                " set_config('idle_in_transaction_session_timeout', %s, false)",
                (f"{statement_seconds}s", f"{LOCK_SECONDS}s", f"{idle_seconds}s"),
            )
    except psycopg.Error as error:
        raise _refused(error, where) from error
    if connection.info.parameter_status("server_encoding") != "UTF8":
        connection.close()
        raise StorageUnusable(f"{where}: the database is not UTF-8; make one that is")
    return connection


def _refused(error: psycopg.Error, where: str) -> StorageError:
    """Return why no connection could be had; libpq tells that by its words alone."""
    said = str(error).strip()
    if "no password supplied" in said:
        return StorageUnusable(f"{where}: the server wants a password: put it into ~/.pgpass")
    _, fatal, reason = said.rpartition("FATAL:")
    if not fatal:
        return translated(error, where)
    if "does not exist" in reason and "database" in reason:
        return StorageUnusable(f"{where}: {reason.strip()}: make it with createdb")
    return DatabaseUnavailable(f"{where}: the database server refuses: {reason.strip()}")


def _defaults(url: str) -> dict[str, Any]:
    """Connection parameters of ours that the URL does not set itself."""
    given = psycopg.conninfo.conninfo_to_dict(url)
    ours = {
        "connect_timeout": CONNECT_SECONDS,
        "application_name": "kadence",
        "client_encoding": "UTF8",
        "keepalives_idle": SILENT_SECONDS // 3,
        "keepalives_interval": SILENT_SECONDS // 3,
        "keepalives_count": 2,
        "tcp_user_timeout": SILENT_SECONDS * 1000,
    }
    if "," in str(given.get("host") or given.get("hostaddr") or ""):
        # Of several servers the one that takes changes: the others are its standbys.
        ours["target_session_attrs"] = "read-write"
    return {name: value for name, value in ours.items() if name not in given}


def shown(url: str) -> str:
    """Return the URL as it may be shown: where the database is, and whose connection it is.

    Raises:
        StorageUnusable: libpq does not understand it, or not as it was meant.
    """
    try:
        given = psycopg.conninfo.conninfo_to_dict(url)
    except psycopg.Error:
        raise StorageUnusable(
            "the database URL is not one that libpq understands: write postgresql://user@host/database"
            " (a password in it needs percent-encoding)"
        ) from None
    host = str(given.get("host") or "")
    if "@" in host:
        raise StorageUnusable("a password in the database URL needs percent-encoding: @ is %40")
    user = f"{given['user']}@" if given.get("user") else ""
    port = f":{given['port']}" if given.get("port") else ""
    return f"postgresql://{user}{host}{port}/{given.get('dbname') or ''}"


def refuse_transaction_pooling(url: str) -> None:
    """Refuse a pooler that gives each transaction another session of the server.

    Then nobody could say whose settings a statement runs with, nor hold a lock. A pooler shows by
    the process id that it says at the beginning, which is not that of the server's process; one
    that changes sessions between transactions shows when another connection is in a transaction:
    that has the session that this one had before.

    Raises:
        StorageUnusable: it is one.
        StorageError: the server cannot be asked.
    """
    where = shown(url)
    with contextlib.ExitStack() as stack:
        one = stack.enter_context(contextlib.closing(connect(url)))
        line = stack.enter_context(closing_line(one))
        try:
            with line.within(CONNECT_SECONDS):
                before = _process(one)
            if before == one.info.backend_pid:
                return
            other = stack.enter_context(contextlib.closing(connect(url)))
            others = stack.enter_context(closing_line(other))
            with others.within(CONNECT_SECONDS):
                other.execute("BEGIN")
                _process(other)
            with line.within(CONNECT_SECONDS):
                same = _process(one) == before
        except psycopg.Error as error:
            raise StorageUnusable(
                f"{where}: that is a pooler, and no second session could be had through it: it"
                f" needs pool_mode=session and one for each connection ({str(error).strip()})"
            ) from error
    if not same:
        raise StorageUnusable(
            f"{where}: that is a pooler in transaction mode, in which settings and locks are not"
            " kept: set pool_mode=session for this database, or name the server itself"
        )


def _process(connection: psycopg.Connection[tuple[Any, ...]]) -> int:
    row = connection.execute("SELECT pg_backend_pid()").fetchone()
    return int(row[0]) if row else 0


def closing_line(
    connection: psycopg.Connection[tuple[Any, ...]],
) -> contextlib.closing[Line]:
    """Return the line of a connection, watched while the block lasts."""
    return contextlib.closing(Line(connection.pgconn.socket))


def translated(error: psycopg.Error, where: str = "") -> StorageError:
    """Return the driver's error as one of ours, by its SQLSTATE.

    One without is a lost connection.
    """
    prefix = f"{where}: " if where else ""
    said = str(error).strip().partition("\n")[0]
    if isinstance(error, errors.LockNotAvailable):
        return StorageBusy(f"{prefix}the database is locked by another program")
    if isinstance(error, errors.QueryCanceled):
        return StorageBusy(f"{prefix}the database took too long for it")
    if isinstance(error, errors.DiskFull):
        return StorageFull(f"{prefix}there is no room left on the database's disk")
    if isinstance(error, errors.InvalidCatalogName | errors.InvalidPassword):
        return StorageUnusable(f"{prefix}{said}")
    if _lost(error):
        return DatabaseUnavailable(f"{prefix}the database server does not answer: {said}")
    return StorageUnusable(f"{prefix}the database cannot be used: {said}")


def _lost(error: Exception) -> bool:
    """Return whether the connection is gone, or none could be had."""
    if not isinstance(error, psycopg.OperationalError | psycopg.InterfaceError):
        return False
    # 57P01 to 57P03: the server is being stopped, has crashed, or is starting up.
    state = error.sqlstate
    return state is None or state[:2] == "08" or state[:3] == "57P" or state == "25P03"


def _collides(error: Exception) -> bool:
    return isinstance(error, errors.SerializationFailure | errors.DeadlockDetected)


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
        statement_seconds: int = 0,
        idle_seconds: int = IDLE_SECONDS,
    ) -> None:
        self._url = url
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
        self.transaction = Transaction(self._cursor, DIALECT)

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
            if self._status == TransactionStatus.IDLE and not _lost(error):
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
        if isinstance(error, NotCommitted) or _collides(error):
            return True
        return _lost(error)

    def is_fatal(self, error: Exception) -> bool:
        """See Connection.is_fatal."""
        return isinstance(error, errors.LockNotAvailable | errors.DiskFull)

    def translate_error(self, error: Exception) -> Exception:
        """See Connection.translate_error."""
        if isinstance(error, psycopg.Error):
            if _lost(error):
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


class PostgresDatabase(ThreadedDatabase):
    """A database of a PostgreSQL server, as storage.engine.Database."""

    is_shared = True

    def __init__(self, url: str, *, connections: int, statement_seconds: int) -> None:
        """Connect to `url`: once to write, else to read.

        Raises:
            StorageError: the server is not there or refuses us.
        """
        refuse_transaction_pooling(url)
        sessions = [
            PostgresConnection(url, writes=n == 0, statement_seconds=statement_seconds)
            for n in range(connections)
        ]
        super().__init__(sessions[0], sessions[1:])

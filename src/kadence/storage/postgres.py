"""PostgreSQL: its connections, the one lock that writers queue up at, and its errors.

Writers of all server processes take one lock for the length of a batch, so that every rule holds as
it does with SQLite's one writer, and the journal's order is the order of the commits. Why not
SERIALIZABLE: docs/decisions/0006-postgresql-writes.md.
"""

import contextlib
from typing import Any

import psycopg
import structlog
from psycopg import errors
from psycopg.pq import TransactionStatus
from sqlalchemy.dialects.postgresql import psycopg as dialect

from kadence.domain.errors import (
    DatabaseUnavailable,
    StorageBusy,
    StorageError,
    StorageFull,
    StorageUnusable,
)
from kadence.storage.connections import InDoubt
from kadence.storage.engine import Transaction
from kadence.storage.executor import ThreadedDatabase

DIALECT = dialect.dialect()  # type: ignore[no-untyped-call]
WRITERS_LOCK = 0x6B6164656E6365
"""The advisory lock of writers: the letters of kadence."""
CONNECT_SECONDS = 5
"""How long a new connection may take, unless the URL says otherwise."""
LOCK_SECONDS = 5
"""How long a statement waits for a lock before it is refused."""
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
    }
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
        self._open()

    def _open(self) -> None:
        self._connection = connect(
            self._url, statement_seconds=self._statement_seconds, idle_seconds=self._idle_seconds
        )
        self._cursor = self._connection.cursor()
        self.transaction = Transaction(self._cursor, DIALECT)

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
            # Each statement sees what was committed before it: all that other writers did, once
            # the lock is ours.
            self._cursor.execute("BEGIN ISOLATION LEVEL READ COMMITTED")
            self._cursor.execute("SELECT pg_advisory_xact_lock(%s)", (WRITERS_LOCK,))
        else:
            self._cursor.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")

    def commit(self) -> None:
        """See Connection.commit."""
        try:
            self._cursor.execute("COMMIT")
        except psycopg.Error as error:
            if self._status == TransactionStatus.IDLE and not _lost(error):
                # The server itself refused, and has undone it all.
                raise
            last_row = self.transaction.last_row
            self._drop()
            if last_row is None:
                # What leaves no event, as when a token was last used, can as well be done twice.
                raise NotCommitted("the connection was lost before the commit") from error
            raise InDoubt(last_row) from error
        if self._cursor.statusmessage != "COMMIT":
            raise StorageUnusable("the database undid what it was told to commit")

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
        sessions = [
            PostgresConnection(url, writes=n == 0, statement_seconds=statement_seconds)
            for n in range(connections)
        ]
        super().__init__(sessions[0], sessions[1:])

"""Connections to a PostgreSQL server: how they are had, and what is wrong when they are not."""

import contextlib
from typing import Any

import psycopg
from psycopg import errors

from kadence.domain.errors import (
    DatabaseUnavailable,
    StorageBusy,
    StorageError,
    StorageFull,
    StorageUnusable,
)
from kadence.storage.engines.deadlines import Line

CONNECT_SECONDS = 5
"""How long a new connection may take, unless the URL says otherwise."""
LOCK_SECONDS = 5
"""How long a statement waits for a lock before it is refused."""
SILENT_SECONDS = 15
"""After how long without a sign of the other machine the operating system gives up."""


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
    """Return why no connection could be had.

    libpq says that in words alone, and a server in its own language: they are shown, not read.
    """
    if error.sqlstate is not None:
        return translated(error, where)
    if error.pgconn is not None and error.pgconn.needs_password:
        return StorageUnusable(f"{where}: the server wants a password: put it into ~/.pgpass")
    said = "; ".join(line.strip() for line in str(error).splitlines() if line.strip())
    return DatabaseUnavailable(
        f"{where}: the database server does not answer, or refuses: {said} (a database that is not"
        " there is made with createdb)"
    )


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
    if is_lost(error):
        return DatabaseUnavailable(f"{prefix}the database server does not answer: {said}")
    return StorageUnusable(f"{prefix}the database cannot be used: {said}")


def is_lost(error: Exception) -> bool:
    """Return whether the connection is gone, or none could be had."""
    if not isinstance(error, psycopg.OperationalError | psycopg.InterfaceError):
        return False
    # 57P01 to 57P03: the server is being stopped, has crashed, or is starting up.
    state = error.sqlstate
    return state is None or state[:2] == "08" or state[:3] == "57P" or state == "25P03"


def collides(error: Exception) -> bool:
    """Return whether another transaction was in the way."""
    return isinstance(error, errors.SerializationFailure | errors.DeadlockDetected)

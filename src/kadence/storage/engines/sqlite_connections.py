"""The embedded database: a file in WAL mode, its connections and its errors."""

import contextlib
import os
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import apsw
import msgspec
import structlog
from sqlalchemy.dialects import sqlite

from kadence.domain.errors import (
    StorageBusy,
    StorageError,
    StorageFull,
    StorageUnusable,
)
from kadence.storage.engines.claims import Claim
from kadence.storage.executor import ThreadedDatabase
from kadence.storage.transactions import Capabilities, Transaction

# Parameters by their places: looking each up by its name costs as much again as binding it.
DIALECT = sqlite.dialect(paramstyle="qmark")
CAPABILITIES = Capabilities(
    dialect=DIALECT, cheap_returning=False, text_match=True, round_trips=False
)
BUSY_SECONDS = 5.0
"""How long a transaction waits for another program's lock before it is refused."""
READERS = 4
READER_CACHE_KIB = 512
"""Of pages that a reader keeps: each commit makes it read them again, from the system's memory."""
STATEMENTS = 512
"""Prepared statements that a connection keeps: more than a server runs, but for rare filters."""

_OPEN = apsw.SQLITE_OPEN_READWRITE | apsw.SQLITE_OPEN_URI | apsw.SQLITE_OPEN_NOMUTEX
"""Without a mutex of SQLite's own: a connection is in the hands of one thread at a time."""

log = structlog.get_logger()


def connect(path: Path, *, create: bool = False, read_only: bool = False) -> apsw.Connection:
    """Open a database file durably: WAL, synchronous=FULL, foreign keys enforced.

    The connection leaves BEGIN and COMMIT to its caller and may be handed to another thread, but
    not used by two at once. One that is `read_only` leaves the file as it is, to the byte.

    Raises:
        StorageUnusable: there is no such file (unless `create`), or it is no readable database.
        StorageBusy: another program holds its lock.
    """
    uri = f"{path.absolute().as_uri()}?mode=rw"
    if read_only:
        # Without a log beside it nobody has it open, and it need not be locked: no file is made.
        alone = not path.with_name(f"{path.name}-wal").exists()
        uri = f"{path.absolute().as_uri()}?mode=ro{'&immutable=1' if alone else ''}"
    try:
        if create:
            # For nobody else's eyes, whatever the umask; what SQLite puts beside it follows.
            os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
        connection = apsw.Connection(uri, _OPEN, statementcachesize=STATEMENTS)
    except (apsw.Error, OSError) as error:
        raise _told_of_folder(path) or StorageUnusable(
            f"cannot open the database {path}: {error}"
        ) from error
    connection.set_busy_timeout(int(BUSY_SECONDS * 1000))
    connection.config(apsw.SQLITE_DBCONFIG_ENABLE_QPSG, 1)
    connection.convert_binding = _as_json
    try:
        if read_only:
            connection.execute("SELECT count(*) FROM sqlite_master")
            return connection
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("PRAGMA foreign_keys=ON")
        # What is deleted is overwritten, so that nobody finds it in the file.
        connection.execute("PRAGMA secure_delete=ON")
    except apsw.Error as error:
        connection.close()
        raise _told_of_folder(path) or translated(error, str(path)) from error
    return connection


def purge_file(path: Path) -> None:
    """Write a file anew, without what was deleted, and empty its log.

    Overwriting alone is not enough: pages that were split keep copies of rows.

    Raises:
        StorageError: there is no room for it, or others did not let it happen for 5 seconds.
    """
    connection = connect(path)
    try:
        # Where there is room for the database there is room for its copy; /tmp may be memory.
        folder = str(path.absolute().parent).replace("'", "''")
        connection.execute(f"PRAGMA temp_store_directory = '{folder}'")
        connection.execute("VACUUM")
        ((busy, *_),) = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    except apsw.Error as error:
        raise translated(error, str(path)) from error
    finally:
        connection.close()
    if busy:
        raise StorageBusy(f"{path}: somebody reads what was there before")


def _as_json(_cursor: apsw.Cursor, _number: int, value: object) -> str:
    """Return the values of a dialects.OneOf, which are read by json_each."""
    if not isinstance(value, list):
        msg = f"a {type(value).__name__} is nothing that SQLite can hold"
        raise TypeError(msg)
    return msgspec.json.encode(value).decode()


def _told_of_folder(path: Path) -> StorageError | None:
    """SQLite writes files beside the database's own, and does not say so when it cannot."""
    folder = path.absolute().parent
    if not folder.is_dir():
        return StorageUnusable(f"{path}: there is no folder {folder}")
    if path.is_dir():
        return StorageUnusable(f"{path} is a folder, not a database")
    if not os.access(folder, os.W_OK):
        return StorageUnusable(f"{path}: the folder {folder} is read-only")
    return None


def translated(error: Exception, where: str = "") -> StorageError:
    """Return the driver's error as one of ours, by SQLite's result code."""
    code = _code(error)
    prefix = f"{where}: " if where else ""
    if code in (apsw.SQLITE_BUSY, apsw.SQLITE_LOCKED):
        return StorageBusy(f"{prefix}the database is locked by another program")
    if code == apsw.SQLITE_FULL:
        return StorageFull(f"{prefix}there is no room left on the database's disk")
    if code == apsw.SQLITE_NOTADB:
        return StorageUnusable(f"{prefix}that is no SQLite database")
    if code == apsw.SQLITE_READONLY:
        return StorageUnusable(f"{prefix}the database is read-only for this user")
    if code == apsw.SQLITE_CORRUPT:
        return StorageUnusable(f"{prefix}the database file is damaged: {error}")
    return StorageUnusable(f"{prefix}the database cannot be used: {error}")


def _code(error: Exception) -> int:
    """SQLite's result code."""
    return int(getattr(error, "result", 0)) & 0xFF


_OF_THE_FILE = {
    apsw.SQLITE_FULL,
    apsw.SQLITE_IOERR,
    apsw.SQLITE_READONLY,
    apsw.SQLITE_CORRUPT,
    apsw.SQLITE_NOTADB,
}


_LATEST = "SELECT at FROM journal ORDER BY seq DESC LIMIT 1"


class FileGone(StorageUnusable):
    """What is open is not any more what is found under its name."""


def _identities(path: Path) -> tuple[tuple[int, int] | None, ...]:
    """Return which files the database and its log are, by device and inode; None: not there."""
    found: list[tuple[int, int] | None] = []
    for name in (f"{path}", f"{path}-wal"):
        try:
            status = os.stat(name)  # noqa: PTH116 - at each commit, and twice as quick
        except OSError:
            found.append(None)
        else:
            found.append((status.st_dev, status.st_ino))
    return tuple(found)


class SqliteConnection:
    """One connection to the file, as storage.connections.Connection."""

    def __init__(self, path: Path, *, writes: bool) -> None:
        """Open the file `path`, which must exist.

        Raises:
            StorageError: the file cannot be opened or is no database.
        """
        self._connection = connect(path)
        if not writes:
            self._connection.execute("PRAGMA query_only=ON")
            self._connection.execute(f"PRAGMA cache_size=-{READER_CACHE_KIB}")
        else:
            # So that its log is there, too.
            self._connection.execute("BEGIN IMMEDIATE")
            self._connection.execute("ROLLBACK")
        cursor = self._connection.cursor()
        self.transaction = Transaction(cursor, CAPABILITIES)
        self._cursor = cursor
        self._begin = partial(cursor.execute, "BEGIN IMMEDIATE" if writes else "BEGIN")
        self._waits = True
        self._commit = partial(cursor.execute, "COMMIT")
        self._files = _identities(path) if writes else ()
        self._path = path
        self.savepoint: Callable[[], Any] = partial(cursor.execute, "SAVEPOINT job")
        self.rollback_to_savepoint: Callable[[], Any] = partial(cursor.execute, "ROLLBACK TO job")
        self.release_savepoint: Callable[[], Any] = partial(cursor.execute, "RELEASE job")
        self.close: Callable[[], Any] = self._connection.close

    def begin(self, *, wait: bool = True) -> None:
        """See Connection.begin."""
        if wait is not self._waits:
            self._waits = wait
            self._connection.set_busy_timeout(int(BUSY_SECONDS * 1000) if wait else 0)
        self.verify()
        self._begin()
        if self._files:
            row = self._cursor.execute(_LATEST).fetchone()
            self.transaction.latest = row[0] if row else 0

    def commit(self) -> None:
        """See Connection.commit."""
        self._commit()

    def confirm(self) -> None:
        """See Connection.confirm; there is no standby."""
        self.commit()

    def verify(self) -> None:
        """See Connection.verify; what went into a file that nobody will find is not acknowledged.

        Raises:
            FileGone: after a commit, it is in doubt what was kept.
        """
        if self._files and _identities(self._path) != self._files:
            raise FileGone(
                f"the database file {self._path} or its log was moved, replaced or deleted while"
                " it was open: nothing more is written; put it back and restart"
            )

    @property
    def in_transaction(self) -> bool:
        """SQLite ends a transaction by itself when the disk is full, for one."""
        return self._connection.in_transaction

    @property
    def needs_rollback(self) -> bool:
        """A failed statement undoes itself and leaves the transaction as it was."""
        return False

    def rollback(self) -> None:
        """See Connection.rollback; where even that fails, SQLite has done it by itself."""
        if self._connection.in_transaction:
            # By the cursor of the statements: one that was not read to its end would go on holding
            # what it saw, and keep the log from being emptied.
            with contextlib.suppress(apsw.Error):
                self._cursor.execute("ROLLBACK")

    def is_transient(self, _error: Exception) -> bool:
        """There is one writer, and the wait for other programs is in BUSY_SECONDS already."""
        return False

    def is_fatal(self, error: Exception) -> bool:
        """See Connection.is_fatal: the disk or the file, not the statement."""
        return isinstance(error, apsw.Error) and _code(error) in _OF_THE_FILE

    def translate_error(self, error: Exception) -> Exception:
        """See Connection.translate_error."""
        if isinstance(error, apsw.Error):
            log.error("statement failed", exc_info=error)
            return translated(error)
        return error


class SqliteDatabase(ThreadedDatabase):
    """A database file under one process, as storage.transactions.Database."""

    is_shared = False

    def __init__(self, path: Path) -> None:
        """Open the file `path`, which must exist.

        Raises:
            StorageError: the file cannot be opened or is no database.
        """
        writer = SqliteConnection(path, writes=True)
        self._path = path
        self._claim = Claim(path)
        super().__init__(
            writer,
            [SqliteConnection(path, writes=False) for _ in range(READERS)],
            inline_reader=SqliteConnection(path, writes=False),
        )

    def _purge(self) -> None:
        purge_file(self._path)

    def close(self) -> None:
        """See ThreadedDatabase.close."""
        super().close()
        self._claim.close()

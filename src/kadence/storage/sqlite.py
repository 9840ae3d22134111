"""The embedded database: one writer thread with group commit, reader threads beside it (WAL)."""

import asyncio
import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any, TypeVar

import structlog
from sqlalchemy.dialects import sqlite

from kadence.domain.errors import (
    KadenceError,
    StorageBusy,
    StorageError,
    StorageFull,
    StorageUnusable,
)
from kadence.storage.engine import Transaction

T = TypeVar("T")
Work = Callable[[Transaction], Any]

DIALECT = sqlite.dialect(paramstyle="named")
BUSY_SECONDS = 5.0
"""How long a transaction waits for another program's lock before it is refused."""
LARGEST_BATCH = 256
"""Commands that share one commit; more would only make the first of them wait."""
READERS = 2

log = structlog.get_logger()


def connect(path: Path, *, create: bool = False) -> sqlite3.Connection:
    """Open a database file durably: WAL, synchronous=FULL, foreign keys enforced.

    The connection leaves BEGIN and COMMIT to its caller and may be handed to another thread.

    Raises:
        StorageUnusable: there is no such file (unless `create`), or it is no readable database.
        StorageBusy: another program holds its lock.
    """
    uri = f"{path.absolute().as_uri()}?mode={'rwc' if create else 'rw'}"
    try:
        connection = sqlite3.connect(
            uri,
            uri=True,
            timeout=BUSY_SECONDS,
            isolation_level=None,
            check_same_thread=False,
            cached_statements=512,
        )
    except sqlite3.Error as error:
        raise StorageUnusable(f"cannot open the database {path}: {error}") from error
    try:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("PRAGMA foreign_keys=ON")
    except sqlite3.Error as error:
        connection.close()
        raise translated(error, str(path)) from error
    return connection


def translated(error: sqlite3.Error, where: str = "") -> StorageError:
    """The driver's error as one of ours, by SQLite's result code."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    prefix = f"{where}: " if where else ""
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return StorageBusy(f"{prefix}the database is locked by another program")
    if code == sqlite3.SQLITE_FULL:
        return StorageFull(f"{prefix}there is no room left on the database's disk")
    return StorageUnusable(f"{prefix}the database cannot be used: {error}")


class _Job:
    """A piece of work and the future that waits for it."""

    __slots__ = ("error", "future", "result", "work")

    def __init__(self, work: Work, future: asyncio.Future[Any]) -> None:
        self.work = work
        self.future = future
        self.result: Any = None
        self.error: Exception | None = None

    def settle(self) -> None:
        """Hand the outcome to whoever waits; runs on the event loop."""
        if self.future.cancelled():
            return
        if self.error is not None:
            self.future.set_exception(self.error)
        else:
            self.future.set_result(self.result)


def _settle(jobs: list[_Job]) -> None:
    for job in jobs:
        job.settle()


Queue = SimpleQueue[_Job | None]
"""Jobs for a thread; None tells it to end."""


class SqliteDatabase:
    """A database file under one process, as storage.engine.Database."""

    def __init__(self, path: Path) -> None:
        """Open the file `path`, which must exist.

        Raises:
            StorageError: the file cannot be opened or is no database.
        """
        self._writes: Queue = SimpleQueue()
        self._reads: Queue = SimpleQueue()
        self._threads = [
            threading.Thread(
                target=_write_loop, args=(connect(path), self._writes), name="kadence-writer"
            )
        ]
        self._threads += [
            threading.Thread(
                target=_read_loop, args=(connect(path), self._reads), name=f"kadence-reader-{n}"
            )
            for n in range(READERS)
        ]
        for thread in self._threads:
            thread.daemon = True
            thread.start()

    async def read(self, work: Callable[[Transaction], T]) -> T:
        """See Database.read."""
        return await self._submit(self._reads, work)

    async def write(self, work: Callable[[Transaction], T]) -> T:
        """See Database.write."""
        return await self._submit(self._writes, work)

    async def _submit(self, queue: Queue, work: Callable[[Transaction], T]) -> T:
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        queue.put(_Job(work, future))
        return await future

    def close(self) -> None:
        """Finish the queued work and close the file."""
        self._writes.put(None)
        for _ in range(READERS):
            self._reads.put(None)
        for thread in self._threads:
            thread.join()


def _next_batch(queue: Queue) -> tuple[list[_Job], bool]:
    """Wait for a job, then take what has queued up behind it; the flag says: end afterwards."""
    job = queue.get()
    if job is None:
        return [], True
    batch = [job]
    while len(batch) < LARGEST_BATCH:
        try:
            job = queue.get_nowait()
        except Empty:
            break
        if job is None:
            return batch, True
        batch.append(job)
    return batch, False


def _write_loop(connection: sqlite3.Connection, queue: Queue) -> None:
    cursor = connection.cursor()
    transaction = Transaction(cursor, DIALECT)
    ended = False
    while not ended:
        batch, ended = _next_batch(queue)
        if not batch:
            break
        try:
            _write_batch(cursor, transaction, batch)
        except Exception as error:
            _fail(connection, batch, error)
        batch[0].future.get_loop().call_soon_threadsafe(_settle, batch)
    connection.close()


def _write_batch(cursor: sqlite3.Cursor, transaction: Transaction, batch: list[_Job]) -> None:
    """Run each job under its own savepoint, so that a refused one hurts no other; commit once."""
    cursor.execute("BEGIN IMMEDIATE")
    kept = False
    for job in batch:
        cursor.execute("SAVEPOINT job")
        try:
            job.result = job.work(transaction)
            kept = True
        except Exception as error:
            if isinstance(error, sqlite3.Error):
                if not cursor.connection.in_transaction:
                    raise
                log.error("statement failed", exc_info=error)
                job.error = translated(error)
            else:
                job.error = error
            cursor.execute("ROLLBACK TO job")
        cursor.execute("RELEASE job")
    cursor.execute("COMMIT" if kept else "ROLLBACK")


def _fail(connection: sqlite3.Connection, batch: list[_Job], error: Exception) -> None:
    """Nothing of the batch was kept: say so to every job that had not failed by itself."""
    if connection.in_transaction:
        connection.execute("ROLLBACK")
    if isinstance(error, sqlite3.Error):
        error = translated(error)
    log.error("batch not committed", jobs=len(batch), error=str(error))
    for job in batch:
        job.error = job.error or error


def _read_loop(connection: sqlite3.Connection, queue: Queue) -> None:
    connection.execute("PRAGMA query_only=ON")
    cursor = connection.cursor()
    transaction = Transaction(cursor, DIALECT)
    while (job := queue.get()) is not None:
        try:
            cursor.execute("BEGIN")
            job.result = job.work(transaction)
        except sqlite3.Error as error:
            log.error("query failed", exc_info=error)
            job.error = translated(error)
        except KadenceError as error:
            job.error = error
        except Exception as error:
            job.error = error
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        job.future.get_loop().call_soon_threadsafe(job.settle)
    connection.close()

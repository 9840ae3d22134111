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


Queue = SimpleQueue[list[_Job] | None]
"""Jobs for a thread, as many at once as came at once; None tells it to end."""


class _Inbox:
    """Collects the jobs of one turn of the event loop, so that a thread is woken once for all.

    Waking it for the first would make it compete with the loop for the interpreter lock while the
    loop still takes in the others.
    """

    def __init__(self, queue: Queue) -> None:
        self._queue = queue
        self._jobs: list[_Job] = []

    async def submit(self, work: Callable[[Transaction], T]) -> T:
        """Have a thread do `work`."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()
        if not self._jobs:
            loop.call_soon(self._hand_over)
        self._jobs.append(_Job(work, future))
        return await future

    def _hand_over(self) -> None:
        self._queue.put(self._jobs)
        self._jobs = []


class SqliteDatabase:
    """A database file under one process, as storage.engine.Database."""

    def __init__(self, path: Path) -> None:
        """Open the file `path`, which must exist.

        Raises:
            StorageError: the file cannot be opened or is no database.
        """
        self._writes: Queue = SimpleQueue()
        self._reads: Queue = SimpleQueue()
        self._to_write = _Inbox(self._writes)
        self._to_read = _Inbox(self._reads)
        self._threads = [
            threading.Thread(
                target=_write_loop,
                args=(connect(path), self._writes),
                name="kadence-writer",
            )
        ]
        self._threads += [
            threading.Thread(
                target=_read_loop,
                args=(connect(path), self._reads),
                name=f"kadence-reader-{n}",
            )
            for n in range(READERS)
        ]
        for thread in self._threads:
            thread.daemon = True
            thread.start()

    async def read(self, work: Callable[[Transaction], T]) -> T:
        """See Database.read."""
        return await self._to_read.submit(work)

    async def write(self, work: Callable[[Transaction], T]) -> T:
        """See Database.write."""
        return await self._to_write.submit(work)

    def close(self) -> None:
        """Finish the queued work and close the file."""
        self._writes.put(None)
        for _ in range(READERS):
            self._reads.put(None)
        for thread in self._threads:
            thread.join()


def _next_batch(queue: Queue) -> tuple[list[_Job], bool]:
    """Wait for jobs, then take what has queued up behind them; the flag says: end afterwards."""
    jobs = queue.get()
    if jobs is None:
        return [], True
    batch = jobs
    while len(batch) < LARGEST_BATCH:
        try:
            jobs = queue.get_nowait()
        except Empty:
            break
        if jobs is None:
            return batch, True
        batch += jobs
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


class _Dirty(Exception):
    """A job failed after it had written: what it wrote must go, and only that."""


def _write_batch(cursor: sqlite3.Cursor, transaction: Transaction, batch: list[_Job]) -> None:
    """Run all jobs and commit once; a refused one hurts no other.

    Most refusals come before the first write, so the jobs run bare at first. Should one fail later
    than that, the batch is run again with a savepoint around each job, which costs two statements
    more.
    """
    try:
        _run_and_commit(cursor, transaction, batch, savepoints=False)
    except _Dirty:
        cursor.execute("ROLLBACK")
        _run_and_commit(cursor, transaction, batch, savepoints=True)


def _run_and_commit(
    cursor: sqlite3.Cursor,
    transaction: Transaction,
    batch: list[_Job],
    *,
    savepoints: bool,
) -> None:
    connection = cursor.connection
    cursor.execute("BEGIN IMMEDIATE")
    for job in batch:
        before = connection.total_changes
        job.error = None
        if savepoints:
            cursor.execute("SAVEPOINT job")
        try:
            job.result = job.work(transaction)
        except Exception as error:
            if not connection.in_transaction:
                raise
            job.error = _told(error)
            if connection.total_changes != before:
                if not savepoints:
                    raise _Dirty from error
                cursor.execute("ROLLBACK TO job")
        if savepoints:
            cursor.execute("RELEASE job")
    cursor.execute("COMMIT")


def _told(error: Exception) -> Exception:
    if isinstance(error, sqlite3.Error):
        log.error("statement failed", exc_info=error)
        return translated(error)
    return error


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
    while (jobs := queue.get()) is not None:
        for job in jobs:
            _read(cursor, transaction, job)
        jobs[0].future.get_loop().call_soon_threadsafe(_settle, jobs)
    connection.close()


def _read(cursor: sqlite3.Cursor, transaction: Transaction, job: _Job) -> None:
    """Run the job on a snapshot of its own."""
    try:
        cursor.execute("BEGIN")
        job.result = job.work(transaction)
    except Exception as error:
        job.error = _told(error)
    if cursor.connection.in_transaction:
        cursor.execute("ROLLBACK")

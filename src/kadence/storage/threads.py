"""Runs jobs on a database in threads of its own: one that writes in batches, some that read.

What differs between databases is behind `Session`, one connection in the hands of one thread.
"""

import asyncio
import contextlib
import random
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from queue import Empty, SimpleQueue
from typing import Any, Protocol, TypeVar

import structlog

from kadence.domain.errors import KadenceError, StorageBusy
from kadence.storage.engine import Transaction

T = TypeVar("T")
Work = Callable[[Transaction], Any]

LARGEST_BATCH = 256
"""Commands that share one commit; more would only make the first of them wait."""
TRIES = 6
"""How often a batch is tried that came in another writer's way."""
LONGEST_PAUSE = 0.4
"""Seconds, at the most, before the next try; each is a random part of twice the one before."""

log = structlog.get_logger()


class Session(Protocol):
    """One connection, and how transactions are made on it; opened when it is first needed.

    A session that lost its connection opens a new one at the next `begin`.
    """

    transaction: Transaction

    @property
    def in_transaction(self) -> bool:
        """Whether what was done since `begin` can still be committed or undone in part."""

    @property
    def spoilt(self) -> bool:
        """Whether the transaction takes no more statements until a part of it is undone."""

    def begin(self) -> None:
        """Open a transaction."""

    def commit(self) -> None:
        """Make it durable; when this raises, nothing of it was kept."""

    def rollback(self) -> None:
        """Undo it, if there is one."""

    def save(self) -> None:
        """Mark the place to which `undo` goes back."""

    def undo(self) -> None:
        """Undo what was done since `save`."""

    def release(self) -> None:
        """Forget the mark."""

    def passing(self, error: Exception) -> bool:
        """Whether the same transaction may well succeed when it is tried again at once."""

    def hits_all(self, error: Exception) -> bool:
        """Whether it would meet every job of a batch, so that going on with the others is idle."""

    def told(self, error: Exception) -> Exception:
        """The driver's error as one of ours; one that is not the driver's as it is."""

    def close(self) -> None:
        """Let the connection go."""


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


class _Outbox:
    """Hands finished jobs back to the event loop, and wakes it once for all that are finished."""

    def __init__(self) -> None:
        self._done: deque[_Job] = deque()
        self._woken: asyncio.AbstractEventLoop | None = None

    def hand_back(self, jobs: Sequence[_Job]) -> None:
        """Have these jobs settled; called by any thread."""
        self._done.extend(jobs)
        loop = jobs[0].future.get_loop()
        if self._woken is not loop:
            self._woken = loop
            # A loop that is closed already has nobody left who waits.
            with contextlib.suppress(RuntimeError):
                loop.call_soon_threadsafe(self._settle)

    def _settle(self) -> None:
        # First, so that whoever hands back from now on wakes the loop again.
        self._woken = None
        while self._done:
            self._done.popleft().settle()


WriteQueue = SimpleQueue[list[_Job] | None]
"""Jobs for the writer, as many at once as came at once; None tells it to end."""
ReadQueue = SimpleQueue[_Job | None]


class ThreadedDatabase:
    """A database under one process, as storage.engine.Database."""

    def __init__(
        self, writer: Session, readers: Sequence[Session], near: Session | None = None
    ) -> None:
        """`near` is a session that never waits: it is used on the event loop itself."""
        self._near = near
        self._writes: WriteQueue = SimpleQueue()
        self._reads: ReadQueue = SimpleQueue()
        self._arrived: list[_Job] = []
        outbox = _Outbox()
        self._threads = [
            threading.Thread(
                target=_write_loop,
                args=(writer, self._writes, outbox),
                name="kadence-writer",
                daemon=True,
            )
        ]
        self._threads += [
            threading.Thread(
                target=_read_loop,
                args=(reader, self._reads, outbox),
                name=f"kadence-reader-{n}",
                daemon=True,
            )
            for n, reader in enumerate(readers)
        ]
        for thread in self._threads:
            thread.start()

    async def read(self, work: Callable[[Transaction], T]) -> T:
        """See Database.read."""
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._reads.put(_Job(work, future))
        return await future

    async def glance(self, work: Callable[[Transaction], T]) -> T:
        """See Database.glance; two hand-overs between threads cost more than such work does."""
        if self._near is not None:
            try:
                self._near.begin()
                return work(self._near.transaction)
            except KadenceError:
                raise
            except Exception as error:
                # A lock that had to be waited for, say: whatever it is, a reader meets it again.
                log.info("a glance became a read", error=str(error))
            finally:
                self._near.rollback()
        return await self.read(work)

    async def write(self, work: Callable[[Transaction], T]) -> T:
        """See Database.write.

        The writer is woken once for all jobs of one turn of the event loop. Waking it for the first
        would make it compete with the loop for the interpreter lock while the loop still takes in
        the others.
        """
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()
        if not self._arrived:
            loop.call_soon(self._hand_over)
        self._arrived.append(_Job(work, future))
        return await future

    def _hand_over(self) -> None:
        self._writes.put(self._arrived)
        self._arrived = []

    def close(self) -> None:
        """Finish the queued work and let go of the connections."""
        self._writes.put(None)
        for _ in self._threads[1:]:
            self._reads.put(None)
        for thread in self._threads:
            thread.join()
        if self._near is not None:
            self._near.close()


def _next_batch(queue: WriteQueue) -> tuple[list[_Job], bool]:
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


def _write_loop(session: Session, queue: WriteQueue, outbox: _Outbox) -> None:
    ended = False
    while not ended:
        batch, ended = _next_batch(queue)
        if not batch:
            break
        try:
            write_batch(session, batch)
        except Exception as error:
            _fail(session, batch, error)
        outbox.hand_back(batch)
    session.close()


class _Dirty(Exception):
    """A job failed after it had written: what it wrote must go, and only that."""


def write_batch(session: Session, batch: Sequence[_Job]) -> None:
    """Run all jobs and commit once; a refused one hurts no other.

    Most refusals come before the first write, so the jobs run bare at first. Should one fail later
    than that, the batch is run again with a savepoint around each job, which costs two statements
    more. A batch that came in another writer's way is tried again, a few times.
    """
    savepoints, tries = False, 0
    while True:
        try:
            _run_and_commit(session, batch, savepoints=savepoints)
        except _Dirty:
            session.rollback()
            savepoints = True
        except Exception as error:
            tries += 1
            if tries == TRIES or not session.passing(error):
                raise
            session.rollback()
            pause = random.uniform(0, LONGEST_PAUSE / 2 ** (TRIES - 1 - tries))  # noqa: S311
            log.warning("batch is tried again", jobs=len(batch), error=str(error), tries=tries)
            time.sleep(pause)
        else:
            return


def _run_and_commit(session: Session, batch: Sequence[_Job], *, savepoints: bool) -> None:
    session.begin()
    transaction = session.transaction
    transaction.forget()
    for job in batch:
        before, postponed = transaction.writes, transaction.postponed
        job.error = None
        if savepoints:
            session.save()
        try:
            job.result = job.work(transaction)
        except Exception as error:
            if not session.in_transaction or session.passing(error) or session.hits_all(error):
                raise
            job.error = session.told(error)
            transaction.forget(postponed)
            if session.spoilt or transaction.writes != before:
                if not savepoints:
                    raise _Dirty from error
                session.undo()
        if savepoints:
            transaction.finish()
            session.release()
    transaction.finish()
    session.commit()


def _fail(session: Session, batch: Sequence[_Job], error: Exception) -> None:
    """Nothing of the batch was kept: say so to every job that had not failed by itself."""
    if session.passing(error):
        error = StorageBusy(f"other writers were in the way: {error}")
    error = session.told(error)
    session.rollback()
    log.error("batch not committed", jobs=len(batch), error=str(error))
    for job in batch:
        job.error = job.error or error


def _read_loop(session: Session, queue: ReadQueue, outbox: _Outbox) -> None:
    while (job := queue.get()) is not None:
        _read(session, job)
        outbox.hand_back([job])
    session.close()


def _read(session: Session, job: _Job) -> None:
    """Run the job on a snapshot of its own; once more if the connection turned out to be lost."""
    for last in (False, True):
        job.error = None
        try:
            session.begin()
            job.result = job.work(session.transaction)
        except Exception as error:
            job.error = session.told(error)
            if not last and session.passing(error):
                session.rollback()
                continue
        break
    session.rollback()

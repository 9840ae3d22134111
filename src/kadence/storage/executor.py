"""Runs jobs on a database: one thread that writes in batches, some that read, and the event loop.

Whatever may take long is done by a thread. Two hand-overs between threads, and two threads that
compete for the interpreter's lock, cost more than a few look-ups by key do: such work is done on
the event loop itself, where the database is a file, and only its commit is left to a thread.
"""

import asyncio
import contextlib
import threading
import time
from collections import deque
from collections.abc import Callable, Coroutine, Mapping, Sequence
from queue import Empty, SimpleQueue
from typing import Any, ClassVar, TypeVar

import structlog

from kadence import logs
from kadence.domain.errors import CommitInDoubt, KadenceError, StorageBusy, StorageError
from kadence.storage import journal
from kadence.storage.connections import (
    Connection,
    InDoubt,
    Job,
    PartialWrite,
    fail,
    read,
    requests_of,
    run_jobs,
    write_batch,
)
from kadence.storage.transactions import Transaction

T = TypeVar("T")

LARGEST_BATCH = 256
"""Commands that share one commit; more would only make the first of them wait."""
LARGEST_INLINE_BATCH = 32
"""Commands that run on the event loop one after the other."""
MOST_READS = 500
"""Reads that may wait for a thread; what comes then is refused."""
LONGEST_DOUBT = 30.0
"""Seconds after which those who wait for the end of such a commit are told that it is unknown."""
DOUBT_SECONDS = 0.2
"""How often the database is asked what became of a commit that nobody knows the end of."""
INLINE_ROW_LIMIT = 500
"""Rows that work on the event loop may look at or write at once; more send it to a thread."""

log = structlog.get_logger()


class _Task:
    """What the writer is asked for: to run and commit a batch, or only to commit it."""

    __slots__ = ("batch", "ran")

    def __init__(self, batch: Sequence[Job], *, ran: bool) -> None:
        self.batch = batch
        self.ran = ran


class _Doubt:
    """A batch whose commit may have been made, and the last event of it."""

    __slots__ = ("batch", "row", "since")

    def __init__(self, batch: Sequence[Job], row: Mapping[str, Any]) -> None:
        self.batch = batch
        self.row = row
        self.since = time.monotonic()


class ThreadedDatabase:
    """A database under one process, as storage.transactions.Database."""

    is_shared: ClassVar[bool]
    """Whether other servers may write to it too."""

    def purge(self) -> None:
        """See Database.purge."""
        with self._writer_lock:
            self._purge()
        if self._loop is not None and self._loop.is_running():
            self._loop.call_soon_threadsafe(self._advance)

    def _purge(self) -> None:
        raise NotImplementedError

    def __init__(
        self,
        writer: Connection,
        readers: Sequence[Connection],
        inline_reader: Connection | None = None,
    ) -> None:
        """`inline_reader` reads on the event loop; None sends all reads to threads."""
        self._writer = writer
        self._inline_reader = inline_reader
        self._writes: SimpleQueue[_Task | None] = SimpleQueue()
        self._reads: SimpleQueue[Job | None] = SimpleQueue()
        self._arrived: deque[Job] = deque()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._writer_lock = threading.Lock()
        """Held by whoever uses the writer's connection: taken on the event loop, given back by the
        writer's thread when it is done with the task."""
        self._completions = _CompletionQueue(self._advance)
        self._threads = [
            threading.Thread(target=self._write_loop, name="kadence-writer", daemon=True)
        ]
        self._threads += [
            threading.Thread(
                target=self._read_loop, args=(reader,), name=f"kadence-reader-{n}", daemon=True
            )
            for n, reader in enumerate(readers)
        ]
        for thread in self._threads:
            thread.start()

    @property
    def waiting(self) -> tuple[int, int]:
        """How many reads and how many writes wait for their turn."""
        return self._reads.qsize(), len(self._arrived)

    async def read(self, work: Callable[[Transaction], T]) -> T:
        """See Database.read."""
        if self._reads.qsize() >= MOST_READS:
            raise StorageBusy("too many reads wait")
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        job = Job(work, future)
        self._reads.put(job)
        try:
            return await asyncio.shield(future)
        except asyncio.CancelledError:
            # Whoever asked has gone. What a thread has begun is not over before its end.
            job.wanted = False
            with contextlib.suppress(Exception):
                await future
            raise

    async def read_inline(self, work: Callable[[Transaction], T]) -> T:
        """See Database.read_inline."""
        if self._inline_reader is None:
            return await self.read(work)
        transaction = self._inline_reader.transaction
        try:
            self._inline_reader.begin(wait=False)
            transaction.row_limit = INLINE_ROW_LIMIT
            return work(transaction)
        except KadenceError:
            raise
        except Exception as error:
            # A lock that had to be waited for, say: whatever it is, a reader meets it again.
            log.info("an inline read goes to a thread", error=str(error))
        finally:
            transaction.row_limit = None
            self._inline_reader.rollback()
        return await self.read(work)

    def write(self, work: Callable[[Transaction], T]) -> Coroutine[Any, Any, T]:
        """See Database.write."""
        return self._submit(work, inline=False)

    def write_inline(self, work: Callable[[Transaction], T]) -> Coroutine[Any, Any, T]:
        """See Database.write_inline."""
        return self._submit(work, inline=True)

    async def _submit(self, work: Callable[[Transaction], T], *, inline: bool) -> T:
        loop = self._loop
        # Asking for the running loop is a call of the operating system in Python 3.11.
        if loop is None or not loop.is_running():
            loop = self._rebind_loop(asyncio.get_running_loop())
        future: asyncio.Future[T] = loop.create_future()
        # What arrives in one turn of the loop goes together.
        if not self._arrived:
            loop.call_soon(self._advance)
        self._arrived.append(Job(work, future, inline=inline))
        return await future

    def _rebind_loop(self, loop: asyncio.AbstractEventLoop) -> asyncio.AbstractEventLoop:
        """Begin afresh on another loop: nobody waits for what the one before has left."""
        with self._writer_lock:
            self._arrived.clear()
            self._loop = loop
        return loop

    def _advance(self) -> None:
        """Let the writer begin with what has arrived, unless it is busy: then it comes back."""
        if not self._arrived or not self._writer_lock.acquire(blocking=False):
            return
        logs.REQUEST.set(logs.NO_REQUEST)
        batch = self._next_batch()
        ran = False
        try:
            ran = batch[0].inline and self._ran_inline(batch)
        finally:
            # Whatever happens, the thread takes over and releases the lock.
            self._writes.put(_Task(batch, ran=ran))

    def _next_batch(self) -> Sequence[Job]:
        """Return the jobs to begin with; those that run on the event loop apart from the others."""
        arrived = self._arrived
        here = self._inline_reader is not None and arrived[0].inline
        batch: list[Job] = []
        while arrived and len(batch) < (LARGEST_INLINE_BATCH if here else LARGEST_BATCH):
            if self._inline_reader is not None and arrived[0].inline is not here:
                break
            batch.append(arrived.popleft())
        return batch

    def _ran_inline(self, batch: Sequence[Job]) -> bool:
        """Run inline jobs on the event loop; False when a thread must see to them after all."""
        if self._inline_reader is None:
            return False
        transaction = self._writer.transaction
        try:
            transaction.row_limit = INLINE_ROW_LIMIT
            run_jobs(self._writer, batch, wait=False)
        except Exception as error:
            logs.REQUEST.set(logs.NO_REQUEST)
            self._writer.rollback()
            if not isinstance(error, PartialWrite):
                log.info(
                    "an inline write goes to a thread",
                    requests=requests_of(batch),
                    error=str(error),
                )
            return False
        finally:
            transaction.row_limit = None
        return True

    def close(self) -> None:
        """Finish what was begun and let go of the connections."""
        with self._writer_lock:
            self._writes.put(None)
        for _ in self._threads[1:]:
            self._reads.put(None)
        for thread in self._threads:
            thread.join()
        if self._inline_reader is not None:
            self._inline_reader.close()

    def _write_loop(self) -> None:
        doubts: list[_Doubt] = []
        while (task := self._next_task(wait=not doubts)) is not None:
            logs.REQUEST.set(logs.NO_REQUEST)
            # In the order in which they came.
            doubts = [doubt for doubt in doubts if not self._resolved(doubt)]
            if task.batch:
                doubts += self._done(task)
        self._writer.close()

    def _next_task(self, *, wait: bool) -> _Task | None:
        """Return what to do next.

        That is an empty task when something is in doubt and nothing else came.
        """
        try:
            return self._writes.get(timeout=None if wait else DOUBT_SECONDS)
        except Empty:
            return _Task((), ran=False)

    def _done(self, task: _Task) -> list["_Doubt"]:
        """Do what is asked for and hand it back; what could not be decided is answered."""
        loop = task.batch[0].future.get_loop()
        batch, doubts = task.batch, []
        try:
            if task.ran:
                self._writer.commit()
            else:
                write_batch(self._writer, batch)
        except InDoubt as error:
            log.warning("a commit is in doubt", requests=requests_of(batch))
            doubts, batch = [_Doubt(batch, error.row)], ()
        except Exception as error:
            with contextlib.suppress(Exception):
                fail(self._writer, batch, error)
        finally:
            # Whatever happens, nobody may wait for ever.
            self._writer_lock.release()
            self._completions.complete(batch, loop, self._verified)
        return doubts

    def _verified(self, batch: Sequence[Job]) -> None:
        """Answer nobody as if all were well whose commit may be lost; runs on the event loop.

        The writer's thread could see to it, but each call of the operating system there lets go of
        the interpreter's lock, and to have it back takes longer than the call.
        """
        kept = [job for job in batch if job.error is None]
        if not kept:
            return
        try:
            self._writer.verify()
        except StorageError as error:
            log.warning("a commit is in doubt", requests=requests_of(kept), error=str(error))
            for job in kept:
                job.error = error

    def _resolved(self, doubt: "_Doubt") -> bool:
        """Find out what became of a batch, and if nothing did, do it again; False: not yet.

        The writers' lock is had only once that transaction has ended, one way or the other.
        """
        batch = doubt.batch
        try:
            self._writer.begin()
            made = journal.holds(self._writer.transaction, doubt.row)
            if made:
                self._writer.confirm()
            self._writer.rollback()
        except Exception as error:
            self._writer.rollback()
            log.info("a commit is still in doubt", requests=requests_of(batch), error=str(error))
            return self._given_up(doubt)
        log.warning("a commit was in doubt", requests=requests_of(batch), made=made)
        try:
            if not made:
                write_batch(self._writer, batch)
        except InDoubt as error:
            doubt.row = error.row
            return False
        except Exception as error:
            with contextlib.suppress(Exception):
                fail(self._writer, batch, error)
        self._completions.complete(batch, batch[0].future.get_loop())
        return True

    def _given_up(self, doubt: "_Doubt") -> bool:
        """Tell those who have waited for too long that nobody knows; False: not yet."""
        if time.monotonic() - doubt.since < LONGEST_DOUBT:
            return False
        for job in doubt.batch:
            job.error = CommitInDoubt("nobody knows whether the commit was made")
        log.error("a commit stays in doubt", requests=requests_of(doubt.batch))
        self._completions.complete(doubt.batch, doubt.batch[0].future.get_loop())
        return True

    def _read_loop(self, connection: Connection) -> None:
        while (job := self._reads.get()) is not None:
            try:
                if job.wanted:
                    read(connection, job)
            except Exception as error:
                job.error = error
            finally:
                self._completions.complete((job,), job.future.get_loop())
                # Not kept until the next one comes: it may have much in its hands.
                del job
        connection.close()


class _CompletionQueue:
    """Hands finished jobs back to the event loop, and wakes it once for all that are finished."""

    def __init__(self, then: Callable[[], None]) -> None:
        """`then` is called on the loop after each time that jobs were handed back."""
        self._done: deque[tuple[Sequence[Job], Callable[[Sequence[Job]], None] | None]] = deque()
        self._then = then
        self._woken: asyncio.AbstractEventLoop | None = None

    def complete(
        self,
        jobs: Sequence[Job],
        loop: asyncio.AbstractEventLoop,
        verify: Callable[[Sequence[Job]], None] | None = None,
    ) -> None:
        """Have these jobs of a loop resolved, if any, and the loop woken; called by any thread.

        `verify` has a last look at them on the event loop.
        """
        self._done.append((jobs, verify))
        if self._woken is not loop:
            self._woken = loop
            # A loop that is closed already has nobody left who waits.
            with contextlib.suppress(RuntimeError):
                loop.call_soon_threadsafe(self._resolve)

    def _resolve(self) -> None:
        # First, so that whoever hands back from now on wakes the loop again.
        self._woken = None
        # The writer can go on while the answers are sent.
        self._then()
        while self._done:
            jobs, verify = self._done.popleft()
            if verify is not None:
                verify(jobs)
            for job in jobs:
                job.resolve()

"""What the engines have in common: a `Connection`, and jobs run in its transactions.

What differs between databases is behind `Connection`, which is in the hands of one thread at a
time.
"""

import asyncio
import contextlib
import random
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Protocol

import structlog

from kadence import logs
from kadence.domain.errors import StorageBusy
from kadence.storage.transactions import InlineLimitExceeded, Transaction

Work = Callable[[Transaction], Any]

TRIES = 6
"""How often a batch is tried that came in another writer's way."""
LONGEST_PAUSE = 0.4
"""The most seconds before the last try; each pause is a random part of up to twice the one
before."""

log = structlog.get_logger()


class Connection(Protocol):
    """One connection, and how transactions are made on it.

    One that was lost is reopened at the next `begin`.
    """

    transaction: Transaction

    @property
    def in_transaction(self) -> bool:
        """Whether what was done since `begin` can still be committed or undone in part."""

    @property
    def needs_rollback(self) -> bool:
        """Whether the transaction accepts no statement until a part of it is rolled back."""

    def begin(self, *, wait: bool = True) -> None:
        """Open a transaction; without `wait` it fails where a lock would have to be waited for."""

    def commit(self) -> None:
        """Make it durable; when this raises anything but InDoubt, nothing of it was kept."""

    def verify(self) -> None:
        """Raise a StorageError unless what is open is still what others will find.

        Asked after each commit, before anybody is told of it. It waits for no lock and for no
        other thread, so that any thread may ask.
        """

    def confirm(self) -> None:
        """Commit once more, so that all that was seen in this transaction is as durable as can be.

        A commit that nobody knows the end of may be seen before every standby has it.
        """

    def rollback(self) -> None:
        """Undo it, if there is one."""

    def savepoint(self) -> None:
        """Mark the place to which `rollback_to_savepoint` goes back."""

    def rollback_to_savepoint(self) -> None:
        """Undo what was done since `savepoint`."""

    def release_savepoint(self) -> None:
        """Forget the mark."""

    def is_transient(self, error: Exception) -> bool:
        """Return whether the same transaction may well succeed when it is tried again at once."""

    def is_fatal(self, error: Exception) -> bool:
        """Return whether the error would meet every job of a batch.

        Then going on with the others is idle.
        """

    def translate_error(self, error: Exception) -> Exception:
        """Return the driver's error as one of ours; one that is not the driver's as it is."""

    def close(self) -> None:
        """Let the connection go."""


class Job:
    """A piece of work and the future that waits for it; `inline` work may run on the event loop."""

    __slots__ = ("error", "future", "inline", "request", "result", "wanted", "work")

    def __init__(self, work: Work, future: asyncio.Future[Any], *, inline: bool = False) -> None:
        self.work = work
        self.future = future
        self.inline = inline
        self.request = logs.REQUEST.get()
        self.result: Any = None
        self.error: Exception | None = None
        self.wanted = True
        """Whether anybody waits for it."""

    def resolve(self) -> None:
        """Hand the outcome to whoever waits; runs on the event loop."""
        if self.future.cancelled():
            return
        if isinstance(self.error, StopIteration):
            # A future takes it for its own; whoever waits would wait for ever.
            self.error = RuntimeError(f"work ended by {self.error!r}")
        if self.error is not None:
            self.future.set_exception(self.error)
        else:
            self.future.set_result(self.result)


class InDoubt(StorageBusy):
    """The connection was lost inside a commit; whether it was made, the journal will tell.

    `row` is the last event of the transaction.
    """

    def __init__(self, row: Mapping[str, Any]) -> None:
        super().__init__("the connection was lost in the commit; it may have been made")
        self.row = row


class PartialWrite(Exception):
    """A job failed after it had written: what it wrote must go, and only that."""


def write_batch(connection: Connection, batch: Sequence[Job]) -> None:
    """Run all jobs and commit once; a refused one hurts no other.

    Most refusals come before the first write, so the jobs run bare at first. Should one fail later
    than that, the batch is run again with a savepoint around each job, which costs two statements
    more. A batch that came in another writer's way is tried again, a few times.

    Raises:
        InDoubt: nobody can say at the moment whether it was committed.
        Exception: nothing of the batch was kept.
    """
    savepoints, tries = False, 0
    while True:
        try:
            run_jobs(connection, batch, savepoints=savepoints)
            connection.commit()
        except PartialWrite:
            connection.rollback()
            savepoints = True
        except InDoubt:
            raise
        except Exception as error:
            logs.REQUEST.set(logs.NO_REQUEST)
            tries += 1
            if tries == TRIES or not connection.is_transient(error):
                raise
            connection.rollback()
            pause = random.uniform(0, LONGEST_PAUSE / 2 ** (TRIES - 1 - tries))  # noqa: S311
            log.warning(
                "batch is tried again", requests=requests_of(batch), error=str(error), tries=tries
            )
            time.sleep(pause)
        else:
            return


def run_jobs(
    connection: Connection, batch: Sequence[Job], *, savepoints: bool = False, wait: bool = True
) -> None:
    """Run all jobs in a transaction that is left to be committed.

    Raises:
        PartialWrite: a job failed after it had written, and there is no savepoint before it.
        Exception: nothing of the batch can be kept.
    """
    logs.REQUEST.set(logs.NO_REQUEST)
    connection.begin(wait=wait)
    transaction = connection.transaction
    transaction.drop_deferred()
    transaction.last_row = None
    transaction.memory = {}
    for job in batch:
        before, deferred = transaction.writes, transaction.deferred
        job.error = None
        logs.REQUEST.set(job.request)
        if savepoints:
            connection.savepoint()
        try:
            job.result = job.work(transaction)
        except Exception as error:
            if (
                isinstance(error, InlineLimitExceeded)
                or not connection.in_transaction
                or connection.is_transient(error)
                or connection.is_fatal(error)
            ):
                raise
            job.error = connection.translate_error(error)
            transaction.drop_deferred(deferred)
            transaction.forget()
            if connection.needs_rollback or transaction.writes != before:
                if not savepoints:
                    raise PartialWrite from error
                connection.rollback_to_savepoint()
        if savepoints:
            transaction.flush_deferred()
            connection.release_savepoint()
    logs.REQUEST.set(logs.NO_REQUEST)
    transaction.flush_deferred()


@contextlib.contextmanager
def transaction(connection: Connection) -> Iterator[Transaction]:
    """One transaction on a connection of its own, committed when the block ends well.

    Raises:
        StorageError: what the database refused; nothing was written then.
    """
    try:
        connection.begin()
        yield connection.transaction
        connection.transaction.flush_deferred()
        connection.commit()
        connection.verify()
    except Exception as error:
        translated = connection.translate_error(error)
        if translated is error:
            raise
        raise translated from error
    finally:
        # By itself, closing is not enough: what a traceback holds on to keeps SQLite's lock.
        connection.rollback()
        connection.close()


def fail(connection: Connection, batch: Sequence[Job], error: Exception) -> None:
    """Nothing of the batch was kept: say so to every job that had not failed by itself."""
    logs.REQUEST.set(batch[0].request if len(batch) == 1 else logs.NO_REQUEST)
    if connection.is_transient(error):
        error = StorageBusy(f"other writers were in the way: {error}")
    error = connection.translate_error(error)
    for job in batch:
        job.error = job.error or error
    log.error("batch not committed", requests=requests_of(batch), error=str(error))
    connection.rollback()


def requests_of(batch: Sequence[Job]) -> list[str]:
    """Return the ids of the requests that wait for a batch."""
    return logs.request_ids(job.request for job in batch)


def read(connection: Connection, job: Job) -> None:
    """Run the job on a snapshot of its own; once more if the connection turned out to be lost."""
    logs.REQUEST.set(job.request)
    for last in (False, True):
        job.error = None
        try:
            connection.begin()
            job.result = job.work(connection.transaction)
        except Exception as error:
            job.error = connection.translate_error(error)
            if not last and connection.is_transient(error):
                connection.rollback()
                continue
        break
    connection.rollback()
    logs.REQUEST.set(logs.NO_REQUEST)

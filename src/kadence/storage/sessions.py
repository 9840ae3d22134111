"""What the engines have in common: a connection as a `Session`, and jobs run in its transactions.

What differs between databases is behind `Session`, one connection in the hands of one thread at a
time.
"""

import asyncio
import contextlib
import random
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Protocol

import structlog

from kadence.domain.errors import StorageBusy
from kadence.storage.engine import NotBrief, Transaction

Work = Callable[[Transaction], Any]

TRIES = 6
"""How often a batch is tried that came in another writer's way."""
LONGEST_PAUSE = 0.4
"""Seconds, at the most, before the last try; each pause is a random part of up to twice the one
before."""

log = structlog.get_logger()


class Session(Protocol):
    """One connection, and how transactions are made on it.

    A session that lost its connection opens a new one at the next `begin`.
    """

    transaction: Transaction

    @property
    def in_transaction(self) -> bool:
        """Whether what was done since `begin` can still be committed or undone in part."""

    @property
    def spoilt(self) -> bool:
        """Whether the transaction takes no more statements until a part of it is undone."""

    def begin(self, *, wait: bool = True) -> None:
        """Open a transaction; without `wait` it fails where a lock would have to be waited for."""

    def commit(self) -> None:
        """Make it durable; when this raises anything but InDoubt, nothing of it was kept."""

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


class Job:
    """A piece of work and the future that waits for it; `brief` work may run on the event loop."""

    __slots__ = ("brief", "error", "future", "result", "work")

    def __init__(self, work: Work, future: asyncio.Future[Any], *, brief: bool = False) -> None:
        self.work = work
        self.future = future
        self.brief = brief
        self.result: Any = None
        self.error: Exception | None = None

    def settle(self) -> None:
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


class Dirty(Exception):
    """A job failed after it had written: what it wrote must go, and only that."""


def write_batch(session: Session, batch: Sequence[Job]) -> None:
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
            run_jobs(session, batch, savepoints=savepoints)
            session.commit()
        except Dirty:
            session.rollback()
            savepoints = True
        except InDoubt:
            raise
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


def run_jobs(
    session: Session, batch: Sequence[Job], *, savepoints: bool = False, wait: bool = True
) -> None:
    """Run all jobs in a transaction that is left to be committed.

    Raises:
        Dirty: a job failed after it had written, and there is no savepoint before it.
        Exception: nothing of the batch can be kept.
    """
    session.begin(wait=wait)
    transaction = session.transaction
    transaction.forget()
    transaction.last_row = None
    for job in batch:
        before, postponed = transaction.writes, transaction.postponed
        job.error = None
        if savepoints:
            session.save()
        try:
            job.result = job.work(transaction)
        except Exception as error:
            if (
                isinstance(error, NotBrief)
                or not session.in_transaction
                or session.passing(error)
                or session.hits_all(error)
            ):
                raise
            job.error = session.told(error)
            transaction.forget(postponed)
            if session.spoilt or transaction.writes != before:
                if not savepoints:
                    raise Dirty from error
                session.undo()
        if savepoints:
            transaction.finish()
            session.release()
    transaction.finish()


@contextlib.contextmanager
def transaction(session: Session) -> Iterator[Transaction]:
    """One transaction on a session of its own, committed when the block ends well.

    Raises:
        StorageError: what the database refused; nothing was written then.
    """
    try:
        session.begin()
        yield session.transaction
        session.transaction.finish()
        session.commit()
    except Exception as error:
        told = session.told(error)
        if told is error:
            raise
        raise told from error
    finally:
        # By itself, closing is not enough: what a traceback holds on to keeps SQLite's lock.
        session.rollback()
        session.close()


def fail(session: Session, batch: Sequence[Job], error: Exception) -> None:
    """Nothing of the batch was kept: say so to every job that had not failed by itself."""
    if session.passing(error):
        error = StorageBusy(f"other writers were in the way: {error}")
    error = session.told(error)
    for job in batch:
        job.error = job.error or error
    log.error("batch not committed", jobs=len(batch), error=str(error))
    session.rollback()


def read(session: Session, job: Job) -> None:
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

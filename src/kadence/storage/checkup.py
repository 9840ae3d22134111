"""Looks a database over for damage: pages, references, and the journal against the tables."""

import sqlite3
from pathlib import Path

from sqlalchemy import and_, select

from kadence.domain import events
from kadence.domain.model import IterationStatus
from kadence.storage.engine import Statement, Transaction
from kadence.storage.schema import iterations, journal
from kadence.storage.sqlite import DIALECT, connect, translated


def _without_event(kind: str) -> Statement:
    """The ids of iterations about which the journal has no event of this kind."""
    return Statement(
        select(iterations.c.id, iterations.c.status)
        .outerjoin_from(
            iterations,
            journal,
            and_(
                journal.c.company_id == iterations.c.company_id,
                journal.c.space_uid == iterations.c.space_uid,
                journal.c.iteration_id == iterations.c.id,
                journal.c.kind == kind,
            ),
        )
        .where(journal.c.seq.is_(None))
    )


_NEVER_CREATED = _without_event(events.ITERATION_CREATED)
_NEVER_REMOVED = _without_event(events.ITERATION_REMOVED)


def problems(path: Path) -> list[str]:
    """What is wrong with a database file, a sentence each; an empty list when it is sound.

    Raises:
        StorageError: it cannot be read at all.
    """
    connection = connect(path)
    try:
        found = [
            f"integrity: {row[0]}"
            for row in connection.execute("PRAGMA integrity_check")
            if row[0] != "ok"
        ]
        found += [
            f"reference: a row of {table} points to no row of {target}"
            for table, _, target, _ in connection.execute("PRAGMA foreign_key_check")
        ]
        return found + _journal_gaps(Transaction(connection.cursor(), DIALECT))
    except sqlite3.Error as error:
        raise translated(error, str(path)) from error
    finally:
        connection.close()


def _journal_gaps(tx: Transaction) -> list[str]:
    gaps = [
        f"journal: iteration {iteration_id} was never created"
        for iteration_id, _ in tx.all(_NEVER_CREATED)
    ]
    gaps += [
        f"journal: iteration {iteration_id} is removed, but was never"
        for iteration_id, status in tx.all(_NEVER_REMOVED)
        if status == IterationStatus.REMOVED
    ]
    return gaps

"""What the journal tells of iterations and their cards, found by indexes."""

from collections.abc import Sequence

import msgspec
from sqlalchemy import bindparam, literal, select, text

from kadence.domain import events
from kadence.domain.model import Event, Instant, Iteration, IterationStatus
from kadence.domain.timeline import Entry, decode, needs_payload
from kadence.storage.dialects import OneOf
from kadence.storage.iterations import ITERATIONS, LAST_CLOSED
from kadence.storage.schema import ITERATION_STEPS, cards, iteration_cards, iterations, journal
from kadence.storage.transactions import Statement, Transaction, record_columns

_EVENT = record_columns(journal, Event)
_CLOSED = Statement(LAST_CLOSED)


def closed(tx: Transaction, company_id: int, space_uid: str, limit: int) -> list[Iteration]:
    """Return the closed iterations of a space, the last one first."""
    values = {"company_id": company_id, "space_uid": space_uid, "limit": limit}
    found = ITERATIONS.all(tx, _CLOSED, **values)
    assert all(iteration.status == IterationStatus.CLOSED for iteration in found)  # noqa: S101
    return found


_CLOSED_BY = Statement(
    select(*ITERATIONS.columns)
    .join_from(
        iterations,
        journal,
        (journal.c.company_id == iterations.c.company_id)
        & (journal.c.iteration_id == iterations.c.id),
    )
    .where(
        iterations.c.company_id == bindparam("company_id"),
        iterations.c.space_uid == bindparam("space_uid"),
        iterations.c.created <= bindparam("at"),
        text(ITERATION_STEPS),
        journal.c.kind == events.ITERATION_CLOSED,
        journal.c.at <= bindparam("at"),
    )
    .order_by(journal.c.seq.desc())
    .limit(bindparam("limit"))
)


def closed_by(
    tx: Transaction, company_id: int, space_uid: str, at: Instant, limit: int
) -> list[Iteration]:
    """Return the iterations of a space that were closed by an instant, the last one first.

    Those that have been removed since are among them, as they are now.
    """
    values = {"company_id": company_id, "space_uid": space_uid, "at": at, "limit": limit}
    return ITERATIONS.all(tx, _CLOSED_BY, **values)


_WITH_DATA = Statement(
    select(*ITERATIONS.columns)
    .where(iterations.c.data.is_not(None))
    .order_by(iterations.c.company_id, iterations.c.id)
)


def with_data(tx: Transaction) -> list[Iteration]:
    """Return every iteration of every company that has been activated."""
    return ITERATIONS.all(tx, _WITH_DATA)


_CHANGES = Statement(
    select(*_EVENT)
    .where(
        journal.c.company_id == bindparam("company_id"),
        OneOf(journal.c.iteration_id, "iterations"),
        text(ITERATION_STEPS),
    )
    .order_by(journal.c.seq)
)


def changes_of(
    tx: Transaction, company_id: int, iteration_ids: Sequence[str]
) -> dict[str, list[Event]]:
    """Return how these iterations were changed after they were made, in the journal's order."""
    found: dict[str, list[Event]] = {id_: [] for id_ in iteration_ids}
    if iteration_ids:
        values = {"company_id": company_id, "iterations": list(iteration_ids)}
        for row in tx.all(_CHANGES, values):
            event = Event(*(*row[:-1], msgspec.json.decode(row[-1])))
            found[event.iteration_id or ""].append(event)
    return found


_ENTRIES = Statement(
    select(
        *(journal.c[name] for name in ("seq", "at", "kind", "iteration_id", "card_uid", "payload"))
    ).where(
        journal.c.company_id == bindparam("company_id"),
        journal.c.card_uid.in_(
            select(iteration_cards.c.card_uid).where(
                iteration_cards.c.company_id == bindparam("company_id"),
                OneOf(iteration_cards.c.iteration_id, "iterations"),
            )
        ),
        journal.c.counts == literal(1),
    )
)


def entries_of(tx: Transaction, company_id: int, iteration_ids: Sequence[str]) -> list[Entry]:
    """Return the lives of all cards that were ever in these iterations, in the journal's order."""
    if not iteration_ids:
        return []
    values = {"company_id": company_id, "iterations": list(iteration_ids)}
    found = [
        Entry(seq, at, kind, id_, uid, decode(payload) if needs_payload(kind) else None)
        for seq, at, kind, id_, uid, payload in tx.all(_ENTRIES, values)
    ]
    found.sort(key=_seq)
    return found


def _seq(entry: Entry) -> int:
    return entry.seq


_TITLES = Statement(
    select(cards.c.uid, cards.c.id, cards.c.title).where(
        cards.c.company_id == bindparam("company_id"),
        cards.c.space_id == bindparam("space_id"),
        cards.c.uid.in_(
            select(iteration_cards.c.card_uid).where(
                iteration_cards.c.company_id == bindparam("company_id"),
                iteration_cards.c.iteration_id == bindparam("iteration_id"),
            )
        ),
    )
)


def titles(
    tx: Transaction, company_id: int, space_id: int, iteration_id: str
) -> dict[str, tuple[int, str]]:
    """Ids and titles, by uid, of those cards once in the iteration that are still in its space."""
    values = {"company_id": company_id, "space_id": space_id, "iteration_id": iteration_id}
    return {uid: (id_, title) for uid, id_, title in tx.all(_TITLES, values)}

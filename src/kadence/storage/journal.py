"""The journal: every change as an event, appended in the change's own transaction."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from math import inf
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import bindparam, func, insert, select

from kadence.domain.model import Event
from kadence.domain.timeline import counts
from kadence.storage.schema import journal
from kadence.storage.transactions import Row, Statement, Transaction, bound, record_columns

_COLUMNS = record_columns(journal, Event)
_APPEND = Statement(
    insert(journal).values(
        bound(journal, *(f for f in Event.__struct_fields__ if f != "seq"), "counts")
    )
)
_NEXT = Statement(
    select(*_COLUMNS)
    .where(journal.c.seq > bindparam("after"))
    .order_by(journal.c.seq)
    .limit(bindparam("limit"))
)
AT_ONCE = 2000
"""Events of the whole journal that are in memory at once."""

RECENT = 200_000
"""Events that may have been written while a lost connection was replaced."""
NO_LIMIT = 2**62
"""A limit that no list reaches, for databases that have no word for none."""

_encode = msgspec.json.Encoder().encode


def append(tx: Transaction, events: Iterable[Event]) -> None:
    """Write events at the journal's end, together with all others of the transaction.

    Their `seq` is given to them there.
    """
    for event in events:
        row = {
            "company_id": event.company_id,
            "at": event.at,
            "kind": event.kind,
            "actor_uid": event.actor_uid,
            "space_uid": event.space_uid,
            "iteration_id": event.iteration_id,
            "card_uid": event.card_uid,
            "payload": _encode(event.payload).decode(),
            "counts": int(counts(event)),
        }
        tx.defer(_APPEND, row)


_RECENT = select(journal).order_by(journal.c.seq.desc()).limit(RECENT).subquery()
_HOLDS = Statement(
    select(_RECENT.c.seq).where(
        *(_RECENT.c[name] == bindparam(name) for name in ("company_id", "at", "kind", "payload"))
    )
)


def holds(tx: Transaction, row: Mapping[str, Any]) -> bool:
    """Return whether this row of `append` is among the last events.

    That says what became of its transaction.
    """
    return tx.first(_HOLDS, row) is not None


class Head(NamedTuple):
    """Of an event what says whom it concerns."""

    seq: int
    space_uid: str | None
    kind: str


_HEADS = Statement(
    select(journal.c.seq, journal.c.space_uid, journal.c.kind)
    .where(journal.c.seq > bindparam("after"))
    .order_by(journal.c.seq)
    .limit(bindparam("limit"))
)
_LAST = Statement(select(func.coalesce(func.max(journal.c.seq), 0)))


def last_seq(tx: Transaction) -> int:
    """Return the position of the newest event, 0 without any."""
    return int(tx.scalar(_LAST, {}))


_LATEST = Statement(select(journal.c.at).order_by(journal.c.seq.desc()).limit(1))


def latest(tx: Transaction) -> int:
    """Return when the newest event happened, 0 without any."""
    row = tx.first(_LATEST, {})
    return int(row[0]) if row else 0


def heads(tx: Transaction, after: int, limit: int) -> list[Head]:
    """Return the heads of the next events behind a position, of all companies and spaces."""
    return [Head(*row) for row in tx.all(_HEADS, {"after": after, "limit": limit})]


def all_events(tx: Transaction) -> Iterator[Event]:
    """Yield the whole journal in its order, of which a part is in memory at a time."""
    after = 0
    rows: Sequence[Row] = [()] * AT_ONCE
    while len(rows) == AT_ONCE:
        rows = tx.all(_NEXT, {"after": after, "limit": AT_ONCE})
        for event in map(_event, rows):
            yield event
            after = event.seq


def of_space(
    tx: Transaction,
    company_id: int,
    space_uid: str,
    *,
    after: int,
    kinds: Sequence[str],
    limit: int,
    newest_first: bool = False,
    most_bytes: float = inf,
) -> list[Event]:
    """Return the events of a space behind the position `after`; no `kinds` means all.

    With `most_bytes`, only as many as have that much payload together, but always one.
    """
    values: dict[str, Any] = {f"kind_{n}": kind for n, kind in enumerate(kinds)}
    values |= {"company": company_id, "space": space_uid, "after": after, "limit": limit}
    statement = _space_page(len(kinds), newest_first=newest_first)
    return _as_many(tx.each(statement, values), most_bytes)


def _as_many(rows: Iterable[Row], most_bytes: float) -> list[Event]:
    """Return the events of rows as far as they have that much payload, and always the first."""
    found: list[Event] = []
    for row in rows:
        most_bytes -= len(row[_PAYLOAD].encode())
        if found and most_bytes < 0:
            break
        found.append(_event(row))
    return found


_PAYLOAD = Event.__struct_fields__.index("payload")


@lru_cache(maxsize=64)
def _space_page(kinds: int, *, newest_first: bool) -> Statement:
    query = select(*_COLUMNS).where(
        journal.c.company_id == bindparam("company"),
        journal.c.space_uid == bindparam("space"),
        journal.c.seq > bindparam("after"),
    )
    if kinds:
        query = query.where(journal.c.kind.in_([bindparam(f"kind_{n}") for n in range(kinds)]))
    query = query.order_by(journal.c.seq.desc() if newest_first else journal.c.seq)
    return Statement(query.limit(bindparam("limit")))


def of_card(
    tx: Transaction,
    company_id: int,
    card_uid: str,
    *,
    kinds: Sequence[str] = (),
    space_uids: Sequence[str] | None = None,
    newest_first: bool = False,
    limit: int = NO_LIMIT,
    offset: int = 0,
    most_bytes: float = inf,
) -> list[Event]:
    """Return the events about a card, told in one of these spaces, or in any.

    No `kinds` means all. With `most_bytes`, only as many as have that much payload together, but
    always one.
    """
    values: dict[str, Any] = {f"kind_{n}": kind for n, kind in enumerate(kinds)}
    values |= {f"space_{n}": uid for n, uid in enumerate(space_uids or ())}
    values |= {"company": company_id, "card": card_uid, "limit": limit, "offset": offset}
    spaces = None if space_uids is None else len(space_uids)
    statement = _card_page(len(kinds), spaces, newest_first=newest_first)
    return _as_many(tx.each(statement, values), most_bytes)


@lru_cache(maxsize=64)
def _card_page(kinds: int, spaces: int | None, *, newest_first: bool) -> Statement:
    query = select(*_COLUMNS).where(
        journal.c.company_id == bindparam("company"), journal.c.card_uid == bindparam("card")
    )
    if kinds:
        query = query.where(journal.c.kind.in_([bindparam(f"kind_{n}") for n in range(kinds)]))
    if spaces is not None:
        query = query.where(
            journal.c.space_uid.in_([bindparam(f"space_{n}") for n in range(spaces)])
        )
    query = query.order_by(journal.c.seq.desc() if newest_first else journal.c.seq)
    return Statement(query.limit(bindparam("limit")).offset(bindparam("offset")))


def _event(row: Row) -> Event:
    return Event(*(*row[:-1], msgspec.json.decode(row[-1])))

"""The records of cards in iterations as rows."""

from collections.abc import Sequence

from sqlalchemy import bindparam, null, select, update

from kadence.domain.model import Card, Instant, Iteration, IterationCard
from kadence.storage.cards import CARDS
from kadence.storage.dialects import OneOf
from kadence.storage.schema import cards, iteration_cards, iterations
from kadence.storage.table_gateway import TableGateway
from kadence.storage.transactions import Row, Statement, Transaction, after_last

RECORDS = TableGateway(
    iteration_cards, IterationCard, ("company_id", "iteration_id", "id"), numbered=False
)
_CHUNK = 500
"""Cards that are looked up at once."""
_WIDTH = len(IterationCard.__struct_fields__)

_THIS_ITERATION = (
    iteration_cards.c.company_id == bindparam("company_id"),
    iteration_cards.c.iteration_id == bindparam("iteration_id"),
)
_STANDING = iteration_cards.c.removed_at.is_(None)
_IN_ORDER = (iteration_cards.c.sort_order, iteration_cards.c.id)
_CARD_OF_RECORD = (
    cards.c.company_id == iteration_cards.c.company_id,
    cards.c.uid == iteration_cards.c.card_uid,
)

_WITH_IDS = select(*RECORDS.columns, cards.c.id).join_from(
    iteration_cards, cards, _CARD_OF_RECORD[0] & _CARD_OF_RECORD[1]
)

_NEXT = Statement(select(after_last(iteration_cards.c.sort_order, *_THIS_ITERATION)))
_LISTS = {
    which: Statement(_WITH_IDS.where(*_THIS_ITERATION, *conditions).order_by(*_IN_ORDER))
    for which, conditions in {
        "": (),
        "active": (_STANDING,),
        "removed": (iteration_cards.c.removed_at.is_not(None),),
    }.items()
}
_STANDING_IN = Statement(
    _WITH_IDS.where(
        iteration_cards.c.company_id == bindparam("company_id"),
        OneOf(iteration_cards.c.iteration_id, "iterations"),
        _STANDING,
    ).order_by(*_IN_ORDER)
)
_WITH_CARDS = Statement(
    select(*RECORDS.columns, *CARDS.columns)
    .join_from(iteration_cards, cards, _CARD_OF_RECORD[0] & _CARD_OF_RECORD[1])
    .where(*_THIS_ITERATION, _STANDING)
    .order_by(*_IN_ORDER)
)
_OF_CARD_HERE = Statement(
    select(*RECORDS.columns)
    .where(*_THIS_ITERATION, iteration_cards.c.card_uid == bindparam("card_uid"))
    .order_by(
        iteration_cards.c.removed_at.is_not(None),
        iteration_cards.c.created.desc(),
        iteration_cards.c.id.desc(),
    )
    .limit(1)
)
_HISTORY = Statement(
    select(*RECORDS.columns, *(iterations.c[name] for name in Iteration.__struct_fields__))
    .join_from(
        iteration_cards,
        iterations,
        (iterations.c.company_id == iteration_cards.c.company_id)
        & (iterations.c.id == iteration_cards.c.iteration_id),
    )
    .where(
        iteration_cards.c.company_id == bindparam("company_id"),
        iteration_cards.c.card_uid == bindparam("card_uid"),
    )
    .order_by(iteration_cards.c.created.desc(), iteration_cards.c.id.desc())
)
_SETTLE = Statement(
    update(iteration_cards)
    .where(*_THIS_ITERATION, iteration_cards.c.live.is_not(None))
    .values(live=null())
)


def next_sort_order(tx: Transaction, iteration: Iteration) -> float:
    """Return the sort_order that puts a card behind all that ever were in the iteration."""
    return float(tx.scalar(_NEXT, _key(iteration)))


def records(tx: Transaction, iteration: Iteration, which: str = "") -> list[IterationCard]:
    """Return the iteration's records, in order.

    They are those of cards that are in it (`active`), the `removed`, or all.
    """
    return [record for record, _ in records_with_ids(tx, iteration, which)]


def records_with_ids(
    tx: Transaction, iteration: Iteration, which: str = ""
) -> list[tuple[IterationCard, int]]:
    """Return the same, each with the integer id of its card."""
    return _with_ids(tx.all(_LISTS[which], _key(iteration)))


def _with_ids(rows: Sequence[Row]) -> list[tuple[IterationCard, int]]:
    return [(IterationCard(*row[:_WIDTH]), row[_WIDTH]) for row in rows]


def standing_with_cards(tx: Transaction, iteration: Iteration) -> list[tuple[IterationCard, Card]]:
    """Return the records that stand in the iteration, in order, each with its card."""
    rows = tx.all(_WITH_CARDS, _key(iteration))
    return [(IterationCard(*row[:_WIDTH]), Card(*row[_WIDTH:])) for row in rows]


def standing_in(
    tx: Transaction, company_id: int, iteration_ids: Sequence[str]
) -> list[tuple[IterationCard, int]]:
    """Return the records that stand in any of these iterations, in order, with their cards' ids."""
    if not iteration_ids:
        return []
    values = {"company_id": company_id, "iterations": list(iteration_ids)}
    return _with_ids(tx.all(_STANDING_IN, values))


def of_card_in(tx: Transaction, iteration: Iteration, card_uid: str) -> IterationCard | None:
    """Return the card's record in the iteration: the one that stands, else its latest."""
    found = RECORDS.all(tx, _OF_CARD_HERE, card_uid=card_uid, **_key(iteration))
    return found[0] if found else None


def live_of(tx: Transaction, company_id: int, card_uids: Sequence[str]) -> list[IterationCard]:
    """Return the records by which these cards are in planned or active iterations."""
    found: list[IterationCard] = []
    for start in range(0, len(card_uids), _CHUNK):
        uids = card_uids[start : start + _CHUNK]
        found += RECORDS.among(tx, "card_uid", company_id, uids)
    return [record for record in found if record.live is not None]


def history(
    tx: Transaction, company_id: int, card_uid: str
) -> list[tuple[IterationCard, Iteration]]:
    """Return all records of a card, newest first, each with its iteration."""
    rows = tx.all(_HISTORY, {"company_id": company_id, "card_uid": card_uid})
    return [(IterationCard(*row[:_WIDTH]), Iteration(*row[_WIDTH:])) for row in rows]


def end_all(tx: Transaction, iteration: Iteration) -> None:
    """Let the records that stand in an iteration that has ended no longer bind their cards."""
    tx.run(_SETTLE, _key(iteration))


def remove(tx: Transaction, gone: Sequence[IterationCard], by_uid: str, now: Instant) -> None:
    """Mark records as removed."""
    changes = {"removed_at": now, "removed_by_uid": by_uid, "live": None, "updated": now}
    RECORDS.update_many(tx, ((record, changes) for record in gone))


def _key(iteration: Iteration) -> dict[str, object]:
    return {"company_id": iteration.company_id, "iteration_id": iteration.id}

"""What the open iterations of a space hold, and what its closed ones left over, as rows."""

from msgspec import Struct
from sqlalchemy import and_, bindparam, case, func, or_, select

from kadence.domain.lifecycle import OPEN
from kadence.domain.model import ColumnType, Condition
from kadence.storage.iterations import LAST_CLOSED
from kadence.storage.schema import cards, iteration_cards, iterations
from kadence.storage.transactions import Statement, Transaction


class Total(Struct, frozen=True):
    """A planned or active iteration: its capacity, cards and sizes, all of them and those done."""

    iteration_id: str
    capacity: float | None
    count: int
    size: float
    done_count: int
    done_size: float


class LeftOver(Struct, frozen=True):
    """An unfinished card of the backlog, and the last closed iteration that it was in."""

    card_uid: str
    iteration_id: str
    title: str


_DONE = cards.c.state == ColumnType.DONE.value
_TOTALS = Statement(
    select(
        iterations.c.id,
        iterations.c.capacity,
        func.count(cards.c.id),
        func.coalesce(func.sum(cards.c.size), 0),
        func.coalesce(func.sum(case((_DONE, 1), else_=0)), 0),
        func.coalesce(func.sum(case((_DONE, cards.c.size))), 0),
    )
    .outerjoin_from(
        iterations,
        cards,
        and_(
            cards.c.company_id == iterations.c.company_id, cards.c.iteration_id == iterations.c.id
        ),
    )
    .where(
        iterations.c.company_id == bindparam("company_id"),
        iterations.c.space_uid == bindparam("space_uid"),
        or_(*(iterations.c.status == status.value for status in OPEN)),
    )
    .group_by(iterations.c.company_id, iterations.c.id)
    .order_by(iterations.c.id)
)
_CLOSED = LAST_CLOSED.subquery("closed")
_LEFT_OVER = Statement(
    select(cards.c.uid, _CLOSED.c.id, _CLOSED.c.title)
    .join_from(
        _CLOSED,
        iteration_cards,
        and_(
            iteration_cards.c.company_id == bindparam("company_id"),
            iteration_cards.c.iteration_id == _CLOSED.c.id,
            iteration_cards.c.removed_at.is_(None),
        ),
    )
    .join(
        cards,
        and_(
            cards.c.company_id == iteration_cards.c.company_id,
            cards.c.uid == iteration_cards.c.card_uid,
        ),
    )
    .where(
        cards.c.space_id == bindparam("space_id"),
        cards.c.iteration_id.is_(None),
        cards.c.condition == Condition.LIVE.value,
        ~_DONE,
    )
    .order_by(_CLOSED.c.actual_finish_date, _CLOSED.c.id)
)


def totals(tx: Transaction, company_id: int, space_uid: str) -> list[Total]:
    """Return what each planned and active iteration of a space holds, by id."""
    rows = tx.all(_TOTALS, {"company_id": company_id, "space_uid": space_uid})
    return [Total(*row) for row in rows]


def left_over(
    tx: Transaction, company_id: int, space_id: int, space_uid: str, limit: int
) -> list[LeftOver]:
    """Return the unfinished cards of the backlog that closed iterations left over.

    Only the last `limit` of these iterations are looked at.

    Each is named once, with the last of them.
    """
    values = {
        "company_id": company_id,
        "space_id": space_id,
        "space_uid": space_uid,
        "limit": limit,
    }
    found = (LeftOver(*row) for row in tx.all(_LEFT_OVER, values))
    return list({one.card_uid: one for one in found}.values())

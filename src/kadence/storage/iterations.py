"""Iterations as rows."""

from collections.abc import Sequence

from msgspec.structs import asdict, replace
from sqlalchemy import BindParameter, bindparam, insert, or_, select, text

from kadence.domain.model import Iteration, IterationStatus
from kadence.storage.schema import iterations
from kadence.storage.table_gateway import TableGateway
from kadence.storage.transactions import Statement, Transaction, after_last, bound

ITERATIONS = TableGateway(iterations, Iteration, numbered=False)
_COLUMNS = ITERATIONS.columns
_THIS_SPACE = (
    iterations.c.company_id == bindparam("company_id"),
    iterations.c.space_uid == bindparam("space_uid"),
)

LAST_CLOSED = (
    select(*_COLUMNS)
    .where(
        *_THIS_SPACE,
        # Word for word what the partial index says, so that it is used.
        text("iterations.status = 'closed'"),
    )
    .order_by(iterations.c.actual_finish_date.desc(), iterations.c.id.desc())
    .limit(bindparam("limit"))
)
"""The last `limit` closed iterations of a space, the last one first."""

_LAST = after_last(iterations.c.sort_order, *_THIS_SPACE)
_NEXT_SORT_ORDER = Statement(select(_LAST))
_INSERT_LAST = Statement(
    insert(iterations)
    .values(
        bound(iterations, *(f for f in Iteration.__struct_fields__ if f != "sort_order"))
        | {"sort_order": _LAST}
    )
    .returning(iterations.c.sort_order)
)
_FIND = Statement(select(*_COLUMNS).where(*_THIS_SPACE, iterations.c.id == bindparam("id")))
_BY_ID_OR_TITLE = Statement(
    select(*_COLUMNS)
    .where(
        iterations.c.company_id == bindparam("company_id"),
        or_(
            iterations.c.id == bindparam("id"),
            (iterations.c.title == bindparam("title"))
            & (iterations.c.status != IterationStatus.REMOVED.value),
        ),
    )
    .order_by(iterations.c.created, iterations.c.id)
)
_LIVE = Statement(
    select(*_COLUMNS)
    .where(*_THIS_SPACE, iterations.c.status != IterationStatus.REMOVED.value)
    .order_by(iterations.c.created, iterations.c.id)
)


def _page(*, newest_first: bool, statuses: int) -> Statement:
    """Return the list of a space's iterations; `statuses` of the four pass, 0 means all."""
    query = select(*_COLUMNS).where(*_THIS_SPACE)
    if statuses:
        names: list[BindParameter[str]] = [bindparam(f"status_{n}") for n in range(statuses)]
        query = query.where(iterations.c.status.in_(names))
    keys = (iterations.c.created, iterations.c.id)
    query = query.order_by(*(key.desc() for key in keys) if newest_first else keys)
    return Statement(query.limit(bindparam("limit")).offset(bindparam("offset")))


_PAGES = {
    (newest_first, statuses): _page(newest_first=newest_first, statuses=statuses)
    for newest_first in (False, True)
    for statuses in range(len(IterationStatus) + 1)
}


def insert_last(tx: Transaction, iteration: Iteration) -> Iteration:
    """Add an iteration behind all others of its space; returns it with its sort_order."""
    values = asdict(iteration)
    if tx.can.cheap_returning:
        return replace(iteration, sort_order=float(tx.scalar(_INSERT_LAST, values)))
    placed = replace(iteration, sort_order=float(tx.scalar(_NEXT_SORT_ORDER, values)))
    return ITERATIONS.insert(tx, placed)


def find(tx: Transaction, company_id: int, space_uid: str, iteration_id: str) -> Iteration | None:
    """Return the iteration with this id in this space, whatever its status."""
    row = tx.first(_FIND, {"company_id": company_id, "space_uid": space_uid, "id": iteration_id})
    return Iteration(*row) if row else None


def by_id_or_title(tx: Transaction, company_id: int, wanted: str) -> list[Iteration]:
    """Return the company's iteration with this id, or those with this title.

    Removed ones have no title here.
    """
    values = {"company_id": company_id, "id": wanted.lower(), "title": wanted}
    return ITERATIONS.all(tx, _BY_ID_OR_TITLE, **values)


def page(
    tx: Transaction,
    company_id: int,
    space_uid: str,
    *,
    statuses: Sequence[str],
    newest_first: bool,
    limit: int,
    offset: int,
) -> list[Iteration]:
    """Return the iterations of a space by creation, ties by id; no `statuses` means all."""
    wanted = {f"status_{n}": status for n, status in enumerate(statuses)}
    rows = tx.all(
        _PAGES[newest_first, len(statuses)],
        {
            "company_id": company_id,
            "space_uid": space_uid,
            "limit": limit,
            "offset": offset,
            **wanted,
        },
    )
    return [Iteration(*row) for row in rows]


def live(tx: Transaction, company_id: int, space_uid: str) -> list[Iteration]:
    """Return all iterations of a space that are not removed."""
    return ITERATIONS.all(tx, _LIVE, company_id=company_id, space_uid=space_uid)


def by_ids(tx: Transaction, company_id: int, ids: Sequence[str]) -> list[Iteration]:
    """Return the iterations with these ids, of whatever space."""
    return ITERATIONS.among(tx, "id", company_id, ids)

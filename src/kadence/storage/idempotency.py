"""The answers of writes that came with an idempotency key, as rows."""

from msgspec import Struct
from sqlalchemy import bindparam, delete, select, tuple_

from kadence.domain.model import Instant
from kadence.storage.schema import idempotency_keys
from kadence.storage.table_gateway import TableGateway
from kadence.storage.transactions import Statement, Transaction

AT_ONCE = 100
"""Kept answers that are dropped with each new one: soon none is left that is too old."""

_KEY = [idempotency_keys.c[name] for name in ("company_id", "user_id", "key")]
_FORGET = Statement(
    delete(idempotency_keys).where(
        tuple_(*_KEY).in_(
            select(*_KEY).where(idempotency_keys.c.created <= bindparam("before")).limit(AT_ONCE)
        )
    )
)
_FORGET_ALL = Statement(
    delete(idempotency_keys).where(idempotency_keys.c.created <= bindparam("before"))
)


class Kept(Struct, frozen=True):
    """An answer kept for a retry; `request` is the digest of what was asked.

    `demands` is the JSON text of `domain.access.Demands`; those of earlier releases have none.
    """

    company_id: int
    user_id: int
    key: str
    request: str
    answer: str
    etag: str | None
    demands: str | None
    created: Instant


KEPT = TableGateway(idempotency_keys, Kept, ("company_id", "user_id", "key"), numbered=False)


def forget(tx: Transaction, before: Instant) -> None:
    """Drop some of the answers that were given at or before that instant."""
    tx.run(_FORGET, {"before": before})


def forget_all(tx: Transaction, before: Instant) -> None:
    """Drop all of the answers that were given at or before that instant."""
    tx.run(_FORGET_ALL, {"before": before})

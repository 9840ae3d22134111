"""The answers of writes that came with an idempotency key, as rows."""

from msgspec import Struct
from sqlalchemy import bindparam, delete

from kadence.domain.model import Instant
from kadence.storage.engine import Statement, Transaction
from kadence.storage.records import Records
from kadence.storage.schema import idempotency_keys

_FORGET = Statement(
    delete(idempotency_keys).where(idempotency_keys.c.created <= bindparam("before"))
)


class Kept(Struct, frozen=True):
    """An answer kept for a retry; `request` is the digest of what was asked."""

    company_id: int
    user_id: int
    key: str
    request: str
    answer: str
    etag: str | None
    created: Instant


KEPT = Records(idempotency_keys, Kept, ("company_id", "user_id", "key"), numbered=False)


def forget(tx: Transaction, before: Instant) -> None:
    """Drop the answers that were given at or before that instant."""
    tx.run(_FORGET, {"before": before})

"""Attempts to sign in with a password, as rows: those that failed, or are not known to be right."""

from typing import Any

from msgspec import Struct
from sqlalchemy import Select, bindparam, delete, func, select

from kadence.domain.model import Instant
from kadence.storage.schema import sign_in_attempts
from kadence.storage.table_gateway import TableGateway
from kadence.storage.transactions import Statement, Transaction

AT_ONCE = 100
"""Rows that are dropped with each new one: soon none is left that is too old."""

_THESE = sign_in_attempts.c
_KEY = [_THESE.company_id, _THESE.id]
_SINCE: Select[Any, Any] = select(func.count(), func.min(_THESE.at)).where(
    _THESE.company_id == bindparam("company"), _THESE.at > bindparam("after")
)
_COUNTS: dict[tuple[str, ...], Statement] = {
    names: Statement(_SINCE.where(*(_THESE[name] == bindparam(f"the_{name}") for name in names)))
    for names in (("client", "email"), ("client",), ("email",))
}
_FORGET = Statement(
    delete(sign_in_attempts).where(
        _THESE.id.in_(select(_THESE.id).where(_THESE.at <= bindparam("before")).limit(AT_ONCE))
    )
)
_FORGET_ALL = Statement(delete(sign_in_attempts).where(_THESE.at <= bindparam("before")))


class SignInAttempt(Struct, frozen=True):
    """Who tried to be whom: digests of a network address and of an e-mail address."""

    company_id: int
    id: str
    client: str
    email: str
    at: Instant


ATTEMPTS = TableGateway(sign_in_attempts, SignInAttempt, ("company_id", "id"), numbered=False)


def count_alike(
    tx: Transaction, attempt: SignInAttempt, names: tuple[str, ...], after: Instant
) -> tuple[int, Instant | None]:
    """Return how many later than `after` share the columns `names` with it, and when the first was.

    `names` are client and email, or one of them.
    """
    these = {f"the_{name}": getattr(attempt, name) for name in names}
    row = tx.first(_COUNTS[names], {"company": attempt.company_id, "after": after, **these})
    return (int(row[0]), row[1]) if row else (0, None)


def forget(tx: Transaction, before: Instant) -> None:
    """Drop some of the attempts that were made at or before that instant."""
    tx.run(_FORGET, {"before": before})


def forget_all(tx: Transaction, before: Instant) -> None:
    """Drop all of the attempts that were made at or before that instant."""
    tx.run(_FORGET_ALL, {"before": before})

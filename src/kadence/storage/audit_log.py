"""The audit log as rows: outside of replay, since it has addresses that are not kept for ever."""

from collections.abc import Sequence

from msgspec import Struct
from sqlalchemy import and_, bindparam, delete, literal_column, null, or_, select, tuple_, update

from kadence.domain.audit_log import SIGN_IN_FAILED, AuditEntry
from kadence.domain.model import Instant
from kadence.storage.schema import audit_log, companies
from kadence.storage.table_gateway import TableGateway
from kadence.storage.transactions import Statement, Transaction

ENTRIES = TableGateway(audit_log, AuditEntry, ("company_id", "id"), numbered=False)
MOST_FAILED = 10_000
"""Failed attempts to sign in that a company keeps: strangers make them."""

# As it stands in the index: a bound value would not be taken for it.
_IS_FAILED = audit_log.c.action == literal_column(f"'{SIGN_IN_FAILED.action}'")
_KEY = (audit_log.c.company_id, audit_log.c.id)
_DROP_FAILED = Statement(
    delete(audit_log).where(
        tuple_(*_KEY).in_(
            select(*_KEY)
            .where(audit_log.c.company_id == bindparam("company"), _IS_FAILED)
            .order_by(audit_log.c.at.desc(), audit_log.c.id.desc())
            .limit(100)
            .offset(bindparam("most"))
        )
    )
)
_FORGET_FAILED = Statement(
    delete(audit_log).where(
        audit_log.c.company_id == bindparam("company"),
        _IS_FAILED,
        audit_log.c.at <= bindparam("before"),
    )
)
_FORGET = Statement(
    update(audit_log)
    .where(audit_log.c.address.is_not(None), audit_log.c.at <= bindparam("before"))
    .values(address=null(), client=null())
)
_FORGET_OF = Statement(
    update(audit_log)
    .where(
        audit_log.c.company_id == bindparam("company"),
        or_(
            audit_log.c.author_id == bindparam("person"),
            # Somebody failed to sign in as them: most often they themselves.
            and_(audit_log.c.author_id.is_(None), audit_log.c.subject_id == bindparam("person")),
        ),
    )
    .values(address=null(), client=null())
)


_COMPANIES = Statement(select(companies.c.id))


class Wanted(Struct, frozen=True):
    """Which entries are asked for; `since` and `until` are both inclusive."""

    since: Instant | None = None
    until: Instant | None = None
    author_id: int | None = None
    author_uid: str | None = None
    categories: Sequence[str] = ()
    actions: Sequence[str] = ()
    id: str | None = None
    limit: int = 100
    offset: int = 0


def insert(tx: Transaction, entry: AuditEntry) -> None:
    """Add an entry; of failed attempts the oldest go when there are too many."""
    ENTRIES.insert(tx, entry)
    if entry.action == SIGN_IN_FAILED.action:
        tx.run(_DROP_FAILED, {"company": entry.company_id, "most": MOST_FAILED})


def entries(
    tx: Transaction, company_id: int, wanted: Wanted, author_id: int | None
) -> list[AuditEntry]:
    """Return a company's entries, newest first; those of `author_id` alone, if that is given."""
    query = ENTRIES.select.where(audit_log.c.company_id == company_id)
    if author_id is not None:
        query = query.where(audit_log.c.author_id == author_id)
    if wanted.since is not None:
        query = query.where(audit_log.c.at >= wanted.since)
    if wanted.until is not None:
        query = query.where(audit_log.c.at <= wanted.until)
    if wanted.categories:
        query = query.where(audit_log.c.category.in_(wanted.categories))
    if wanted.actions:
        query = query.where(audit_log.c.action.in_(wanted.actions))
    if wanted.id is not None:
        query = query.where(audit_log.c.id == wanted.id)
    query = query.order_by(audit_log.c.at.desc(), audit_log.c.id.desc())
    return ENTRIES.all(tx, Statement(query.limit(wanted.limit).offset(wanted.offset)))


def about(tx: Transaction, company_id: int, user_id: int) -> list[AuditEntry]:
    """Return what somebody did, or what was done to them, oldest first."""
    query = ENTRIES.select.where(
        audit_log.c.company_id == company_id,
        (audit_log.c.author_id == user_id) | (audit_log.c.subject_id == user_id),
    )
    return ENTRIES.all(tx, Statement(query.order_by(audit_log.c.at, audit_log.c.id)))


def forget_addresses(tx: Transaction, before: Instant) -> None:
    """Take addresses and clients from entries of then or before, and drop the failed attempts."""
    for (company_id,) in tx.all(_COMPANIES):
        tx.run(_FORGET_FAILED, {"company": company_id, "before": before})
    tx.run(_FORGET, {"before": before})


def forget_addresses_of(tx: Transaction, company_id: int, user_id: int) -> None:
    """Take addresses and clients from all that somebody did."""
    tx.run(_FORGET_OF, {"company": company_id, "person": user_id})

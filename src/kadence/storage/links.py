"""Signed links as rows, and the key that a company signs them with."""

from sqlalchemy import bindparam, insert, select

from kadence.domain.model import Instant, Link
from kadence.storage.schema import links, signing_keys
from kadence.storage.table_gateway import TableGateway
from kadence.storage.transactions import Statement, Transaction, bound

LINKS = TableGateway(links, Link, numbered=False)

_BY_ID = Statement(select(*LINKS.columns).where(links.c.id == bindparam("id")))
_OF_SPACE = Statement(
    select(*LINKS.columns)
    .where(
        links.c.company_id == bindparam("company_id"),
        links.c.space_uid == bindparam("space_uid"),
        links.c.revoked_at.is_(None),
        links.c.expires > bindparam("now"),
    )
    .order_by(links.c.created, links.c.id)
)
_KEY = Statement(
    select(signing_keys.c.secret).where(signing_keys.c.company_id == bindparam("company_id"))
)
_INSERT_KEY = Statement(
    insert(signing_keys).values(bound(signing_keys, "company_id", "secret", "created"))
)


def by_id(tx: Transaction, id_: str) -> Link | None:
    """Return the link with this id, of whatever company: its key is all that its holder has."""
    found = LINKS.all(tx, _BY_ID, id=id_)
    return found[0] if found else None


def valid(tx: Transaction, company_id: int, space_uid: str, now: Instant) -> list[Link]:
    """Return the links to a space that work."""
    return LINKS.all(tx, _OF_SPACE, company_id=company_id, space_uid=space_uid, now=now)


def key_of(tx: Transaction, company_id: int) -> str | None:
    """Return the company's signing key, if it has one yet."""
    row = tx.first(_KEY, {"company_id": company_id})
    return None if row is None else str(row[0])


def insert_key(tx: Transaction, company_id: int, secret: str, now: Instant) -> None:
    """Keep the company's first signing key."""
    tx.run(_INSERT_KEY, {"company_id": company_id, "secret": secret, "created": now})

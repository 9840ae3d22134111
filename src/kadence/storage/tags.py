"""Tags and which cards have them, as rows."""

from collections.abc import Sequence

from sqlalchemy import bindparam, select

from kadence.domain.model import CardTag, Condition, Tag
from kadence.storage.dialects import Bytewise
from kadence.storage.schema import card_tags, cards, tags
from kadence.storage.table_gateway import TableGateway
from kadence.storage.transactions import InQuery, Query, Row, Statement, Transaction

TAGS = TableGateway(tags, Tag)
CARD_TAGS = TableGateway(card_tags, CardTag, ("company_id", "card_id", "tag_id"), numbered=False)

_BY_NAME = Statement(
    select(*TAGS.columns).where(
        tags.c.company_id == bindparam("company_id"), tags.c.name == bindparam("name")
    )
)
_OF_COMPANY = Statement(
    select(*TAGS.columns).where(tags.c.company_id == bindparam("company_id")).order_by(tags.c.id)
)
_IN_SPACE = Statement(
    select(*TAGS.columns)
    .distinct()
    .join_from(cards, card_tags, card_tags.c.card_id == cards.c.id)
    .join(tags, tags.c.id == card_tags.c.tag_id)
    .where(
        cards.c.company_id == bindparam("company_id"),
        cards.c.space_id == bindparam("space_id"),
        cards.c.condition != Condition.DELETED.value,
    )
    .order_by(tags.c.id)
)
_USES = Statement(
    select(*CARD_TAGS.columns).where(
        card_tags.c.company_id == bindparam("company_id"), card_tags.c.tag_id == bindparam("tag_id")
    )
)


def find_by_name(tx: Transaction, company_id: int, name: str) -> Tag | None:
    """Return the company's tag of exactly this name."""
    found = TAGS.all(tx, _BY_NAME, company_id=company_id, name=name)
    return found[0] if found else None


def of_company(tx: Transaction, company_id: int) -> list[Tag]:
    """Return all tags of a company, oldest first."""
    return TAGS.all(tx, _OF_COMPANY, company_id=company_id)


def in_space(tx: Transaction, company_id: int, space_id: int) -> list[Tag]:
    """Return the tags on cards of a space, oldest first."""
    return TAGS.all(tx, _IN_SPACE, company_id=company_id, space_id=space_id)


def uses(tx: Transaction, tag: Tag) -> list[CardTag]:
    """Return which cards have the tag."""
    return CARD_TAGS.all(tx, _USES, company_id=tag.company_id, tag_id=tag.id)


_TAG_AT = len(CardTag.__struct_fields__)


def _pair(row: Row) -> tuple[CardTag, Tag]:
    return CardTag(*row[:_TAG_AT]), Tag(*row[_TAG_AT:])


_OF_CARDS = InQuery(
    select(*CARD_TAGS.columns, *TAGS.columns)
    .join_from(card_tags, tags, tags.c.id == card_tags.c.tag_id)
    .where(card_tags.c.company_id == bindparam("company_id"))
    .order_by(Bytewise(tags.c.name)),
    card_tags.c.card_id,
    _pair,
)


def of_cards(company_id: int, card_ids: Sequence[int]) -> Query[tuple[CardTag, Tag]]:
    """Return the tags of these cards, by name."""
    return _OF_CARDS.query(card_ids, company_id=company_id)

"""Comments on cards as rows."""

from sqlalchemy import bindparam, select

from kadence.domain.model import Card, Comment
from kadence.storage.schema import comments
from kadence.storage.table_gateway import TableGateway
from kadence.storage.transactions import Statement, Transaction

COMMENTS = TableGateway(comments, Comment)

_OF_CARD = Statement(
    select(*COMMENTS.columns)
    .where(
        comments.c.company_id == bindparam("company_id"), comments.c.card_id == bindparam("card_id")
    )
    .order_by(comments.c.id)
    .limit(bindparam("limit"))
    .offset(bindparam("offset"))
)


def of_card(tx: Transaction, card: Card, limit: int, offset: int) -> list[Comment]:
    """Return a part of the card's comments, oldest first."""
    page = {"limit": limit, "offset": offset}
    return COMMENTS.all(tx, _OF_CARD, company_id=card.company_id, card_id=card.id, **page)

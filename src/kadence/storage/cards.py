"""Cards, their members and their searchable texts as rows."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import bindparam, func, insert, null, select, update

from kadence.domain.model import Board, Card, CardMember, Condition, Iteration, Tag, User
from kadence.domain.text import fold
from kadence.storage.people import OWN_PROFILE, USER_COLUMNS
from kadence.storage.schema import card_members, card_search, card_tags, cards, users
from kadence.storage.table_gateway import TableGateway
from kadence.storage.transactions import InQuery, Query, Row, Statement, Transaction

CARDS = TableGateway(cards, Card)
CARD_MEMBERS = TableGateway(
    card_members, CardMember, ("company_id", "card_id", "user_id"), numbered=False
)

_COMPANY = cards.c.company_id == bindparam("company_id")
_BY_UID = Statement(select(*CARDS.columns).where(_COMPANY, cards.c.uid == bindparam("uid")))
_CELL = (
    _COMPANY,
    cards.c.column_id == bindparam("column_id"),
    cards.c.lane_id == bindparam("lane_id"),
)
_BUT_ONE = cards.c.id != bindparam("id")
# Each by itself is the first entry of an index, both together would be all of them.
_ENDS = Statement(
    select(
        select(func.min(cards.c.sort_order)).where(*_CELL, _BUT_ONE).scalar_subquery(),
        select(func.max(cards.c.sort_order)).where(*_CELL, _BUT_ONE).scalar_subquery(),
    )
)
_NEXT_AFTER = Statement(
    select(func.min(cards.c.sort_order)).where(
        *_CELL,
        cards.c.sort_order >= bindparam("sort_order"),
        (cards.c.sort_order > bindparam("sort_order")) | (cards.c.id > bindparam("behind")),
        _BUT_ONE,
    )
)
_IN_CELL = Statement(select(*CARDS.columns).where(*_CELL).order_by(cards.c.sort_order, cards.c.id))
_NOT_DELETED = cards.c.condition != Condition.DELETED.value
_STANDING_IN = {
    place: Statement(
        select(*CARDS.columns)
        .where(_COMPANY, cards.c[place] == bindparam("place"), _NOT_DELETED)
        .order_by(cards.c.id)
    )
    for place in ("space_id", "board_id", "column_id", "lane_id")
}
_CHANGE_SPACE = Statement(
    update(cards)
    .where(_COMPANY, cards.c.board_id == bindparam("of_board"))
    .values(space_id=bindparam("to_space"), revision=cards.c.revision + 1)
)
_TOUCH = Statement(
    update(cards)
    .where(_COMPANY, cards.c.iteration_id == bindparam("of_iteration"))
    .values(revision=cards.c.revision + 1)
)
_TOUCH_TAGGED = Statement(
    update(cards)
    .where(
        _COMPANY,
        cards.c.id.in_(
            select(card_tags.c.card_id)
            .where(
                card_tags.c.company_id == bindparam("company_id"),
                card_tags.c.tag_id == bindparam("of_tag"),
            )
            .scalar_subquery()
        ),
    )
    .values(revision=cards.c.revision + 1)
)
_LET_GO = Statement(
    update(cards)
    .where(_COMPANY, cards.c.iteration_id == bindparam("of_iteration"))
    .values(revision=cards.c.revision + 1, iteration_id=null())
)
_PUT = Statement(
    update(cards)
    .where(_COMPANY, cards.c.uid == bindparam("card_uid"))
    .values(revision=cards.c.revision + 1, iteration_id=bindparam("into"))
)

_TEXTS = ("title", "description", "external_id")
_INDEX = Statement(
    insert(card_search).values(
        {name: bindparam(name) for name in ("rowid", *_TEXTS)},
    )
)
_REINDEX = Statement(
    update(card_search)
    .where(card_search.c.rowid == bindparam("card_id"))
    .values({name: bindparam(name) for name in _TEXTS})
)


def insert_card(tx: Transaction, card: Card) -> Card:
    """Add a card; returns it with its id."""
    added = CARDS.insert(tx, card)
    tx.run(_INDEX, {"rowid": added.id, **_folded(added)})
    return added


def store_card(tx: Transaction, card: Card, changes: Mapping[str, Any]) -> None:
    """Keep a card as it is now; `changes` are the fields that are new."""
    CARDS.store(tx, card, changes)
    if not changes.keys().isdisjoint(_TEXTS):
        tx.run(_REINDEX, {"card_id": card.id, **_folded(card)})


def _folded(card: Card) -> dict[str, str]:
    return {name: fold(getattr(card, name) or "") for name in _TEXTS}


def find_by_uid(tx: Transaction, company_id: int, uid: str) -> Card | None:
    """Return the company's card with this uid, whatever its condition."""
    found = CARDS.all(tx, _BY_UID, company_id=company_id, uid=uid)
    return found[0] if found else None


def ends_of_cell(
    tx: Transaction, company_id: int, column_id: int, lane_id: int, *, without: int = 0
) -> tuple[float, float] | None:
    """Return the least and the greatest sort_order in a cell of a board; None when it is empty.

    The card with the id `without` is looked through.
    """
    cell = {"company_id": company_id, "column_id": column_id, "lane_id": lane_id}
    row = tx.first(_ENDS, cell | {"id": without})
    return None if row is None or row[0] is None else (row[0], row[1])


def in_cell(tx: Transaction, company_id: int, column_id: int, lane_id: int) -> list[Card]:
    """Return all cards of a cell, of whatever condition, in order."""
    return CARDS.all(tx, _IN_CELL, company_id=company_id, column_id=column_id, lane_id=lane_id)


def next_after(tx: Transaction, card: Card, *, without: Card) -> float | None:
    """Return the sort_order of the next card in the cell behind `card`.

    `without` is looked through. Cards with the same sort_order stand in the order of their ids.
    """
    found: float | None = tx.scalar(
        _NEXT_AFTER,
        {
            "company_id": card.company_id,
            "column_id": card.column_id,
            "lane_id": card.lane_id,
            "sort_order": card.sort_order,
            "behind": card.id,
            "id": without.id,
        },
    )
    return found


def standing_in(tx: Transaction, company_id: int, place: str, place_id: int) -> list[Card]:
    """Return the cards, live or archived, whose `place` (`board_id`, say) is this."""
    return CARDS.all(tx, _STANDING_IN[place], company_id=company_id, place=place_id)


def change_space(tx: Transaction, board: Board, space_id: int) -> None:
    """Note on all cards of a board that it is primary in another space now."""
    tx.run(
        _CHANGE_SPACE,
        {"company_id": board.company_id, "of_board": board.id, "to_space": space_id},
    )


def put_into(tx: Transaction, company_id: int, uids: Sequence[str], into: str | None) -> None:
    """Note on these cards the planned or active iteration that they are in now, or none."""
    tx.run_many(_PUT, [{"company_id": company_id, "card_uid": uid, "into": into} for uid in uids])


def let_go(tx: Transaction, iteration: Iteration) -> None:
    """Note on the cards of an iteration that has ended that they are no longer in it."""
    tx.run(_LET_GO, {"company_id": iteration.company_id, "of_iteration": iteration.id})


def touch(tx: Transaction, iteration: Iteration) -> None:
    """Note on the cards of an iteration that what their answers show of it has changed."""
    tx.run(_TOUCH, {"company_id": iteration.company_id, "of_iteration": iteration.id})


def touch_tagged(tx: Transaction, tag: Tag) -> None:
    """Note on the cards that have a tag that what their answers show of it has changed."""
    tx.run(_TOUCH_TAGGED, {"company_id": tag.company_id, "of_tag": tag.id})


_MEMBER_WIDTH = len(CardMember.__struct_fields__)


def _member(row: Row) -> tuple[CardMember, User]:
    return CardMember(*row[:_MEMBER_WIDTH]), User(*row[_MEMBER_WIDTH:])


_MEMBERS_OF = InQuery(
    select(*CARD_MEMBERS.columns, *USER_COLUMNS)
    .join_from(card_members, users, users.c.id == card_members.c.user_id)
    .join(*OWN_PROFILE)
    .where(card_members.c.company_id == bindparam("company_id"))
    .order_by(users.c.id),
    card_members.c.card_id,
    _member,
)


def members_of(company_id: int, card_ids: Sequence[int]) -> Query[tuple[CardMember, User]]:
    """Return the people who take part in these cards, by id."""
    return _MEMBERS_OF.query(card_ids, company_id=company_id)

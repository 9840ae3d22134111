"""One card with all that surrounds it: its board, the spaces that show it, column, lane, owner."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from msgspec import Struct
from sqlalchemy import and_, bindparam, literal_column, select
from sqlalchemy.sql import ColumnElement

from kadence.domain.access import Actor
from kadence.domain.model import Board, Card, Column, Iteration, Lane, User
from kadence.storage.boards import (
    BOARDS,
    COLUMNS,
    LANES,
    PLACEMENT_COLUMNS,
    VisiblePlacement,
    visible_placement,
)
from kadence.storage.cards import CARDS
from kadence.storage.people import OWN_PROFILE, USER_COLUMNS
from kadence.storage.schema import (
    boards,
    card_members,
    card_tags,
    cards,
    columns,
    iterations,
    lanes,
    placements,
    spaces,
    users,
)
from kadence.storage.spaces import OWN_MEMBERSHIP
from kadence.storage.transactions import Query, Row, Statement, Transaction, record_columns


class CardRelations(Struct, frozen=True):
    """The column and lane that a card is in, its owner, its planned or active iteration."""

    column: Column
    lane: Lane
    owner: User
    iteration: Iteration | None
    has_members: bool
    has_tags: bool


def _ends(*records: type[Struct]) -> Iterator[slice]:
    """Return where each record lies in a row that has one after the other."""
    ends = [0]
    for record in records:
        ends.append(ends[-1] + len(record.__struct_fields__))
    return (slice(*two) for two in pairwise(ends))


_COLUMN, _LANE, _OWNER, _ITERATION = _ends(Column, Lane, User, Iteration)


def _relations(row: Row) -> CardRelations:
    return CardRelations(
        Column(*row[_COLUMN]),
        Lane(*row[_LANE]),
        User(*row[_OWNER]),
        Iteration(*row[_ITERATION]) if row[_ITERATION.start] is not None else None,
        bool(row[-2]),
        bool(row[-1]),
    )


def _relation_columns(card_id: ColumnElement[int]) -> list[ColumnElement[Any]]:
    return [
        *COLUMNS.columns,
        *LANES.columns,
        *USER_COLUMNS,
        *record_columns(iterations, Iteration),
        *(
            select(literal_column("1"))
            .where(table.c.company_id == bindparam("company_id"), table.c.card_id == card_id)
            .exists()
            for table in (card_members, card_tags)
        ),
    ]


_RELATIONS = Statement(
    select(*_relation_columns(bindparam("id")))
    .join_from(columns, lanes, lanes.c.id == bindparam("lane_id"))
    .join(users, users.c.id == bindparam("owner_id"))
    .join(*OWN_PROFILE)
    .outerjoin(
        iterations,
        and_(
            iterations.c.company_id == columns.c.company_id,
            iterations.c.id == bindparam("iteration_id"),
        ),
    )
    .where(columns.c.company_id == bindparam("company_id"), columns.c.id == bindparam("column_id"))
)


def relations_of(card: Card) -> Query[CardRelations]:
    """Return what is around a card, in a row."""
    values = {
        name: getattr(card, name)
        for name in ("id", "company_id", "column_id", "lane_id", "owner_id", "iteration_id")
    }
    return Query(_RELATIONS, values, _relations)


_CARD, _BOARD = _ends(Card, Board)
_SHOWING = slice(_BOARD.stop, _BOARD.stop + len(PLACEMENT_COLUMNS))
_SHOWN = Statement(
    select(
        *CARDS.columns,
        *BOARDS.columns,
        *PLACEMENT_COLUMNS,
        *_relation_columns(cards.c.id),
    )
    .join_from(cards, boards, boards.c.id == cards.c.board_id)
    .join(
        placements,
        and_(
            placements.c.company_id == cards.c.company_id,
            placements.c.board_id == cards.c.board_id,
        ),
    )
    .join(spaces, spaces.c.id == placements.c.space_id)
    .outerjoin(*OWN_MEMBERSHIP)
    .join(columns, columns.c.id == cards.c.column_id)
    .join(lanes, lanes.c.id == cards.c.lane_id)
    .join(users, users.c.id == cards.c.owner_id)
    .join(*OWN_PROFILE)
    .outerjoin(
        iterations,
        and_(
            iterations.c.company_id == cards.c.company_id,
            iterations.c.id == cards.c.iteration_id,
        ),
    )
    .where(
        cards.c.company_id == bindparam("company_id"),
        cards.c.id == bindparam("id"),
        spaces.c.deleted_at.is_(None),
    )
    .order_by(spaces.c.id)
)


def card_with_relations(
    tx: Transaction, actor: Actor, card_id: int
) -> tuple[Card, Board, list[VisiblePlacement], CardRelations] | None:
    """Return the company's card with this id, whatever its condition, with all that surrounds it.

    None too when no living space shows its board.
    """
    values = {"company_id": actor.company_id, "user_id": actor.user_id, "id": card_id}
    rows = tx.all(_SHOWN, values)
    if not rows:
        return None
    first = rows[0]
    return (
        Card(*first[_CARD]),
        Board(*first[_BOARD]),
        [visible_placement(row[_SHOWING]) for row in rows],
        _relations(first[_SHOWING.stop :]),
    )

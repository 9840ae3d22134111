"""What goes over the wire of cards as rows, below /api/kadence/v1."""

from collections.abc import Sequence
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from kadence.domain.error_ids import ErrorId
from kadence.domain.model import Condition
from kadence.usecases import card_rows as usecases
from kadence.usecases.card_list import CardQuery
from kadence.usecases.card_rows import CardRow
from kadence.web.card_list import (
    CONDITION,
    DIRECTION,
    IDS_OF,
    ITERATION,
    ORDER,
    QUERY,
    SEARCH_FIELDS,
    START,
    STATES,
    behind,
    card_query,
    position_of,
)
from kadence.web.codec import Uid, When, format_optional, format_timestamp, number, optional_number
from kadence.web.http import RequestContext
from kadence.web.people import initials
from kadence.web.query import Clamped, Parameter, Query
from kadence.web.route import Route

LARGEST_PAGE = 1000
ROWS = Clamped("limit", 500, 1, LARGEST_PAGE, f"How many at most; clamped to 1 to {LARGEST_PAGE}.")
ROW_PARAMETERS: Sequence[Parameter[Any]] = (
    *(parameter for parameters in IDS_OF.values() for parameter in parameters),
    STATES,
    CONDITION,
    ITERATION,
    QUERY,
    SEARCH_FIELDS,
    ORDER,
    DIRECTION,
    START,
    ROWS,
)


class CardRowAnswer(Struct, frozen=True, gc=False):
    """A card as a row or a tile shows it; the keys mean what they mean in a whole card."""

    id: int
    uid: Uid
    title: str
    state: int
    condition: int
    board_id: int
    column_id: int
    lane_id: int
    sort_order: float
    iteration_id: Uid | None
    size: float | None
    size_unit: str | None
    size_text: str | None
    owner_id: int
    responsible_id: int | None
    member_ids: list[int]
    tag_ids: list[int]
    asap: bool
    due_date: When | None
    external_id: str | None
    comments_total: int
    description_filled: bool
    version: int
    updated: When


class PersonOfRows(Struct, frozen=True):
    """Somebody who takes part in a card of some rows."""

    id: int
    full_name: str
    initials: str


class TagOfRows(Struct, frozen=True):
    """A tag on a card of some rows."""

    id: int
    name: str
    color: int


class SomeRows(Struct, frozen=True):
    """Rows, and once each the people and tags whose ids are in them."""

    rows: list[CardRowAnswer]
    people: list[PersonOfRows]
    tags: list[TagOfRows]


class CardRowsAnswer(SomeRows, frozen=True):
    """A page of rows; with the `position` as `start_position` the next one is asked for.

    It is null behind the last row.
    """

    position: str | None


def some_rows(rows: Sequence[CardRow]) -> SomeRows:
    """Return rows as the wire shows them."""
    people = {user.id: user for row in rows for user in row.members}
    tags = {tag.id: tag for row in rows for tag in row.tags}
    return SomeRows(
        [_row(row) for row in rows],
        [
            PersonOfRows(user.id, user.full_name, initials(user.full_name))
            for _, user in sorted(people.items())
        ],
        [TagOfRows(tag.id, tag.name, tag.color) for _, tag in sorted(tags.items())],
    )


def _row(row: CardRow) -> CardRowAnswer:
    card = row.card
    return CardRowAnswer(
        id=card.id,
        uid=card.uid,
        title=card.title,
        state=card.state,
        condition=card.condition,
        board_id=card.board_id,
        column_id=card.column_id,
        lane_id=card.lane_id,
        sort_order=number(card.sort_order),
        iteration_id=row.iteration_id,
        size=optional_number(card.size),
        size_unit=card.size_unit,
        size_text=card.size_text,
        owner_id=card.owner_id,
        responsible_id=card.responsible_id,
        member_ids=[user.id for user in row.members],
        tag_ids=[tag.id for tag in row.tags],
        asap=bool(card.asap),
        due_date=format_optional(card.due_date),
        external_id=card.external_id,
        comments_total=card.comments_total,
        description_filled=bool(card.description),
        version=card.version,
        updated=format_timestamp(card.updated),
    )


def _query(query: Query) -> CardQuery:
    start = query.get(START)
    wanted, _ = card_query(query.only({one.name for one in ROW_PARAMETERS} - {START.name}))
    conditions = query.get(CONDITION) or [Condition.LIVE.value]
    return replace(
        wanted,
        conditions=conditions,
        limit=query.get(ROWS),
        behind=behind(query, start) if start else None,
    )


async def list_rows(context: RequestContext) -> CardRowsAnswer:
    """List the cards on the boards of a space as rows: the fields that a row or a tile shows.

    The filters are those of `GET /cards`. An answer has an entity tag, so that what has not changed
    is 304.
    """
    query = context.query(_query)
    found = await context.read(usecases.list_rows, context.uid("space_uid"), query)
    assert isinstance(query, CardQuery)  # noqa: S101 - else that was refused
    whole = len(found.rows) == query.limit
    position = position_of(query, found.last) if whole else None
    shown = some_rows(found.rows)
    return CardRowsAnswer(shown.rows, shown.people, shown.tags, position or None)


OWN_ROUTES: Sequence[Route] = (
    Route(
        "GET",
        "/spaces/{space_uid}/cards",
        list_rows,
        "Spaces",
        query=ROW_PARAMETERS,
        errors=(ErrorId.SEARCH_INVALID,),
    ),
)

"""What goes over the wire about a card's activity, in the shape that live servers answer.

The shape is that of a capture (contract: workspace.md, GET /cards/{id}/activity).
"""

from collections.abc import Sequence
from typing import Any

import msgspec
from msgspec import UNSET, Struct, UnsetType
from msgspec.structs import asdict

from kadence.domain.model import Board, Column, Lane
from kadence.usecases import card_activity as usecases
from kadence.usecases.card_activity import Activity, ActivityQuery, Happening
from kadence.web.card_views import CardAnswer, card_values
from kadence.web.codec import When, format_optional, format_timestamp, number
from kadence.web.http import RequestContext
from kadence.web.people import UserAnswer, user_answer, user_values
from kadence.web.query import LARGEST_INTEGER, SKIP, Clamped, Flag, Query
from kadence.web.route import Route
from kadence.web.tags import TagAnswer, tag_answer

SLOTS = 10
"""Records that one event can have: by them the ids of records differ."""
ABSENT = 0
LIMIT = Clamped("limit", ABSENT, 1, 100, "How many at most; absent: the newest 1,000.")
OFFSET = Clamped("offset", 0, 0, LARGEST_INTEGER, "How many to skip.")
TIMELINE = Flag("with_timeline_fields", "Changes nothing: what it asks for is always there.")
PARAMETERS = (LIMIT, OFFSET, SKIP, TIMELINE)
_OF_PLACE = ("column", "board", "lane", "owner", "members", "tags", "tag_ids")


class LaneOfRecord(Struct, frozen=True):
    """A lane, as it is called now."""

    id: int
    title: str
    sort_order: float
    board_id: int
    condition: int
    external_id: str | None
    default_card_type_id: int | None = None


class ColumnOfRecord(Struct, frozen=True):
    """A column or subcolumn, as it is called now."""

    id: int
    uid: str
    title: str
    sort_order: float
    col_count: int
    type: int
    board_id: int
    column_id: int | None
    external_id: str | None
    rules: int = 0
    pause_sla: bool = False


class BoardOfRecord(Struct, frozen=True):
    """A board, as it is called now."""

    id: int
    title: str
    external_id: str | None
    card_properties: list[Any] | None = None


class CommentOfRecord(Struct, frozen=True):
    """A comment of a record."""

    id: int
    text: str


class LongRecord(Struct, frozen=True, kw_only=True):
    """An action, with where the card was after it; the keys with a value are constants here."""

    id: str
    created: When
    action: str
    block_id: int | None = None
    card_id: int
    card_version: int
    card_type_id: int | None = None
    checklist_id: int | None = None
    checklist_item_id: int | None = None
    board_id: int
    column_id: int
    subcolumn_id: int | None
    lane_id: int
    comment_id: int | None
    external_link_id: int | None = None
    file_id: int | None = None
    invite_id: int | None = None
    policy_id: int | None = None
    policy_item_id: int | None = None
    space_id: int | None = None
    sprint_id: int | None = None
    tag_id: int | None = None
    user_id: int | None
    webhook_id: int | None = None
    company_id: int | None = None
    author_id: int
    card_time_log_id: int | None = None
    role: int | None = None
    tree_entity_role_ids: list[str] | None = None
    data: dict[str, Any]
    card: dict[str, Any]
    lane: LaneOfRecord
    column: ColumnOfRecord
    board: BoardOfRecord
    author: UserAnswer
    subcolumn: ColumnOfRecord | UnsetType = UNSET
    user: UserAnswer | UnsetType = UNSET
    targetUser: UserAnswer | UnsetType = UNSET  # noqa: N815 - the wire's own spelling
    comment: CommentOfRecord | UnsetType = UNSET
    old_text: str | UnsetType = UNSET


_INSTANTS = ("due_date", "planned_start", "planned_end")


def _lane(lane: Lane) -> LaneOfRecord:
    return LaneOfRecord(
        lane.id, lane.title, number(lane.sort_order), lane.board_id, lane.condition,
        lane.external_id,
    )  # fmt: skip


def _column(column: Column) -> ColumnOfRecord:
    return ColumnOfRecord(
        column.id, column.uid, column.title, number(column.sort_order), 1, column.type,
        column.board_id, column.column_id, column.external_id,
    )  # fmt: skip


def _board(board: Board) -> BoardOfRecord:
    return BoardOfRecord(board.id, board.title, board.external_id)


def _records(found: Activity) -> list[Any]:
    whole = asdict(CardAnswer(**card_values(found.card)))
    whole["description"] = found.card.card.description
    now = {key: value for key, value in whole.items() if key not in _OF_PLACE}
    return [
        _long(found, one, now) if one.field is None else _short(found, one)
        for one in found.happenings
    ]


def _long(found: Activity, one: Happening, now: dict[str, Any]) -> LongRecord:
    column = found.columns[one.place.column_id]
    top = found.columns[column.column_id] if column.column_id else column
    below = _column(column) if column.column_id else None
    user = found.users.get(one.user_id or 0)
    person = user_answer(user) if user else UNSET
    data: dict[str, Any] = {"dump": {"column": _column(top), "subcolumn": below}}
    if one.member_type is not None:
        data["member_type"] = one.member_type
    comment: CommentOfRecord | UnsetType = UNSET
    if one.comment_id is not None:
        kept = found.comments.get(one.comment_id)
        comment = CommentOfRecord(one.comment_id, kept.text if kept else "")
        if one.text is not None:
            data["dump"]["comment"] = comment
    author = found.authors[one.actor_uid or ""]
    of_type = one.action == "card_add" or one.action.endswith(("_move", "_board"))
    return LongRecord(
        id=str(one.seq * SLOTS + one.number),
        created=format_timestamp(one.at),
        action=one.action,
        card_id=found.card.card.id,
        card_version=one.version,
        card_type_id=1 if of_type else None,
        board_id=one.place.board_id,
        column_id=top.id,
        subcolumn_id=column.id if column.column_id else None,
        lane_id=one.place.lane_id,
        comment_id=one.comment_id,
        user_id=one.user_id,
        author_id=author.id,
        data=data,
        card=now,
        lane=_lane(found.lanes[one.place.lane_id]),
        column=_column(top),
        board=_board(found.boards[one.place.board_id]),
        author=user_answer(author),
        subcolumn=below or UNSET,
        user=person,
        targetUser=person,
        comment=comment,
        old_text=UNSET if one.text is None else one.text,
    )


def _short(found: Activity, one: Happening) -> dict[str, Any]:
    name = one.field or ""
    author = UserAnswer(**user_values(found.authors[one.actor_uid or ""]))
    told: dict[str, Any] = {
        "author": author,
        "action": one.action,
        "created": format_timestamp(one.at),
        "changed_field": name,
        f"old_{name}": _value(name, one.before),
        name: _value(name, one.after),
    }
    if name == "tag_ids":
        told["added_tags"] = _tags(found, set(one.after) - set(one.before))
        told["deleted_tags"] = _tags(found, set(one.before) - set(one.after))
    return told


def _tags(found: Activity, ids: set[int]) -> list[TagAnswer]:
    return [tag_answer(found.tags[tag_id]) for tag_id in sorted(ids) if tag_id in found.tags]


def _value(name: str, value: Any) -> Any:
    if name in _INSTANTS:
        return format_optional(value)
    if name == "asap":
        return bool(value)
    if name == "properties" and value:
        return msgspec.Raw(value.encode())
    return value


def _query(query: Query) -> ActivityQuery:
    query.get(TIMELINE)
    return ActivityQuery(query.get(LIMIT) or None, query.get_first(OFFSET, SKIP))


async def card_activity(context: RequestContext) -> list[dict[str, Any]]:
    """List what happened to a card, newest first: actions, and fields that were changed."""
    query = context.query(_query)
    return _records(await context.read_texts(usecases.card_activity, context.id("card_id"), query))


ROUTES: Sequence[Route] = (
    Route("GET", "/cards/{card_id}/activity", card_activity, "Cards", query=PARAMETERS),
)

"""Cards as the wire shows them, one by one and in lists (contract: workspace.md, Cards)."""

from typing import Annotated, Any

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType, field

from kadence.domain.model import Condition
from kadence.usecases.card_changes import etag
from kadence.usecases.card_views import CardView
from kadence.web.codec import (
    Uid,
    When,
    format_optional,
    format_timestamp,
    number,
    optional_number,
)
from kadence.web.people import UserAnswer, user_answer, user_values
from kadence.web.responses import WithETag
from kadence.web.tags import TagOfCardAnswer, tag_of_card


class CardMemberAnswer(UserAnswer, frozen=True, kw_only=True):
    """A person who takes part in a card."""

    card_id: int
    type: Annotated[int, Meta(description="1 member, 2 responsible.")]


class CardTypeAnswer(Struct, frozen=True, kw_only=True):
    """A type of cards; this server has one."""

    id: int = 1
    uid: Uid = "5f2a7c1e-3b64-4d0a-9c58-1f0e6a7b2c01"
    name: str = "Card"
    letter: str = "C"
    color: int = 1
    company_id: int | None = None
    archived: bool = False
    card_properties: list[Any] | None = None
    properties: dict[str, Any] | None = None
    suggest_fields: bool = False
    description_template: str | None = None
    locked: bool | None = None
    author_uid: Uid | None = None
    created: When
    updated: When


class SpaceOfBoard(Struct, frozen=True):
    """A space that shows a card's board to the caller."""

    id: int
    uid: Uid
    title: str
    primary_path: bool


class BoardOfCard(Struct, frozen=True):
    """The board of a card."""

    id: int
    uid: Uid
    title: str
    external_id: str | None
    spaces: list[SpaceOfBoard]


class ColumnOfCard(Struct, frozen=True):
    """The column of a card."""

    id: int
    uid: Uid
    title: str
    type: int
    board_id: int
    column_id: int | None
    sort_order: float


class LaneOfCard(Struct, frozen=True):
    """The lane of a card."""

    id: int
    uid: Uid
    title: str
    board_id: int
    condition: int
    sort_order: float


class Named(Struct, frozen=True):
    """A thing by its id and title."""

    id: int
    title: str


class PathData(Struct, frozen=True):
    """Where a card is, in words."""

    space: Named | None
    board: Named
    column: Named
    lane: Named


class IterationOfCard(Struct, frozen=True):
    """The planned or active iteration that a card is in."""

    id: Uid
    iteration_id: Uid
    card_uid: Uid
    space_uid: Uid
    title: str
    status: str
    creator_uid: Uid
    updater_uid: Uid


class CardAnswer(Struct, frozen=True, kw_only=True):
    """A card; the keys with a value here are constants of this server."""

    id: int
    uid: Uid
    title: str
    state: Annotated[int, Meta(description="1 queued, 2 in progress, 3 done.")]
    condition: Annotated[int, Meta(description="1 live, 2 archived, 3 deleted.")]
    archived: bool
    asap: bool
    expires_later: bool = False
    fifo_order: int | None = None
    due_date: When | None
    due_date_time_present: bool
    board_id: int
    column_id: int
    lane_id: int
    sort_order: float
    owner_id: int
    responsible_id: int | None
    type_id: int = 1
    version: int
    updater_id: int
    size: float | None
    size_unit: str | None
    size_text: str | None
    external_id: str | None
    blocked: bool = False
    blocking_card: bool = False
    properties: dict[str, Any] | None
    tag_ids: list[int]
    members: list[CardMemberAnswer]
    tags: list[TagOfCardAnswer]
    estimate_workload: float
    created: When
    updated: When
    last_moved_at: When
    column_changed_at: When
    lane_changed_at: When
    first_moved_to_in_progress_at: When | None
    last_moved_to_done_at: When | None
    completed_at: When | None
    completed_on_time: bool | None
    planned_start: When | None
    planned_end: When | None
    calculated_planned_start: When | None = None
    calculated_planned_end: When | None = None
    counters_recalculated_at: When
    sprint_id: int | None = None
    children_count: int = 0
    children_done: int = 0
    children_ids: list[int] = field(default_factory=list)
    children: list[Any] = field(default_factory=list)
    children_number_properties_sum: dict[str, Any] | None = None
    parents_count: int = 0
    parents_ids: list[int] = field(default_factory=list)
    parents: list[Any] = field(default_factory=list)
    parent_checklist_ids: list[int] = field(default_factory=list)
    goals_total: int = 0
    goals_done: int = 0
    comments_total: int
    comment_last_added_at: When | None
    time_spent_sum: int = 0
    time_blocked_sum: int = 0
    has_blocked_children: bool = False
    description_filled: bool
    source: str = "api"
    service_id: int | None = None
    public: bool = False
    share_id: str | None = None
    share_settings: dict[str, Any] | None = None
    sd_new_comment: bool = False
    external_user_emails: str | None = None
    import_id: int | None = None
    board: BoardOfCard
    column: ColumnOfCard
    lane: LaneOfCard
    owner: UserAnswer
    type: CardTypeAnswer


class ListedCardAnswer(CardAnswer, frozen=True, kw_only=True):
    """A card in a list: with its path in words, its description only if that was asked for."""

    description: str | UnsetType | None = UNSET
    iteration: list[IterationOfCard] | UnsetType = UNSET
    path_data: PathData


class OneCardAnswer(CardAnswer, frozen=True, kw_only=True):
    """A card by itself; `iteration` is absent when it is in no planned or active one."""

    description: str | None
    iteration: list[IterationOfCard] | UnsetType = UNSET
    checklists: list[Any] = field(default_factory=list)
    files: list[Any] = field(default_factory=list)
    external_links: list[Any] = field(default_factory=list)
    slas: list[Any] = field(default_factory=list)


def card_values(view: CardView) -> dict[str, Any]:
    """Return the values of the keys of CardAnswer that are not constant."""
    card = view.card
    return {
        "id": card.id,
        "uid": card.uid,
        "title": card.title,
        "state": card.state,
        "condition": card.condition,
        "archived": card.condition == Condition.ARCHIVED,
        "asap": bool(card.asap),
        "due_date": format_optional(card.due_date),
        "due_date_time_present": bool(card.due_date_time_present),
        "board_id": card.board_id,
        "column_id": card.column_id,
        "lane_id": card.lane_id,
        "sort_order": number(card.sort_order),
        "owner_id": card.owner_id,
        "responsible_id": card.responsible_id,
        "version": card.version,
        "updater_id": card.updater_id,
        "size": optional_number(card.size),
        "size_unit": card.size_unit,
        "size_text": card.size_text,
        "external_id": card.external_id,
        # Kept as it goes over the wire.
        "properties": card.properties and msgspec.Raw(card.properties.encode()),
        "tag_ids": [tag.id for _, tag in view.tags],
        "members": [
            card_member_answer(user, card.id, responsible=user.id == card.responsible_id)
            for _, user in view.members
        ],
        "tags": [tag_of_card(use, tag) for use, tag in view.tags],
        "estimate_workload": number(card.estimate_workload),
        "created": format_timestamp(card.created),
        "updated": format_timestamp(card.updated),
        "last_moved_at": format_timestamp(card.last_moved_at or card.created),
        "column_changed_at": format_timestamp(card.column_changed_at or card.created),
        "lane_changed_at": format_timestamp(card.lane_changed_at or card.created),
        "first_moved_to_in_progress_at": format_optional(card.first_moved_to_in_progress_at),
        "last_moved_to_done_at": format_optional(card.last_moved_to_done_at),
        "completed_at": format_optional(None if card.due_date is None else card.completed_at),
        "completed_on_time": None
        if card.completed_at is None or card.due_date is None
        else card.completed_at <= card.due_date,
        "planned_start": format_optional(card.planned_start),
        "planned_end": format_optional(card.planned_end),
        "counters_recalculated_at": format_timestamp(card.created),
        "comments_total": card.comments_total,
        "comment_last_added_at": format_optional(card.comment_last_added_at),
        "description_filled": bool(card.description),
        "board": _board(view),
        "column": _column(view),
        "lane": _lane(view),
        "owner": user_answer(view.owner),
        "type": card_type(card.created),
    }


def card_type(created: int) -> CardTypeAnswer:
    """Return the one type of cards; it belongs to no company."""
    at = format_timestamp(created)
    return CardTypeAnswer(created=at, updated=at)


def card_member_answer(user: Any, card_id: int, *, responsible: bool) -> CardMemberAnswer:
    """Return a person as a member of a card."""
    return CardMemberAnswer(**user_values(user), card_id=card_id, type=2 if responsible else 1)


def _board(view: CardView) -> BoardOfCard:
    board = view.board
    spaces = [
        SpaceOfBoard(
            one.access.space_id,
            one.access.space_uid,
            one.title,
            one.access.space_id == board.space_id,
        )
        for one in view.spaces
    ]
    return BoardOfCard(board.id, board.uid, board.title, board.external_id, spaces)


def _column(view: CardView) -> ColumnOfCard:
    column = view.column
    return ColumnOfCard(
        column.id,
        column.uid,
        column.title,
        column.type,
        column.board_id,
        column.column_id,
        number(column.sort_order),
    )


def _lane(view: CardView) -> LaneOfCard:
    lane = view.lane
    return LaneOfCard(
        lane.id, lane.uid, lane.title, lane.board_id, lane.condition, number(lane.sort_order)
    )


def _iteration(view: CardView) -> list[IterationOfCard] | UnsetType:
    found = view.iteration
    if found is None:
        return UNSET
    return [
        IterationOfCard(
            found.id,
            found.id,
            view.card.uid,
            found.space_uid,
            found.title,
            found.status,
            found.creator_uid,
            found.updater_uid,
        )
    ]


def listed_card(view: CardView, extra: tuple[str, ...] = ()) -> ListedCardAnswer:
    """Return the card as lists show it; `extra` of `description` and `iteration` are added."""
    first = view.spaces[0] if view.spaces else None
    return ListedCardAnswer(
        **card_values(view),
        description=view.card.description if "description" in extra else UNSET,
        iteration=_iteration(view) if "iteration" in extra else UNSET,
        path_data=PathData(
            Named(first.access.space_id, first.title) if first else None,
            Named(view.board.id, view.board.title),
            Named(view.column.id, view.column.title),
            Named(view.lane.id, view.lane.title),
        ),
    )


def one_card(view: CardView) -> WithETag[OneCardAnswer]:
    """Return the card as it is shown by itself, with its entity tag."""
    values = card_values(view)
    values |= {"description": view.card.description, "iteration": _iteration(view)}
    return WithETag(OneCardAnswer(**values), etag(view.card))

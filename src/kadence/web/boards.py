"""What goes over the wire about boards, columns and lanes (contract: workspace.md, Boards)."""

from typing import Annotated, Any

from msgspec import Meta, Struct

from kadence.domain.model import Column, Lane
from kadence.usecases.boards import FullBoard
from kadence.web.wire import Uid, When, format_timestamp


class ColumnAnswer(Struct, frozen=True, kw_only=True):
    """A column of a board; one with `column_id` is a subcolumn."""

    id: int
    uid: Uid
    title: str
    type: Annotated[int, Meta(description="1 queue, 2 in progress, 3 done.")]
    sort_order: float
    col_count: int = 1
    wip_limit: int | None = None
    wip_limit_type: int = 1
    rules: int = 0
    board_id: int
    column_id: int | None
    archive_after_days: int = -1
    card_hide_after_days: int | None = None
    months_to_hide_cards: int | None = None
    last_moved_warning_after_days: int = -1
    last_moved_warning_after_hours: int = -1
    last_moved_warning_after_minutes: int = -1
    default_tags: str | None = None
    locked: str | None = None
    external_id: str | None = None
    pause_sla: bool = False
    subcolumns: list["ColumnAnswer"]
    created: When
    updated: When


class LaneAnswer(Struct, frozen=True, kw_only=True):
    """A lane of a board."""

    id: int
    uid: Uid
    title: str
    sort_order: float
    row_count: int = 1
    wip_limit: int | None = None
    wip_limit_type: int = 1
    board_id: int
    default_card_type_id: int | None = None
    condition: int = 1
    external_id: str | None = None
    created: When
    updated: When


class BoardAnswer(Struct, frozen=True, kw_only=True):
    """A board with its columns and lanes."""

    id: int
    uid: Uid
    title: str
    description: str | None
    external_id: str | None
    default_card_type_id: int = 1
    email_key: str = ""
    cell_wip_limits: list[Any] | None = None
    default_tags: str | None = None
    move_parents_to_done: bool = False
    first_image_is_cover: bool = False
    reset_lane_spent_time: bool = False
    backward_moves_enabled: bool = False
    hide_done_policies: bool = False
    hide_done_policies_in_done_column: bool = False
    automove_cards: bool = False
    auto_assign_enabled: bool = False
    settings: dict[str, Any] | None = None
    locked: str | None = None
    sort_order: float
    top: int = 0
    left: int = 0
    type: int = 1
    space_id: int
    board_id: int
    primary_path: bool = True
    card_properties: list[Any] | None = None
    created: When
    updated: When
    columns: list[ColumnAnswer]
    lanes: list[LaneAnswer]


def board_answer(full: FullBoard) -> BoardAnswer:
    """The board as the wire shows it."""
    board = full.board
    return BoardAnswer(
        id=board.id,
        uid=board.uid,
        title=board.title,
        description=board.description,
        external_id=board.external_id,
        sort_order=board.sort_order,
        space_id=board.space_id,
        board_id=board.id,
        created=format_timestamp(board.created),
        updated=format_timestamp(board.updated),
        columns=[
            _column_answer(column, full.columns)
            for column in full.columns
            if column.column_id is None
        ],
        lanes=[_lane_answer(lane) for lane in full.lanes],
    )


def _column_answer(column: Column, of_board: list[Column]) -> ColumnAnswer:
    return ColumnAnswer(
        id=column.id,
        uid=column.uid,
        title=column.title,
        type=column.type,
        sort_order=column.sort_order,
        board_id=column.board_id,
        column_id=column.column_id,
        subcolumns=[
            _column_answer(below, of_board) for below in of_board if below.column_id == column.id
        ],
        created=format_timestamp(column.created),
        updated=format_timestamp(column.updated),
    )


def _lane_answer(lane: Lane) -> LaneAnswer:
    return LaneAnswer(
        id=lane.id,
        uid=lane.uid,
        title=lane.title,
        sort_order=lane.sort_order,
        board_id=lane.board_id,
        created=format_timestamp(lane.created),
        updated=format_timestamp(lane.updated),
    )

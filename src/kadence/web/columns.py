"""What goes over the wire about columns, subcolumns and lanes (contract: workspace.md, Boards)."""

from collections.abc import Sequence
from typing import Annotated

from msgspec import Meta, Struct
from msgspec.structs import replace

from kadence.domain.error_ids import ErrorId
from kadence.domain.errors import BadRequest
from kadence.domain.model import Column, Condition, Lane
from kadence.usecases import columns as usecases
from kadence.usecases.columns import ChangeColumn, ChangeLane, CreateColumn, CreateLane, DeletePart
from kadence.usecases.unit_of_work import RenderedResponse
from kadence.web.bodies import Body
from kadence.web.codec import Uid, When, format_timestamp, number
from kadence.web.http import Asked, RequestContext
from kadence.web.query import Flag, Numbers, Query
from kadence.web.route import Route


class ColumnAnswer(Struct, frozen=True, kw_only=True):
    """A column of a board; one with `column_id` is a subcolumn."""

    id: int
    uid: Uid
    title: str
    type: Annotated[int, Meta(description="1 queue, 2 in progress, 3 done.")]
    sort_order: float
    col_count: int = 1
    wip_limit: int | None
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
    external_id: str | None
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
    wip_limit: int | None
    wip_limit_type: int = 1
    board_id: int
    default_card_type_id: int | None = None
    condition: Annotated[int, Meta(description="1 live, 2 archived, 3 deleted.")]
    last_moved_warning_after_days: int = -1
    last_moved_warning_after_hours: int = -1
    last_moved_warning_after_minutes: int = -1
    default_tags: str | None = None
    locked: str | None = None
    external_id: str | None
    created: When
    updated: When


class DeletedAnswer(Struct, frozen=True):
    """The id of what was deleted."""

    id: int


CREATE_COLUMN = Body("Column", CreateColumn)
CHANGE_COLUMN = Body("Column", ChangeColumn)
CREATE_LANE = Body("Lane", CreateLane)
CHANGE_LANE = Body("Lane", ChangeLane)
DELETE = Body("Body", DeletePart)

FORCE = Flag("force", "Delete it with what it holds; can stand in the body instead.")
DELETE_PARAMETERS = (FORCE,)
CONDITION = Numbers(
    "condition", [c.value for c in Condition], "1 live lanes (the default), 2 archived, 3 deleted."
)
LANE_PARAMETERS = (CONDITION,)


def column_answer(column: Column, of_board: Sequence[Column]) -> ColumnAnswer:
    """Return the column as the wire shows it, with its subcolumns.

    `of_board` are all columns of its board.
    """
    return ColumnAnswer(
        id=column.id,
        uid=column.uid,
        title=column.title,
        type=column.type,
        sort_order=number(column.sort_order),
        wip_limit=column.wip_limit,
        board_id=column.board_id,
        column_id=column.column_id,
        external_id=column.external_id,
        subcolumns=[
            column_answer(below, of_board) for below in of_board if below.column_id == column.id
        ],
        created=format_timestamp(column.created),
        updated=format_timestamp(column.updated),
    )


def column_answers(of_board: Sequence[Column]) -> list[ColumnAnswer]:
    """Return the first-level columns as the wire shows them, out of all columns of a board."""
    return [column_answer(c, of_board) for c in of_board if c.column_id is None]


def _alone(column: Column) -> ColumnAnswer:
    return column_answer(column, ())


def lane_answer(lane: Lane) -> LaneAnswer:
    """Return the lane as the wire shows it."""
    return LaneAnswer(
        id=lane.id,
        uid=lane.uid,
        title=lane.title,
        sort_order=number(lane.sort_order),
        wip_limit=lane.wip_limit,
        board_id=lane.board_id,
        condition=lane.condition,
        external_id=lane.external_id,
        created=format_timestamp(lane.created),
        updated=format_timestamp(lane.updated),
    )


def _conditions(query: Query) -> Sequence[int]:
    return query.get(CONDITION) or (Condition.LIVE.value,)


async def forced(context: RequestContext) -> Asked[DeletePart]:
    """Read the body, or what the query says in its place: whether deleting is meant."""
    in_query = context.query(lambda query: query.get(FORCE))
    asked = await context.body(DELETE)
    if isinstance(in_query, BadRequest):
        return replace(asked, command=in_query)
    if in_query and isinstance(asked.command, DeletePart):
        return replace(asked, command=DeletePart(force=True))
    return asked


async def list_columns(context: RequestContext) -> list[ColumnAnswer]:
    """List the columns of a board, each with its subcolumns."""
    return column_answers(
        await context.read(usecases.list_columns, context.id("board_id"), context.nothing())
    )


async def create_column(context: RequestContext) -> RenderedResponse[ColumnAnswer]:
    """Add a column to a board."""
    asked = await context.body(CREATE_COLUMN)
    return await context.write(
        asked, _alone, usecases.create_column, context.id("board_id"), asked.command
    )


async def change_column(context: RequestContext) -> RenderedResponse[ColumnAnswer]:
    """Change a column; with another type its cards get another state."""
    asked = await context.body(CHANGE_COLUMN)
    return await context.write(
        asked,
        lambda pair: column_answer(*pair),
        usecases.change_column,
        context.id("board_id"),
        context.id("id"),
        asked.command,
    )


async def delete_column(context: RequestContext) -> RenderedResponse[DeletedAnswer]:
    """Delete a column with its cards."""
    asked = await forced(context)
    return await context.write(
        asked,
        DeletedAnswer,
        usecases.delete_column,
        context.id("board_id"),
        context.id("id"),
        asked.command,
    )


async def list_subcolumns(context: RequestContext) -> list[ColumnAnswer]:
    """List the subcolumns of a column."""
    found = await context.read(usecases.list_subcolumns, context.id("column_id"), context.nothing())
    return [_alone(column) for column in found]


async def create_subcolumn(context: RequestContext) -> RenderedResponse[ColumnAnswer]:
    """Add a subcolumn to a column."""
    asked = await context.body(CREATE_COLUMN)
    return await context.write(
        asked, _alone, usecases.create_subcolumn, context.id("column_id"), asked.command
    )


async def change_subcolumn(context: RequestContext) -> RenderedResponse[ColumnAnswer]:
    """Change a subcolumn."""
    asked = await context.body(CHANGE_COLUMN)
    return await context.write(
        asked,
        _alone,
        usecases.change_subcolumn,
        context.id("column_id"),
        context.id("id"),
        asked.command,
    )


async def delete_subcolumn(context: RequestContext) -> RenderedResponse[DeletedAnswer]:
    """Delete a subcolumn with its cards."""
    asked = await forced(context)
    return await context.write(
        asked,
        DeletedAnswer,
        usecases.delete_subcolumn,
        context.id("column_id"),
        context.id("id"),
        asked.command,
    )


async def list_lanes(context: RequestContext) -> list[LaneAnswer]:
    """List the lanes of a board, the live ones unless asked otherwise."""
    found = await context.read(
        usecases.list_lanes, context.id("board_id"), context.query(_conditions)
    )
    return [lane_answer(lane) for lane in found]


async def create_lane(context: RequestContext) -> RenderedResponse[LaneAnswer]:
    """Add a lane to a board."""
    asked = await context.body(CREATE_LANE)
    return await context.write(
        asked, lane_answer, usecases.create_lane, context.id("board_id"), asked.command
    )


async def change_lane(context: RequestContext) -> RenderedResponse[LaneAnswer]:
    """Change a lane, archive it or bring it back."""
    asked = await context.body(CHANGE_LANE)
    return await context.write(
        asked,
        lane_answer,
        usecases.change_lane,
        context.id("board_id"),
        context.id("id"),
        asked.command,
    )


async def delete_lane(context: RequestContext) -> RenderedResponse[DeletedAnswer]:
    """Delete a lane with its cards."""
    asked = await forced(context)
    return await context.write(
        asked,
        DeletedAnswer,
        usecases.delete_lane,
        context.id("board_id"),
        context.id("id"),
        asked.command,
    )


ROUTES: Sequence[Route] = (
    Route("GET", "/boards/{board_id}/columns", list_columns, "Boards"),
    Route("POST", "/boards/{board_id}/columns", create_column, "Boards", body=CREATE_COLUMN),
    Route("PATCH", "/boards/{board_id}/columns/{id}", change_column, "Boards", body=CHANGE_COLUMN),
    Route(
        "DELETE",
        "/boards/{board_id}/columns/{id}",
        delete_column,
        "Boards",
        body=DELETE,
        query=DELETE_PARAMETERS,
        errors=(ErrorId.FORCE_NEEDED, ErrorId.LAST_COLUMN),
    ),
    Route("GET", "/columns/{column_id}/subcolumns", list_subcolumns, "Boards"),
    Route(
        "POST", "/columns/{column_id}/subcolumns", create_subcolumn, "Boards", body=CREATE_COLUMN
    ),
    Route(
        "PATCH",
        "/columns/{column_id}/subcolumns/{id}",
        change_subcolumn,
        "Boards",
        body=CHANGE_COLUMN,
    ),
    Route(
        "DELETE",
        "/columns/{column_id}/subcolumns/{id}",
        delete_subcolumn,
        "Boards",
        body=DELETE,
        query=DELETE_PARAMETERS,
        errors=(ErrorId.FORCE_NEEDED,),
    ),
    Route("GET", "/boards/{board_id}/lanes", list_lanes, "Boards", query=LANE_PARAMETERS),
    Route("POST", "/boards/{board_id}/lanes", create_lane, "Boards", body=CREATE_LANE),
    Route(
        "PATCH",
        "/boards/{board_id}/lanes/{id}",
        change_lane,
        "Boards",
        body=CHANGE_LANE,
        errors=(ErrorId.LAST_LANE,),
    ),
    Route(
        "DELETE",
        "/boards/{board_id}/lanes/{id}",
        delete_lane,
        "Boards",
        body=DELETE,
        query=DELETE_PARAMETERS,
        errors=(ErrorId.FORCE_NEEDED, ErrorId.LAST_LANE),
    ),
)

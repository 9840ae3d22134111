"""What goes over the wire about boards (contract: workspace.md, Boards)."""

from collections.abc import Sequence
from typing import Any

from msgspec import Struct

from kadence.domain.error_ids import ErrorId
from kadence.usecases import boards as usecases
from kadence.usecases.boards import ChangeBoard, CreateBoard, FullBoard
from kadence.usecases.card_views import CardView
from kadence.usecases.unit_of_work import RenderedResponse
from kadence.web.bodies import Body
from kadence.web.card_views import ListedCardAnswer, listed_card
from kadence.web.codec import (
    Uid,
    When,
    format_timestamp,
    number,
)
from kadence.web.columns import (
    DELETE,
    DELETE_PARAMETERS,
    ColumnAnswer,
    DeletedAnswer,
    LaneAnswer,
    column_answers,
    forced,
    lane_answer,
)
from kadence.web.http import RequestContext
from kadence.web.query import Flag
from kadence.web.route import Route


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
    primary_path: bool
    card_properties: list[Any] | None = None
    created: When
    updated: When
    columns: list[ColumnAnswer]
    lanes: list[LaneAnswer]


class OneBoardAnswer(BoardAnswer, frozen=True, kw_only=True):
    """A board with its cards, if they were asked for."""

    cards: list[ListedCardAnswer]


CREATE = Body("Board", CreateBoard)
CHANGE = Body("Board", ChangeBoard)

WITH_CARDS = Flag("with_cards", "Fill `cards` with the board's live cards.")
GET_PARAMETERS = (WITH_CARDS,)


def board_answer(full: FullBoard) -> BoardAnswer:
    """Return the board as the wire shows it."""
    return BoardAnswer(**_values(full))


def _values(full: FullBoard) -> dict[str, Any]:
    board = full.board
    return {
        "id": board.id,
        "uid": board.uid,
        "title": board.title,
        "description": board.description,
        "external_id": board.external_id,
        "sort_order": number(board.sort_order),
        "space_id": full.space_id,
        "board_id": board.id,
        "primary_path": full.space_id == board.space_id,
        "created": format_timestamp(board.created),
        "updated": format_timestamp(board.updated),
        "columns": column_answers(full.columns),
        "lanes": [lane_answer(lane) for lane in full.lanes],
    }


def _with_cards(found: tuple[FullBoard, Sequence[CardView]]) -> OneBoardAnswer:
    full, cards = found
    return OneBoardAnswer(**_values(full), cards=[listed_card(view) for view in cards])


async def list_boards(context: RequestContext) -> list[BoardAnswer]:
    """List the boards that a space shows, each with its columns and lanes."""
    found = await context.read(usecases.list_boards, context.id("space_id"), context.nothing())
    return [board_answer(full) for full in found]


async def create_board(context: RequestContext) -> RenderedResponse[BoardAnswer]:
    """Make a board in a space, with columns and lanes."""
    asked = await context.body(CREATE)
    return await context.write(
        asked, board_answer, usecases.create_board, context.id("space_id"), asked.command
    )


async def get_board(context: RequestContext) -> OneBoardAnswer:
    """Get one board."""
    query = context.query(lambda query: query.get(WITH_CARDS))
    return _with_cards(await context.read_texts(usecases.get_board, context.id("id"), query))


async def get_board_of_space(context: RequestContext) -> OneBoardAnswer:
    """Get one board as a space shows it."""
    query = context.query(lambda query: query.get(WITH_CARDS))
    return _with_cards(
        await context.read_texts(
            usecases.get_board_of_space, context.id("space_id"), context.id("id"), query
        )
    )


async def change_board(context: RequestContext) -> RenderedResponse[BoardAnswer]:
    """Change a board; show it in another space, or with `move_from_space_id` move it there."""
    asked = await context.body(CHANGE)
    return await context.write(
        asked,
        board_answer,
        usecases.change_board,
        context.id("space_id"),
        context.id("id"),
        asked.command,
    )


async def delete_board(context: RequestContext) -> RenderedResponse[DeletedAnswer]:
    """Delete a board with its cards, or stop showing it in a space that is not its own."""
    asked = await forced(context)
    return await context.write(
        asked,
        DeletedAnswer,
        usecases.delete_board,
        context.id("space_id"),
        context.id("id"),
        asked.command,
    )


ROUTES: Sequence[Route] = (
    Route("GET", "/spaces/{space_id}/boards", list_boards, "Boards"),
    Route("POST", "/spaces/{space_id}/boards", create_board, "Boards", body=CREATE),
    Route(
        "GET", "/spaces/{space_id}/boards/{id}", get_board_of_space, "Boards", query=GET_PARAMETERS
    ),
    Route(
        "PATCH",
        "/spaces/{space_id}/boards/{id}",
        change_board,
        "Boards",
        body=CHANGE,
        errors=(ErrorId.BOARD_NOT_PRIMARY,),
    ),
    Route(
        "DELETE",
        "/spaces/{space_id}/boards/{id}",
        delete_board,
        "Boards",
        body=DELETE,
        query=DELETE_PARAMETERS,
        errors=(ErrorId.FORCE_NEEDED,),
    ),
    Route("GET", "/boards/{id}", get_board, "Boards", query=GET_PARAMETERS),
)

"""What people do with boards."""

from collections.abc import Sequence
from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType
from msgspec.structs import replace

from kadence.domain import events
from kadence.domain.access import SpaceAccess
from kadence.domain.changes import changed, differences, made, said_or
from kadence.domain.error_ids import ErrorId
from kadence.domain.errors import BadRequest, Forbidden, NotFound, RuleViolation
from kadence.domain.model import Board, Card, Column, ColumnType, Lane, Placement, SpaceRole
from kadence.domain.values import Description, ExternalId, Id, Positive
from kadence.storage import boards, cards
from kadence.usecases.access import BoardAccess, authorize_board, authorize_space_by_id
from kadence.usecases.card_changes import delete_cards, holds_cards
from kadence.usecases.card_views import CardView, view_cards
from kadence.usecases.columns import (
    CreateColumn,
    CreateLane,
    DeletePart,
    PartTitle,
    add_column,
    add_lane,
)
from kadence.usecases.iteration_cards import take_out_cards
from kadence.usecases.sort_orders import behind_all
from kadence.usecases.unit_of_work import UnitOfWork, Validated, unwrap

_SOME = Meta(min_length=1, max_length=1000)
Columns = Annotated[list[CreateColumn], _SOME]
Lanes = Annotated[list[CreateLane], _SOME]


class CreateBoard(Struct, frozen=True):
    """A board to make; without columns or lanes it gets one of each."""

    title: PartTitle
    description: Description | None = None
    external_id: ExternalId | None = None
    sort_order: Positive | None = None
    columns: Columns | UnsetType = UNSET
    lanes: Lanes | UnsetType = UNSET


class ChangeBoard(Struct, frozen=True):
    """What to change of a board; absent keys stay."""

    title: PartTitle | UnsetType = UNSET
    description: Description | UnsetType | None = UNSET
    external_id: ExternalId | UnsetType | None = UNSET
    sort_order: Positive | UnsetType = UNSET
    move_from_space_id: Id | UnsetType = UNSET


class FullBoard(Struct, frozen=True):
    """A board with its columns and lanes, as one of the spaces that show it sees it."""

    board: Board
    space_id: int
    columns: list[Column]
    lanes: list[Lane]


def list_boards(unit: UnitOfWork, space_id: int, validated: Validated[None]) -> list[FullBoard]:
    """Return the boards that a space shows, in order.

    Raises:
        KadenceError: NotFound (or unreadable), BadRequest.
    """
    authorize_space_by_id(unit, space_id, SpaceRole.READER)
    unwrap(validated)
    return boards_of(unit, [space_id])[space_id]


def get_board(
    unit: UnitOfWork, board_id: int, validated: Validated[bool]
) -> tuple[FullBoard, list[CardView]]:
    """Return one board, and its live cards when the query asks for them.

    Raises:
        KadenceError: NotFound (or unreadable), BadRequest.
    """
    access = authorize_board(unit, board_id, SpaceRole.READER)
    with_cards = unwrap(validated)
    readable = [shown.space_id for shown in access.accesses if access.role(unit, shown.space_id)]
    primary = access.board.space_id
    full = _full(unit, access.board, primary if primary in readable else readable[0])
    return full, (_cards_of(unit, access.board) if with_cards else [])


def get_board_of_space(
    unit: UnitOfWork, space_id: int, board_id: int, validated: Validated[bool]
) -> tuple[FullBoard, list[CardView]]:
    """Return one board that a space shows, and its live cards when the query asks for them.

    Raises:
        KadenceError: NotFound (or unreadable), BadRequest.
    """
    authorize_space_by_id(unit, space_id, SpaceRole.READER)
    access = _shown(unit, space_id, board_id, SpaceRole.READER)
    with_cards = unwrap(validated)
    full = _full(unit, access.board, space_id)
    return full, (_cards_of(unit, access.board) if with_cards else [])


def create_board(unit: UnitOfWork, space_id: int, validated: Validated[CreateBoard]) -> FullBoard:
    """Make a board in a space, which is the one that it is primary in.

    Raises:
        KadenceError: NotFound (or unreadable), Forbidden (no admin), BadRequest.
    """
    access = authorize_space_by_id(unit, space_id, SpaceRole.ADMIN)
    return make_board(unit, access, unwrap(validated))


def make_board(unit: UnitOfWork, space: SpaceAccess, new: CreateBoard) -> FullBoard:
    """Add a board with its columns and lanes to a space that the actor may administer."""
    company_id = unit.actor.company_id
    order = new.sort_order or _behind_boards(unit, space)
    board = boards.BOARDS.insert(
        unit.tx,
        made(
            Board,
            new,
            id=0,
            uid=unit.new_id(),
            company_id=company_id,
            space_id=space.space_id,
            sort_order=order,
            deleted_at=None,
            created=unit.now,
            updated=unit.now,
        ),
    )
    placement = Placement(company_id, space.space_id, board.id, unit.now)
    boards.PLACEMENTS.insert(unit.tx, placement)
    unit.record(events.BOARD_CREATED, board, space_uid=space.space_uid)
    columns = said_or(new.columns, [CreateColumn("Queue")])
    lanes = said_or(new.lanes, [CreateLane("Lane")])
    return FullBoard(
        board,
        space.space_id,
        [add_column(unit, space.space_uid, board, column) for column in columns],
        [add_lane(unit, space.space_uid, board, lane) for lane in lanes],
    )


def _behind_boards(unit: UnitOfWork, space: SpaceAccess) -> float:
    company_id = unit.actor.company_id
    return behind_all(
        boards.next_board_order(unit.tx, company_id, space.space_id),
        lambda: boards.primary_in(unit.tx, company_id, space.space_id),
        lambda board, place: _store(unit, board, replace(board, sort_order=place), space.space_uid),
    )


def change_board(
    unit: UnitOfWork, space_id: int, board_id: int, validated: Validated[ChangeBoard]
) -> FullBoard:
    """Change a board; through a space that did not show it yet, show it there, or move it there.

    Raises:
        KadenceError: NotFound (space or board, or unreadable), Forbidden (no admin in both the
            space and the one where the board is primary), BadRequest.
    """
    space = authorize_space_by_id(unit, space_id, SpaceRole.ADMIN)
    access = authorize_board(unit, board_id, SpaceRole.ADMIN)
    change = unwrap(validated)
    board, primary_uid = access.board, access.space_uid
    if isinstance(change.move_from_space_id, int) and change.move_from_space_id != space_id:
        if change.move_from_space_id != board.space_id:
            raise RuleViolation(
                ErrorId.BOARD_NOT_PRIMARY,
                1,
                "move_from_space_id should be the board's primary space",
            )
        board, primary_uid = _move(unit, access, space), space.space_uid
    elif space_id not in {shown.space_id for shown in access.accesses}:
        boards.PLACEMENTS.insert(unit.tx, Placement(board.company_id, space_id, board.id, unit.now))
        payload = {"board_id": board.id, "space_id": space_id}
        unit.record(events.BOARD_SHOWN, payload, space_uid=space.space_uid)
    board = _store(unit, board, changed(board, change), primary_uid)
    return _full(unit, board, space_id)


def delete_board(
    unit: UnitOfWork, space_id: int, board_id: int, validated: Validated[DeletePart]
) -> int:
    """Delete a board with its cards; through a space that only shows it, stop showing it there.

    Raises:
        KadenceError: NotFound (or unreadable), Forbidden (no admin), BadRequest (it holds cards,
            without force).
    """
    space = authorize_space_by_id(unit, space_id, SpaceRole.ADMIN)
    access = _shown(unit, space_id, board_id, SpaceRole.READER)
    if not unwrap(validated).force and holds_cards(unit, "board_id", board_id):
        raise BadRequest(ErrorId.FORCE_NEEDED, "Board should be deleted with force")
    if space_id == access.board.space_id:
        erase_board(unit, access.board, access.space_uid)
    else:
        hide_board(unit, access.board.id, space)
    return board_id


def erase_board(unit: UnitOfWork, board: Board, space_uid: str) -> None:
    """Delete a board, and its cards with it."""
    found = cards.standing_in(unit.tx, board.company_id, "board_id", board.id)
    delete_cards(unit, space_uid, found)
    boards.BOARDS.update(unit.tx, board, {"deleted_at": unit.now, "updated": unit.now})
    unit.record(events.BOARD_DELETED, {"id": board.id}, space_uid=space_uid)


def hide_board(unit: UnitOfWork, board_id: int, space: SpaceAccess) -> None:
    """Stop showing a board in a space."""
    gone = Placement(unit.actor.company_id, space.space_id, board_id, unit.now)
    boards.PLACEMENTS.delete(unit.tx, gone)
    payload = {"board_id": board_id, "space_id": space.space_id}
    unit.record(events.BOARD_HIDDEN, payload, space_uid=space.space_uid)


def boards_of(unit: UnitOfWork, space_ids: Sequence[int]) -> dict[int, list[FullBoard]]:
    """Return the boards that these spaces show, by the space's id; three queries however many."""
    company_id = unit.actor.company_id
    (found,) = unit.tx.fetch_batch(boards.in_spaces(company_id, space_ids))
    ids = sorted({board.id for _, board in found})
    columns, lanes = unit.tx.fetch_batch(*boards.parts_of(company_id, ids))
    columns_of: dict[int, list[Column]] = {board_id: [] for board_id in ids}
    lanes_of: dict[int, list[Lane]] = {board_id: [] for board_id in ids}
    for column in columns:
        columns_of[column.board_id].append(column)
    for lane in lanes:
        lanes_of[lane.board_id].append(lane)
    grouped: dict[int, list[FullBoard]] = {space_id: [] for space_id in space_ids}
    for space_id, board in found:
        full = FullBoard(board, space_id, columns_of[board.id], lanes_of[board.id])
        grouped[space_id].append(full)
    return grouped


def _shown(unit: UnitOfWork, space_id: int, board_id: int, need: SpaceRole) -> BoardAccess:
    """Return a board through a space that the actor has been let into.

    Raises:
        NotFound: the space does not show it.
        Forbidden: the actor's role is lower than `need`.
    """
    access = authorize_board(unit, board_id, SpaceRole.READER)
    role = access.role(unit, space_id)
    if role is None:
        raise NotFound
    if role < need:
        raise Forbidden
    return access


def _move(unit: UnitOfWork, access: BoardAccess, space: SpaceAccess) -> Board:
    """Make a board primary in another space; its cards leave the iterations of the old one."""
    board = access.board
    standing: list[Card] = cards.standing_in(unit.tx, board.company_id, "board_id", board.id)
    take_out_cards(unit, standing)
    moved = boards.BOARDS.update(unit.tx, board, {"space_id": space.space_id, "updated": unit.now})
    cards.change_space(unit.tx, board, space.space_id)
    if space.space_id not in {shown.space_id for shown in access.accesses}:
        placement = Placement(board.company_id, space.space_id, board.id, unit.now)
        boards.PLACEMENTS.insert(unit.tx, placement)
    payload = {
        "id": board.id,
        "old": {"space_id": board.space_id},
        "new": {"space_id": space.space_id},
    }
    unit.record(events.BOARD_MOVED, payload, space_uid=space.space_uid)
    old = next(shown for shown in access.accesses if shown.space_id == board.space_id)
    hide_board(unit, board.id, old)
    return moved


def _store(unit: UnitOfWork, old: Board, new: Board, space_uid: str) -> Board:
    if old == new:
        return old
    before, after = differences(old, new)
    stored = boards.BOARDS.update(unit.tx, old, after | {"updated": unit.now})
    payload = {"id": old.id, "old": before, "new": after}
    unit.record(events.BOARD_CHANGED, payload, space_uid=space_uid)
    return stored


def _full(unit: UnitOfWork, board: Board, space_id: int) -> FullBoard:
    columns, lanes = unit.tx.fetch_batch(*boards.parts_of(board.company_id, [board.id]))
    return FullBoard(board, space_id, columns, lanes)


def _cards_of(unit: UnitOfWork, board: Board) -> list[CardView]:
    found = cards.standing_in(unit.tx, board.company_id, "board_id", board.id)
    return view_cards(unit, [card for card in found if card.condition == 1][:MOST_CARDS])


MOST_CARDS = 100
"""How many cards a board is answered with."""


FIRST_COLUMNS = [
    CreateColumn("Queue", ColumnType.QUEUE),
    CreateColumn("In progress", ColumnType.IN_PROGRESS),
    CreateColumn("Done", ColumnType.DONE),
]
"""The columns of the board that a new database begins with."""

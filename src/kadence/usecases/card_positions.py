"""Where a card stands: in which column and lane of which board, and at which place there."""

from typing import Any

from msgspec import UNSET
from msgspec.structs import replace

from kadence.domain import events
from kadence.domain.changes import said_or
from kadence.domain.error_ids import ErrorId
from kadence.domain.errors import RuleViolation
from kadence.domain.model import Board, Card, Column, ColumnType, Condition, Lane
from kadence.domain.ordering import GAP, between
from kadence.storage import boards, cards
from kadence.storage.card_relations import CardRelations
from kadence.usecases.card_changes import change_all
from kadence.usecases.card_commands import ChangeCard, Position
from kadence.usecases.unit_of_work import UnitOfWork


def moved(
    unit: UnitOfWork,
    board: Board,
    old: Card,
    new: Card,
    relations: CardRelations,
    change: ChangeCard,
) -> tuple[Card, CardRelations]:
    """Return the card where it is asked to be, with what a move there sets.

    With it come its neighbours there.

    Raises:
        RuleViolation: there is no such column (code 1) or live lane (2) on the board.
    """
    other_board = board.id != old.board_id
    if not other_board and change.column_id is UNSET and change.lane_id is UNSET:
        return new, relations
    column_id = said_or(change.column_id, None if other_board else old.column_id)
    lane_id = said_or(change.lane_id, None if other_board else old.lane_id)
    if (board.id, column_id, lane_id) == (old.board_id, old.column_id, old.lane_id):
        return new, relations
    column, state = (
        (relations.column, old.state)
        if not other_board and column_id == old.column_id
        else column_of(unit, board, column_id)
    )
    stays = not other_board and lane_id == old.lane_id
    lane = relations.lane if stays else lane_of(unit, board, lane_id)
    set_by_it: dict[str, Any] = {
        "space_id": board.space_id,
        "board_id": board.id,
        "column_id": column.id,
        "lane_id": lane.id,
        "state": state,
        "last_moved_at": unit.now,
    }
    if column.id != old.column_id:
        set_by_it["column_changed_at"] = unit.now
    if lane.id != old.lane_id:
        set_by_it["lane_changed_at"] = unit.now
    if state == ColumnType.IN_PROGRESS and old.first_moved_to_in_progress_at is None:
        set_by_it["first_moved_to_in_progress_at"] = unit.now
    if state != ColumnType.DONE:
        set_by_it["completed_at"] = None
    elif old.state != ColumnType.DONE:
        set_by_it |= {"last_moved_to_done_at": unit.now, "completed_at": unit.now}
    return replace(new, **set_by_it), replace(relations, column=column, lane=lane)


def placed(unit: UnitOfWork, space_uid: str, old: Card, new: Card, change: ChangeCard) -> Card:
    """Return the card at the place in its cell that is asked for.

    One that came from elsewhere is last.

    Raises:
        RuleViolation: the card to go behind is not in that cell (code 5).
    """
    if change.sort_order is not UNSET:
        return new
    cell = (new.column_id, new.lane_id)
    if isinstance(change.prev_card_id, int):
        previous = cards.CARDS.find(unit.tx, new.company_id, change.prev_card_id)
        if (
            previous is None
            or previous.id == new.id
            or (previous.column_id, previous.lane_id) != cell
        ):
            raise RuleViolation(
                ErrorId.CARD_NEIGHBOUR, 5, "prev_card_id should be another card of the same cell"
            )
        after = cards.next_after(unit.tx, previous, without=new)
        place = between(previous.sort_order, after)
        if place is None:
            others = _others(unit, cell, new.id)
            behind = next(n for n, card in enumerate(others, start=1) if card.id == previous.id)
            place = _make_room(unit, space_uid, others, behind)
        return replace(new, sort_order=place)
    if isinstance(change.position, Position):
        stays = new if cell == (old.column_id, old.lane_id) else None
        place = end_of_cell(unit, space_uid, cell, change.position, new.id, stays)
        return replace(new, sort_order=place)
    if cell != (old.column_id, old.lane_id):
        return replace(new, sort_order=end_of_cell(unit, space_uid, cell, Position.LAST, new.id))
    return new


def end_of_cell(
    unit: UnitOfWork,
    space_uid: str,
    cell: tuple[int, int],
    position: Position,
    card_id: int = 0,
    stays: Card | None = None,
) -> float:
    """Return the sort_order that puts a card first or last in a cell: a column and a lane.

    `card_id` is the card's, if it is there yet; `stays` the card itself, if it stands in the cell
    already: where it is at that end, it keeps its place.
    """
    ends = cards.ends_of_cell(unit.tx, unit.actor.company_id, *cell, without=card_id)
    first, last = ends or (None, None)
    if stays is not None and _is_at_end(stays.sort_order, position, first, last):
        return stays.sort_order
    place = between(None, first) if position == Position.FIRST else between(last, None)
    if place is None:
        others = _others(unit, cell, card_id)
        place = _make_room(
            unit, space_uid, others, 0 if position == Position.FIRST else len(others)
        )
    return place


def _is_at_end(
    sort_order: float, position: Position, first: float | None, last: float | None
) -> bool:
    if position == Position.FIRST:
        return first is None or sort_order < first
    return last is None or sort_order > last


def _others(unit: UnitOfWork, cell: tuple[int, int], card_id: int) -> list[Card]:
    """Return the cards of a cell in order, but for one."""
    found = cards.in_cell(unit.tx, unit.actor.company_id, *cell)
    return [card for card in found if card.id != card_id]


def _make_room(unit: UnitOfWork, space_uid: str, others: list[Card], behind: int) -> float:
    """Number a cell's cards anew where nothing fits; return the place behind the first `behind`."""
    for place, card in enumerate(others, start=1):
        goal = GAP * (place if place <= behind else place + 1)
        if card.sort_order != goal:
            change_all(unit, space_uid, [card], events.CARD_CHANGED, {"sort_order": goal})
    return GAP * (behind + 1)


def column_of(unit: UnitOfWork, board: Board, column_id: int | None) -> tuple[Column, int]:
    """Return a column of the board, its first by default, with the state that it gives its cards.

    Raises:
        RuleViolation: there is none (code 1).
    """
    if column_id is None:
        everything = boards.columns_of(unit.tx, board)
        first = next(column for column in everything if column.column_id is None)
        return first, first.type
    found = boards.find_column(unit.tx, board, column_id)
    if found is None:
        raise RuleViolation(ErrorId.COLUMN_UNKNOWN, 1, "column_id should be a column of the board")
    return found


def lane_of(unit: UnitOfWork, board: Board, lane_id: int | None) -> Lane:
    """Return a live lane of the board, its first by default.

    Raises:
        RuleViolation: there is none (code 2).
    """
    live = [n for n in boards.lanes_of(unit.tx, board) if n.condition == Condition.LIVE]
    for lane in live:
        if lane_id is None or lane.id == lane_id:
            return lane
    raise RuleViolation(ErrorId.LANE_UNKNOWN, 2, "lane_id should be a live lane of the board")

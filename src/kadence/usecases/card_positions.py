"""Where a card stands: in which column and lane of which board, and at which place there."""

from typing import Any

from msgspec.structs import replace

from kadence.domain import events
from kadence.domain.errors import RuleViolation
from kadence.domain.model import Board, Card, Column, ColumnType, Condition, Lane
from kadence.domain.ordering import GAP, between
from kadence.storage import boards, cards
from kadence.storage.card_relations import CardRelations
from kadence.usecases.card_changes import change_all
from kadence.usecases.unit_of_work import UnitOfWork

FIRST, LAST = 1, 2
"""Where a card goes in its cell."""


def moved(
    unit: UnitOfWork,
    board: Board,
    old: Card,
    new: Card,
    relations: CardRelations,
    asked: dict[str, Any],
) -> tuple[Card, CardRelations]:
    """Return the card where it is asked to be, with what a move there sets.

    With it come its neighbours there.

    Raises:
        RuleViolation: there is no such column (code 1) or live lane (2) on the board.
    """
    other_board = board.id != old.board_id
    if not other_board and asked.keys().isdisjoint({"column_id", "lane_id"}):
        return new, relations
    column_id = asked.get("column_id", None if other_board else old.column_id)
    lane_id = asked.get("lane_id", None if other_board else old.lane_id)
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


def placed(unit: UnitOfWork, space_uid: str, old: Card, new: Card, asked: dict[str, Any]) -> Card:
    """Return the card at the place in its cell that is asked for.

    One that came from elsewhere is last.

    Raises:
        RuleViolation: the card to go behind is not in that cell (code 5).
    """
    if "sort_order" in asked:
        return new
    cell = (new.column_id, new.lane_id)
    if "prev_card_id" in asked:
        previous = cards.CARDS.find(unit.tx, new.company_id, asked["prev_card_id"])
        if (
            previous is None
            or previous.id == new.id
            or (previous.column_id, previous.lane_id) != cell
        ):
            raise RuleViolation(5, "prev_card_id should be another card of the same cell")
        after = cards.next_after(unit.tx, previous, without=new)
        place = between(previous.sort_order, after)
        if place is None:
            place = _make_room(unit, space_uid, new, previous)
        return replace(new, sort_order=place)
    if "position" in asked:
        stays = new if cell == (old.column_id, old.lane_id) else None
        return replace(new, sort_order=end_of_cell(unit, *cell, asked["position"], stays))
    if cell != (old.column_id, old.lane_id):
        return replace(new, sort_order=end_of_cell(unit, *cell, LAST))
    return new


def _make_room(unit: UnitOfWork, space_uid: str, new: Card, previous: Card) -> float:
    """Renumber a cell's cards where nothing fits between two; the place behind `previous`."""
    order = [
        card
        for card in cards.in_cell(unit.tx, new.company_id, new.column_id, new.lane_id)
        if card.id != new.id
    ]
    behind = next(n for n, card in enumerate(order, start=1) if card.id == previous.id)
    for place, card in enumerate(order, start=1):
        goal = GAP * (place if place <= behind else place + 1)
        if card.sort_order != goal:
            change_all(unit, space_uid, [card], events.CARD_CHANGED, {"sort_order": goal})
    return GAP * (behind + 1)


def end_of_cell(
    unit: UnitOfWork, column_id: int, lane_id: int, position: int, card: Card | None = None
) -> float:
    """Return the sort_order that puts a card first or last in a cell.

    A card that is there already keeps its own.
    """
    ends = cards.ends_of_cell(unit.tx, unit.actor.company_id, column_id, lane_id)
    first, last = ends or (None, None)
    end = first if position == FIRST else last
    if card is not None and card.sort_order == end:
        return card.sort_order
    place = between(None, first) if position == FIRST else between(last, None)
    assert place is not None  # noqa: S101 - at an end there is always room
    return place


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
        raise RuleViolation(1, "column_id should be a column of the board")
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
    raise RuleViolation(2, "lane_id should be a live lane of the board")

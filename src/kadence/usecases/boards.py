"""What people do with boards, columns and lanes."""

from collections.abc import Sequence

from msgspec import Struct
from msgspec.structs import asdict

from kadence.domain import events
from kadence.domain.access import Door
from kadence.domain.model import Board, Column, ColumnType, Lane
from kadence.storage import boards
from kadence.usecases.unit import Unit


class FullBoard(Struct, frozen=True):
    """A board with its columns and lanes."""

    board: Board
    columns: list[Column]
    lanes: list[Lane]


def make_board(
    unit: Unit,
    space: Door,
    title: str,
    columns: Sequence[tuple[str, ColumnType]],
    lanes: Sequence[str],
) -> FullBoard:
    """Add a board with these columns and lanes to a space that the actor may administer."""
    company_id = unit.actor.company_id
    board = boards.insert_board(
        unit.tx,
        Board(
            id=0,
            uid=unit.new_id(),
            company_id=company_id,
            space_id=space.space_id,
            title=title,
            description=None,
            external_id=None,
            sort_order=0,
            created=unit.now,
            updated=unit.now,
        ),
    )
    full = FullBoard(
        board,
        [
            boards.insert_column(
                unit.tx,
                Column(
                    id=0,
                    uid=unit.new_id(),
                    company_id=company_id,
                    board_id=board.id,
                    column_id=None,
                    title=column_title,
                    type=kind.value,
                    sort_order=place,
                    created=unit.now,
                    updated=unit.now,
                ),
            )
            for place, (column_title, kind) in enumerate(columns, start=1)
        ],
        [
            boards.insert_lane(
                unit.tx,
                Lane(
                    id=0,
                    uid=unit.new_id(),
                    company_id=company_id,
                    board_id=board.id,
                    title=lane_title,
                    sort_order=place,
                    created=unit.now,
                    updated=unit.now,
                ),
            )
            for place, lane_title in enumerate(lanes, start=1)
        ],
    )
    unit.record(
        events.BOARD_CREATED,
        asdict(board)
        | {
            "columns": [asdict(c) for c in full.columns],
            "lanes": [asdict(n) for n in full.lanes],
        },
        space_uid=space.space_uid,
    )
    return full


def boards_of(unit: Unit, space_ids: Sequence[int]) -> dict[int, list[FullBoard]]:
    """The boards of these spaces, by the space's id; three queries however many there are."""
    found, columns, lanes = boards.of_spaces(unit.tx, unit.actor.company_id, space_ids)
    grouped: dict[int, list[FullBoard]] = {space_id: [] for space_id in space_ids}
    by_id = {}
    for board in found:
        full = by_id[board.id] = FullBoard(board, [], [])
        grouped[board.space_id].append(full)
    for column in columns:
        by_id[column.board_id].columns.append(column)
    for lane in lanes:
        by_id[lane.board_id].lanes.append(lane)
    return grouped

"""Cards as people see them: with what surrounds them."""

from collections.abc import Sequence
from typing import TypeVar

from msgspec import Struct

from kadence.domain.model import (
    Board,
    Card,
    CardMember,
    CardTag,
    Column,
    Iteration,
    Lane,
    SpaceRole,
    Tag,
    User,
)
from kadence.storage import boards, cards, iterations, people, tags
from kadence.storage.boards import VisiblePlacement
from kadence.storage.card_relations import CardRelations
from kadence.storage.table_gateway import RecordReader
from kadence.storage.transactions import Query
from kadence.usecases.access import (
    BoardAccess,
    authorize_card_with_relations,
    visible_placements_of,
)
from kadence.usecases.unit_of_work import UnitOfWork, Validated, unwrap

R = TypeVar("R", bound=Struct)


class CardView(Struct, frozen=True):
    """A card with what its answer shows; `spaces` are those that show it to the reader.

    The first of them is the one in which its board is primary, if the reader can read that.
    """

    card: Card
    board: Board
    column: Column
    lane: Lane
    spaces: list[VisiblePlacement]
    owner: User
    members: list[tuple[CardMember, User]]
    tags: list[tuple[CardTag, Tag]]
    iteration: Iteration | None


def get_card(unit: UnitOfWork, card_id: int, validated: Validated[None]) -> CardView:
    """Return one card, an archived or deleted one too.

    Raises:
        KadenceError: NotFound (or unreadable), BadRequest.
    """
    card, access, relations = authorize_card_with_relations(unit, card_id, SpaceRole.READER)
    unwrap(validated)
    return view_card(unit, card, access, relations)


def view_cards(unit: UnitOfWork, found: Sequence[Card]) -> list[CardView]:
    """Return the cards with their relations.

    It takes at most eight queries, however many cards there are.
    """
    if not found:
        return []
    company_id = unit.actor.company_id
    ids = [card.id for card in found]
    board_ids = sorted({card.board_id for card in found})

    def among(records: RecordReader[R], name: str) -> Query[R]:
        wanted = {value for card in found if (value := getattr(card, name)) is not None}
        return records.query_among("id", company_id, sorted(wanted))

    rows = unit.tx.fetch_batch(
        boards.BOARDS.query_among("id", company_id, board_ids),
        boards.visible_placements(unit.actor, board_ids),
        among(boards.COLUMNS, "column_id"),
        among(boards.LANES, "lane_id"),
        among(people.USERS, "owner_id"),
        among(iterations.ITERATIONS, "iteration_id"),
        cards.members_of(company_id, ids),
        tags.of_cards(company_id, ids),
    )
    of_boards = {board.id: board for board in rows[0]}
    placements = {board.id: visible_placements_of(unit, board, rows[1]) for board in rows[0]}
    columns, lanes, owners, planned = ({row.id: row for row in part} for part in rows[2:6])
    members: dict[int, list[tuple[CardMember, User]]] = {card_id: [] for card_id in ids}
    for member, user in rows[6]:
        members[member.card_id].append((member, user))
    tagged: dict[int, list[tuple[CardTag, Tag]]] = {card_id: [] for card_id in ids}
    for use, tag in rows[7]:
        tagged[use.card_id].append((use, tag))
    return [
        CardView(
            card=card,
            board=of_boards[card.board_id],
            column=columns[card.column_id],
            lane=lanes[card.lane_id],
            spaces=placements[card.board_id],
            owner=owners[card.owner_id],
            members=members[card.id],
            tags=tagged[card.id],
            iteration=_visible(planned.get(card.iteration_id or ""), placements[card.board_id]),
        )
        for card in found
    ]


def view_card(
    unit: UnitOfWork, card: Card, entered: BoardAccess, relations: CardRelations
) -> CardView:
    """Return one card on the board that was entered.

    `relations` are those where it stands now; its owner, iteration and members may have
    changed since that was looked up.
    """
    owner = relations.owner
    if card.owner_id != owner.id:
        owner = people.USERS.find(unit.tx, card.company_id, card.owner_id) or owner
    has_members = relations.has_members or card.responsible_id is not None
    members, tagged = unit.tx.fetch_batch(
        cards.members_of(card.company_id, [card.id] if has_members else []),
        tags.of_cards(card.company_id, [card.id] if relations.has_tags else []),
    )
    return CardView(
        card=card,
        board=entered.board,
        column=relations.column,
        lane=relations.lane,
        spaces=entered.shown,
        owner=owner,
        members=members,
        tags=tagged,
        iteration=_visible(relations.iteration, entered.shown) if card.iteration_id else None,
    )


def _visible(iteration: Iteration | None, spaces: Sequence[VisiblePlacement]) -> Iteration | None:
    """Return the iteration, unless its space is one that the reader does not see."""
    uids = {one.access.space_uid for one in spaces}
    return iteration if iteration and iteration.space_uid in uids else None

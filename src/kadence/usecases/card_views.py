"""Cards as people see them: with what surrounds them, one by one and in lists."""

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct

from kadence.domain.access import role_in_space
from kadence.domain.model import (
    Board,
    Card,
    CardMember,
    CardTag,
    Column,
    Condition,
    Iteration,
    Lane,
    Space,
    SpaceRole,
    Tag,
    User,
)
from kadence.storage import boards, card_query, cards, iterations, people, tags
from kadence.storage.card_query import CardFilter
from kadence.usecases.access import Reach, enter_card, reach
from kadence.usecases.unit import Draft, Unit, opened


class CardView(Struct, frozen=True):
    """A card with what its answer shows; `spaces` are those that show it to the reader.

    The first of them is the one in which its board is primary, if the reader can read that.
    """

    card: Card
    board: Board
    column: Column
    lane: Lane
    spaces: list[Space]
    owner: User
    members: list[tuple[CardMember, User]]
    tags: list[tuple[CardTag, Tag]]
    iteration: Iteration | None


class CardQuery(Struct, frozen=True):
    """Which cards a caller wants: the filters of storage.card_query, and whose boards.

    `conditions` are those of the cards, live ones alone by default.
    """

    space_id: int | None = None
    conditions: Sequence[int] = (Condition.LIVE.value,)
    among: Mapping[str, Sequence[Any]] = {}
    single: Mapping[str, Any] = {}
    flags: Mapping[str, bool] = {}
    nothing: bool = False
    words: Sequence[str] = ()
    search_in: Sequence[str] = ("title",)
    order_by: str = "id"
    descending: bool = False
    limit: int = 100
    offset: int = 0


def get_card(unit: Unit, card_id: int, draft: Draft[None]) -> CardView:
    """One card, an archived or deleted one too.

    Raises:
        KadenceError: NotFound (or unreadable), BadRequest.
    """
    card, _ = enter_card(unit, card_id, SpaceRole.READER)
    opened(draft)
    return view_cards(unit, [card])[0]


def list_cards(unit: Unit, query: Draft[CardQuery]) -> list[CardView]:
    """The cards that the actor can read and that match.

    Raises:
        BadRequest: the query is none.
    """
    wanted = opened(query)
    if wanted.nothing or not wanted.conditions:
        return []
    all_of_it = reach(unit)
    if _asks_for_a_hidden_iteration(unit, wanted, all_of_it):
        return []
    space_ids, board_ids = _narrowed(unit, wanted, all_of_it)
    found = card_query.find_cards(
        unit.tx,
        unit.actor.company_id,
        CardFilter(
            space_ids=space_ids,
            board_ids=board_ids,
            among={"condition": wanted.conditions, **wanted.among},
            single=wanted.single,
            flags=wanted.flags,
            words=wanted.words,
            search_in=wanted.search_in,
            now=unit.now,
            order_by=wanted.order_by,
            descending=wanted.descending,
            limit=wanted.limit,
            offset=wanted.offset,
        ),
    )
    return view_cards(unit, found)


def _asks_for_a_hidden_iteration(unit: Unit, wanted: CardQuery, all_of_it: Reach) -> bool:
    """Whether it is of a space that the actor cannot read, though they may see its cards."""
    iteration_id = wanted.single.get("iteration_id")
    if iteration_id is None:
        return False
    found = iterations.by_ids(unit.tx, unit.actor.company_id, [iteration_id])
    return not found or found[0].space_uid not in all_of_it.space_uids


def _narrowed(
    unit: Unit, wanted: CardQuery, all_of_it: Reach
) -> tuple[Sequence[int] | None, Sequence[int]]:
    """The spaces and the foreign boards to look in; None for the spaces when all are good."""
    if wanted.space_id is None:
        # Cards of a deleted space are deleted too, and out of everybody's sight.
        if all_of_it.everything and Condition.DELETED not in wanted.conditions:
            return None, ()
        return all_of_it.space_ids, all_of_it.board_ids
    if wanted.space_id not in all_of_it.space_ids:
        return (), ()
    shown = boards.in_spaces(unit.tx, unit.actor.company_id, [wanted.space_id])
    foreign = [board.id for _, board in shown if board.space_id != wanted.space_id]
    return [wanted.space_id], foreign


def view_cards(unit: Unit, found: Sequence[Card]) -> list[CardView]:
    """The cards with what surrounds them, by eight queries however many there are."""
    if not found:
        return []
    tx, company_id = unit.tx, unit.actor.company_id
    ids = [card.id for card in found]
    board_ids = sorted({card.board_id for card in found})
    of_boards = {b.id: b for b in boards.BOARDS.among(tx, "id", company_id, board_ids)}
    column_ids = sorted({card.column_id for card in found})
    columns = {c.id: c for c in boards.COLUMNS.among(tx, "id", company_id, column_ids)}
    lane_ids = sorted({card.lane_id for card in found})
    lanes = {n.id: n for n in boards.LANES.among(tx, "id", company_id, lane_ids)}
    owner_ids = sorted({card.owner_id for card in found})
    owners = {u.id: u for u in people.users_by_id(tx, company_id, owner_ids)}
    iteration_ids = sorted({card.iteration_id for card in found if card.iteration_id})
    planned = {i.id: i for i in iterations.by_ids(tx, company_id, iteration_ids)}
    spaces = _spaces_of(unit, of_boards)
    members: dict[int, list[tuple[CardMember, User]]] = {card_id: [] for card_id in ids}
    for member, user in cards.members_of(tx, company_id, ids):
        members[member.card_id].append((member, user))
    tagged: dict[int, list[tuple[CardTag, Tag]]] = {card_id: [] for card_id in ids}
    for use, tag in tags.of_cards(tx, company_id, ids):
        tagged[use.card_id].append((use, tag))
    return [
        CardView(
            card=card,
            board=of_boards[card.board_id],
            column=columns[card.column_id],
            lane=lanes[card.lane_id],
            spaces=spaces[card.board_id],
            owner=owners[card.owner_id],
            members=members[card.id],
            tags=tagged[card.id],
            iteration=_visible(planned.get(card.iteration_id or ""), spaces[card.board_id]),
        )
        for card in found
    ]


def _spaces_of(unit: Unit, of_boards: Mapping[int, Board]) -> dict[int, list[Space]]:
    """By board: the spaces that show it to the actor, the one where it is primary first."""
    spaces: dict[int, list[Space]] = {board_id: [] for board_id in of_boards}
    for board_id, door, space in boards.spaces_showing(unit.tx, unit.actor, list(of_boards)):
        if role_in_space(unit.actor.company_role, door):
            primary = space.id == of_boards[board_id].space_id
            spaces[board_id].insert(0 if primary else len(spaces[board_id]), space)
    return spaces


def _visible(iteration: Iteration | None, spaces: Sequence[Space]) -> Iteration | None:
    """The iteration, unless its space is one that the reader does not see."""
    uids = {space.uid for space in spaces}
    return iteration if iteration and iteration.space_uid in uids else None

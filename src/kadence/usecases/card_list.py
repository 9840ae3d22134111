"""Lists of cards: which of those that the actor can read match a query."""

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct

from kadence.domain.model import Board, Card, Condition
from kadence.storage import boards, card_list, iterations, spaces
from kadence.storage.card_list import CardFilter, Mark
from kadence.usecases.access import VisibleScope, visible_scope_of
from kadence.usecases.card_views import CardView, view_cards
from kadence.usecases.unit_of_work import UnitOfWork, Validated, unwrap


class CardQuery(Struct, frozen=True):
    """Which cards a caller wants: the filters of storage.card_list, and whose boards.

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
    behind: Mark | None = None


class CardPage(Struct, frozen=True):
    """Cards of a list, with the mark of the last one, behind which the next page begins."""

    cards: Sequence[CardView]
    last: Mark | None


class Matching(Struct, frozen=True):
    """The cards that match, with the mark of the last one, and all that the actor can read."""

    cards: Sequence[Card] = ()
    last: Mark | None = None
    scope: VisibleScope | None = None


def list_cards(unit: UnitOfWork, query: Validated[CardQuery]) -> CardPage:
    """Return the cards that the actor can read and that match.

    Raises:
        BadRequest: the query is invalid.
    """
    found = matching(unit, unwrap(query))
    return CardPage(view_cards(unit, found.cards), found.last)


def matching(unit: UnitOfWork, wanted: CardQuery) -> Matching:
    """Return the cards themselves that the actor can read and that match."""
    if wanted.nothing or not wanted.conditions:
        return Matching()
    accesses, shown = unit.tx.fetch_batch(
        spaces.accesses(unit.actor),
        boards.in_spaces(unit.actor.company_id, [wanted.space_id] if wanted.space_id else []),
    )
    all_of_it = visible_scope_of(unit, accesses)
    if _asks_for_a_hidden_iteration(unit, wanted, all_of_it):
        return Matching()
    space_ids, board_ids = _narrowed(wanted, all_of_it, [board for _, board in shown])
    found = card_list.find_cards(
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
            now=unit.clock,
            order_by=wanted.order_by,
            descending=wanted.descending,
            limit=wanted.limit,
            offset=wanted.offset,
            behind=wanted.behind,
        ),
    )
    last = card_list.mark_of(found[-1], wanted.order_by) if found else None
    return Matching(found, last, all_of_it)


def _asks_for_a_hidden_iteration(
    unit: UnitOfWork, wanted: CardQuery, all_of_it: VisibleScope
) -> bool:
    """Return whether it is of a space that the actor cannot read, though they may see its cards."""
    iteration_id = wanted.single.get("iteration_id")
    if iteration_id is None:
        return False
    found = iterations.by_ids(unit.tx, unit.actor.company_id, [iteration_id])
    return not found or found[0].space_uid not in all_of_it.space_uids


def _narrowed(
    wanted: CardQuery, all_of_it: VisibleScope, shown: Sequence[Board]
) -> tuple[Sequence[int] | None, Sequence[int]]:
    """Return the spaces and the foreign boards to look in; None for the spaces when all are good.

    `shown` are the boards of the wanted space.
    """
    if wanted.space_id is None:
        # Cards of a deleted space are deleted too, and out of everybody's sight.
        if all_of_it.everything and Condition.DELETED not in wanted.conditions:
            return None, ()
        return all_of_it.space_ids, all_of_it.board_ids
    if wanted.space_id not in all_of_it.space_ids:
        return (), ()
    foreign = [board.id for board in shown if board.space_id != wanted.space_id]
    return [wanted.space_id], foreign

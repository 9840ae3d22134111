"""What kadence adds to planning: many cards at once, in any order, and a planned capacity."""

from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import Annotated

from msgspec import Meta, Struct
from msgspec.structs import replace

from kadence.domain import events
from kadence.domain.access import SpaceAccess
from kadence.domain.error_ids import ErrorId
from kadence.domain.errors import NotFound, RuleViolation
from kadence.domain.iteration_cards import check_entry, check_exit
from kadence.domain.lifecycle import OPEN, check_target
from kadence.domain.model import Card, Iteration, IterationCard, SpaceRole
from kadence.domain.ordering import GAP, between
from kadence.domain.values import canonical_uid
from kadence.storage import cards, iteration_cards, iterations
from kadence.usecases.access import authorize_space, readable_card
from kadence.usecases.iteration_cards import (
    RecordView,
    find_iteration,
    put_in,
    take_out,
    take_out_cards,
)
from kadence.usecases.iterations import etag, store
from kadence.usecases.unit_of_work import UnitOfWork, Validated, unwrap

LARGEST_BATCH = 200
"""Cards that one request can arrange."""


class Action(StrEnum):
    """What is done with the cards."""

    ADD = "add"
    REMOVE = "remove"
    MOVE = "move"
    REORDER = "reorder"


class ArrangeCards(Struct, frozen=True):
    """What to do with which cards, in this order.

    `before` or `after` names a card of the iteration beside which they are put, else they go to the
    end; `move` takes them from the iteration into `to`, and its place is meant there.
    """

    action: Action
    card_uids: Annotated[list[str], Meta(min_length=1, max_length=LARGEST_BATCH)]
    to: str | None = None
    before: str | None = None
    after: str | None = None

    def __post_init__(self) -> None:
        if self.before is not None and self.after is not None:
            raise RuleViolation(
                ErrorId.PLACES_TWO, 6, "Arrangement should have before or after, NOT both"
            )


class ChangeCapacity(Struct, frozen=True):
    """What the team means to take on, in the unit of its card sizes; null is: not said."""

    capacity: Annotated[float, Meta(ge=0)] | None


class Outcome(Struct, frozen=True):
    """What became of one card: its record, or why nothing was done with it."""

    card_uid: str
    record: RecordView | None
    refusal: RuleViolation | None


NO_CARD = 404
"""The code of the answer about a card that is not there, or not for the caller."""


def arrange_cards(
    unit: UnitOfWork, space_uid: str, iteration_id: str, validated: Validated[ArrangeCards]
) -> list[Outcome]:
    """Add, remove, move or reorder cards of an iteration; one that is refused hinders no other.

    Raises:
        KadenceError: NotFound (space or iteration), Forbidden, BadRequest, RuleViolation (codes 3,
            4, 5: the iteration to move to; 6: the card beside which to put them; 7: no `to`).
    """
    access = authorize_space(unit, space_uid, SpaceRole.WRITER)
    iteration = find_iteration(unit, access, iteration_id)
    wanted = unwrap(validated)
    goal = _goal(unit, access, iteration, wanted)
    outcomes: dict[str, Outcome] = {}
    passed: list[Card] = []
    uids = dict.fromkeys(canonical_uid(uid) or uid for uid in wanted.card_uids)
    for uid in uids:
        try:
            passed.append(_checked(unit, access, iteration, goal, wanted.action, uid))
        except RuleViolation as refusal:
            outcomes[uid] = Outcome(uid, None, refusal)
    if wanted.action == Action.REMOVE:
        records = _take(unit, iteration, passed)
    else:
        _place(unit, goal, wanted, passed)
        records = {
            record.card_uid: record for record in iteration_cards.records(unit.tx, goal, "active")
        }
    outcomes |= {
        card.uid: Outcome(card.uid, RecordView(records[card.uid], card.id), None) for card in passed
    }
    return [outcomes[uid] for uid in uids]


def _goal(
    unit: UnitOfWork, access: SpaceAccess, iteration: Iteration, wanted: ArrangeCards
) -> Iteration:
    """Return the iteration in which the cards are put."""
    if wanted.action != Action.MOVE:
        return iteration
    if wanted.to is None:
        raise RuleViolation(
            ErrorId.KEY_MISSING, 7, "Arrangement should have required property 'to' to move cards"
        )
    target_id = wanted.to.lower()
    found = iterations.find(unit.tx, unit.actor.company_id, access.space_uid, target_id)
    return check_target(iteration, target_id, found)


def _checked(
    unit: UnitOfWork,
    access: SpaceAccess,
    iteration: Iteration,
    goal: Iteration,
    action: Action,
    uid: str,
) -> Card:
    """Return a card with which it can be done.

    Raises:
        RuleViolation: as in adding and removing one card, or NO_CARD.
    """
    try:
        card = readable_card(unit, uid)
    except NotFound:
        raise RuleViolation(ErrorId.CARD_UNKNOWN, NO_CARD, "No such card") from None
    if action == Action.REMOVE:
        check_exit(iteration)
    else:
        check_entry(goal, card, access.space_id)
    if action != Action.ADD and card.iteration_id != iteration.id:
        raise RuleViolation(ErrorId.CARD_ELSEWHERE, NO_CARD, "Card is not in this iteration")
    return card


def _take(
    unit: UnitOfWork, iteration: Iteration, leaving: Sequence[Card]
) -> dict[str, IterationCard]:
    uids = [card.uid for card in leaving]
    records = iteration_cards.live_of(unit.tx, iteration.company_id, uids)
    gone = take_out(unit, iteration.space_uid, records)
    cards.put_into(unit.tx, iteration.company_id, uids, None)
    return {record.card_uid: record for record in gone}


def _place(unit: UnitOfWork, goal: Iteration, wanted: ArrangeCards, moving: Sequence[Card]) -> None:
    """Have these cards stand in the iteration one behind the other, at the place asked for."""
    if wanted.action == Action.ADD and wanted.before is None and wanted.after is None:
        entering = [card for card in moving if card.iteration_id != goal.id]
        take_out_cards(unit, entering)
        put_in(unit, goal, entering)
        return
    place_cards(unit, goal, moving, lambda staying: _index(staying, wanted))


def place_cards(
    unit: UnitOfWork,
    goal: Iteration,
    moving: Sequence[Card],
    index: Callable[[Sequence[IterationCard]], int],
) -> None:
    """Have cards stand in an iteration one behind the other.

    `index` says how many of the records that stay are in front of them.
    """
    uids = {card.uid for card in moving}
    standing = iteration_cards.records(unit.tx, goal, "active")
    staying = [record for record in standing if record.card_uid not in uids]
    at = index(staying)
    entering = [card for card in moving if card.iteration_id != goal.id]
    take_out_cards(unit, entering)
    made = put_in(unit, goal, entering)
    by_uid = {record.card_uid: record for record in [*standing, *made]}
    block = [by_uid[card.uid] for card in moving]
    _spread(unit, goal, staying[:at], block, staying[at:])


def _index(staying: Sequence[IterationCard], wanted: ArrangeCards) -> int:
    beside = wanted.before or wanted.after
    if beside is None:
        return len(staying)
    for place, record in enumerate(staying):
        if record.card_uid == beside.lower():
            return place if wanted.before else place + 1
    raise RuleViolation(
        ErrorId.PLACE_UNKNOWN,
        6,
        "before and after should name another card that is in the iteration",
    )


def _spread(
    unit: UnitOfWork,
    goal: Iteration,
    ahead: Sequence[IterationCard],
    block: Sequence[IterationCard],
    behind: Sequence[IterationCard],
) -> None:
    """Number a block of records between its neighbours; where there is no room, number all."""
    last = ahead[-1].sort_order if ahead else None
    following = behind[0].sort_order if behind else None
    changed = []
    for record in block:
        place = between(last, following) if following is not None else (last or 0) + GAP
        if place is None:
            everything = [*ahead, *block, *behind]
            changed = [(r, GAP * n) for n, r in enumerate(everything, start=1)]
            break
        changed.append((record, place))
        last = place
    moved = [(record, place) for record, place in changed if record.sort_order != place]
    iteration_cards.RECORDS.update_many(
        unit.tx, ((r, {"sort_order": place, "updated": unit.now}) for r, place in moved)
    )
    unit.record_all(
        [
            unit.event(
                events.ITERATION_CARD_REORDERED,
                {
                    "id": record.id,
                    "iteration_id": goal.id,
                    "card_uid": record.card_uid,
                    "old": {"sort_order": record.sort_order},
                    "new": {"sort_order": place},
                },
                space_uid=goal.space_uid,
                iteration_id=goal.id,
                card_uid=record.card_uid,
            )
            for record, place in moved
        ]
    )


def get_capacity(
    unit: UnitOfWork, space_uid: str, iteration_id: str, validated: Validated[None]
) -> Iteration:
    """Return an iteration, for its planned capacity.

    Raises:
        KadenceError: NotFound, Forbidden, BadRequest.
    """
    access = authorize_space(unit, space_uid, SpaceRole.READER)
    iteration = find_iteration(unit, access, iteration_id)
    unwrap(validated)
    return iteration


def change_capacity(
    unit: UnitOfWork, space_uid: str, iteration_id: str, validated: Validated[ChangeCapacity]
) -> Iteration:
    """Say how much the team means to take on in an iteration; None is: not said.

    Raises:
        KadenceError: NotFound, Forbidden, PreconditionFailed, BadRequest, RuleViolation (code 5:
            the iteration has ended).
    """
    access = authorize_space(unit, space_uid, SpaceRole.WRITER)
    iteration = find_iteration(unit, access, iteration_id)
    unit.match(etag(iteration))
    capacity = unwrap(validated).capacity
    if iteration.status not in OPEN:
        raise RuleViolation(
            ErrorId.ITERATION_CLOSED, 5, "Can't change capacity of finished iteration"
        )
    new = replace(iteration, capacity=capacity)
    return store(unit, iteration, new, events.ITERATION_CHANGED)

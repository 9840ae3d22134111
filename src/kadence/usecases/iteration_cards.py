"""What people do with the cards of an iteration."""

from collections.abc import Sequence
from typing import Annotated

from msgspec import Meta, Struct
from msgspec.structs import replace

from kadence.domain import events
from kadence.domain.access import SpaceAccess, role_in_space
from kadence.domain.errors import NotFound
from kadence.domain.iteration_cards import check_entry, check_exit
from kadence.domain.lifecycle import REMOVED
from kadence.domain.model import Card, Iteration, IterationCard, SpaceRole, User
from kadence.domain.values import canonical_uid
from kadence.storage import cards, iteration_cards, iterations, people, spaces
from kadence.usecases.access import (
    authorize_card_by_uid,
    authorize_space,
    readable_card,
    require_iterations,
)
from kadence.usecases.unit_of_work import UnitOfWork, Validated, unwrap


class AddCard(Struct, frozen=True):
    """Which card to put in; what is no UUID is no card."""

    card_uid: Annotated[str, Meta(min_length=1)]


class RecordView(Struct, frozen=True):
    """A card's record with the card's integer id."""

    record: IterationCard
    card_id: int


class HistoryEntry(RecordView, frozen=True):
    """A card's record with what surrounds it; `iteration` None where the caller cannot read it."""

    iteration: Iteration | None
    added_by: User | None
    removed_by: User | None


def list_cards(
    unit: UnitOfWork, space_uid: str, iteration_id: str, query: Validated[str]
) -> list[RecordView]:
    """Return the records of an iteration: the standing (`active`), the `removed`, or all ("").

    Raises:
        KadenceError: FeatureOff, NotFound, Forbidden, BadRequest (code 1: another word).
    """
    require_iterations(unit)
    access = authorize_space(unit, space_uid, SpaceRole.READER)
    iteration = find_iteration(unit, access, iteration_id)
    found = iteration_cards.records_with_ids(unit.tx, iteration, unwrap(query))
    return [RecordView(record, card_id) for record, card_id in found]


def add_card(
    unit: UnitOfWork, space_uid: str, iteration_id: str, validated: Validated[AddCard]
) -> RecordView:
    """Put the card with this uid at the iteration's end; out of another one, if it is in one.

    Raises:
        KadenceError: FeatureOff, NotFound (also the card), Forbidden, BadRequest, RuleViolation
            (codes 3, 2, 4).
    """
    require_iterations(unit)
    access = authorize_space(unit, space_uid, SpaceRole.WRITER)
    iteration = find_iteration(unit, access, iteration_id)
    card = readable_card(unit, canonical_uid(unwrap(validated).card_uid))
    check_entry(iteration, card, access.space_id)
    if card.iteration_id == iteration.id:
        standing = iteration_cards.of_card_in(unit.tx, iteration, card.uid)
        assert standing is not None  # noqa: S101 - the card says that it is in it
        return RecordView(standing, card.id)
    take_out_cards(unit, [card])
    return RecordView(put_in(unit, iteration, [card])[0], card.id)


def remove_card(
    unit: UnitOfWork, space_uid: str, iteration_id: str, card_uid: str, validated: Validated[None]
) -> RecordView:
    """Take a card out of an iteration.

    Raises:
        KadenceError: FeatureOff, NotFound (also a card that is not in it), Forbidden, BadRequest,
            RuleViolation (code 5).
    """
    require_iterations(unit)
    access = authorize_space(unit, space_uid, SpaceRole.WRITER)
    iteration = find_iteration(unit, access, iteration_id)
    record = iteration_cards.of_card_in(unit.tx, iteration, card_uid)
    # In a removed iteration no record stands any more: to say so is more use than a 404.
    if record is None or (record.removed_at is not None and iteration.status != REMOVED):
        raise NotFound
    unwrap(validated)
    check_exit(iteration)
    (gone,) = take_out(unit, iteration.space_uid, [record])
    cards.put_into(unit.tx, iteration.company_id, [card_uid], None)
    card = cards.find_by_uid(unit.tx, iteration.company_id, card_uid)
    assert card is not None  # noqa: S101 - its record is there
    return RecordView(gone, card.id)


def card_history(
    unit: UnitOfWork, card_uid: str, query: Validated[bool]
) -> tuple[bool, list[HistoryEntry]]:
    """Return all records of a card, newest first.

    With details, those of removed iterations are left out.

    Returns whether details were asked for beside them.

    Raises:
        KadenceError: FeatureOff, NotFound (no such card), Forbidden, BadRequest.
    """
    require_iterations(unit)
    card = authorize_card_by_uid(unit, card_uid)
    details = unwrap(query)
    found = iteration_cards.history(unit.tx, unit.actor.company_id, card.uid)
    if not details:
        return False, [HistoryEntry(record, card.id, None, None, None) for record, _ in found]
    found = [(record, iteration) for record, iteration in found if iteration.status != REMOVED]
    uids = {record.added_by_uid for record, _ in found} | {
        record.removed_by_uid for record, _ in found if record.removed_by_uid
    }
    people_there, accesses = unit.tx.fetch_batch(
        people.USERS.query_among("uid", unit.actor.company_id, sorted(uids)),
        spaces.accesses(unit.actor),
    )
    by_uid = {user.uid: user for user in people_there}
    readable = {
        access.space_uid for access in accesses if role_in_space(unit.actor.company_role, access)
    }
    return True, [
        HistoryEntry(
            record,
            card.id,
            iteration if iteration.space_uid in readable else None,
            by_uid.get(record.added_by_uid),
            by_uid.get(record.removed_by_uid or ""),
        )
        for record, iteration in found
    ]


def find_iteration(unit: UnitOfWork, access: SpaceAccess, iteration_id: str) -> Iteration:
    """Return the iteration of a space that the actor has been let into.

    Raises:
        NotFound: there is none.
    """
    found = iterations.find(unit.tx, unit.actor.company_id, access.space_uid, iteration_id)
    if found is None:
        raise NotFound
    return found


def put_in(
    unit: UnitOfWork, iteration: Iteration, entering: Sequence[Card], first: float | None = None
) -> list[IterationCard]:
    """Make a standing record for each card, in order, at the iteration's end or from `first` on.

    The cards must be in no planned or active iteration; the database refuses them otherwise.
    """
    if not entering:
        return []
    start = iteration_cards.next_sort_order(unit.tx, iteration) if first is None else first
    made = [
        IterationCard(
            company_id=iteration.company_id,
            iteration_id=iteration.id,
            id=unit.new_id(),
            card_uid=card.uid,
            added_by_uid=unit.actor.uid,
            removed_at=None,
            removed_by_uid=None,
            sort_order=start + place,
            live=1,
            created=unit.now,
            updated=unit.now,
        )
        for place, card in enumerate(entering)
    ]
    iteration_cards.RECORDS.insert_many(unit.tx, made)
    cards.put_into(unit.tx, iteration.company_id, [card.uid for card in entering], iteration.id)
    unit.record_all(
        [
            unit.event(
                events.ITERATION_CARD_ADDED,
                record,
                space_uid=iteration.space_uid,
                iteration_id=iteration.id,
                card_uid=record.card_uid,
            )
            for record in made
        ]
    )
    return made


def take_out(
    unit: UnitOfWork, space_uid: str, leaving: Sequence[IterationCard]
) -> list[IterationCard]:
    """Mark records as removed; what their cards say of it is for the caller to change."""
    iteration_cards.remove(unit.tx, leaving, unit.actor.uid, unit.now)
    unit.record_all(
        [
            unit.event(
                events.ITERATION_CARD_REMOVED,
                {"id": record.id, "iteration_id": record.iteration_id, "card_uid": record.card_uid},
                space_uid=space_uid,
                iteration_id=record.iteration_id,
                card_uid=record.card_uid,
            )
            for record in leaving
        ]
    )
    return [
        replace(
            record,
            removed_at=unit.now,
            removed_by_uid=unit.actor.uid,
            live=None,
            updated=unit.now,
        )
        for record in leaving
    ]


def take_out_cards(unit: UnitOfWork, leaving: Sequence[Card]) -> None:
    """Take cards out of the planned or active iterations that they are in."""
    inside = [card for card in leaving if card.iteration_id is not None]
    if not inside:
        return
    company_id = unit.actor.company_id
    ids = sorted({card.iteration_id for card in inside if card.iteration_id})
    space_of = {i.id: i.space_uid for i in iterations.by_ids(unit.tx, company_id, ids)}
    records = iteration_cards.live_of(unit.tx, company_id, [card.uid for card in inside])
    for iteration_id in ids:
        of_it = [record for record in records if record.iteration_id == iteration_id]
        take_out(unit, space_of[iteration_id], of_it)
    cards.put_into(unit.tx, company_id, [card.uid for card in inside], None)

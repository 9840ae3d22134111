"""How cards are changed: their rows, each change with its events."""

from collections.abc import Sequence
from typing import Any

from msgspec.structs import asdict, replace

from kadence.domain import events
from kadence.domain.changes import differences
from kadence.domain.iteration_cards import leaves_when_archived
from kadence.domain.model import Card, CardMember, ColumnType, Condition
from kadence.storage import cards, iterations
from kadence.usecases.access import BoardAccess
from kadence.usecases.iteration_cards import take_out_cards
from kadence.usecases.unit_of_work import UnitOfWork

_OF_MOVE = {
    "space_id",
    "board_id",
    "column_id",
    "lane_id",
    "state",
    "last_moved_at",
    "column_changed_at",
    "lane_changed_at",
    "first_moved_to_in_progress_at",
    "last_moved_to_done_at",
    "completed_at",
}
_HOUSEKEEPING = {"version", "revision", "updater_id", "updated", "iteration_id"}
_CONDITION_EVENTS = {
    Condition.LIVE: events.CARD_RESTORED,
    Condition.ARCHIVED: events.CARD_ARCHIVED,
    Condition.DELETED: events.CARD_DELETED,
}


def store_card(
    unit: UnitOfWork, access: BoardAccess, goal: BoardAccess, old: Card, new: Card
) -> Card:
    """Keep a card as it is now, with its events; one that did not change leaves no trace.

    `access` is to its board before, `goal` to its board after. A card that its iteration can no
    longer hold leaves it.
    """
    if old == new:
        return old
    if old.iteration_id is not None and _must_leave(unit, old, new):
        take_out_cards(unit, [old])
        old, new = (
            replace(card, iteration_id=None, revision=card.revision + 1) for card in (old, new)
        )
    new = replace(
        new,
        version=old.version + 1,
        revision=old.revision + 1,
        updater_id=unit.actor.user_id,
        updated=unit.now,
    )
    before, after = differences(old, new)
    cards.store_card(unit.tx, new, after)
    where = goal.space_uid
    if access.space_uid != goal.space_uid:
        gone = {"id": old.id, "board_id": old.board_id}
        unit.record(events.CARD_LEFT, gone, space_uid=access.space_uid, card_uid=old.uid)
    for kind, names in _kinds(old, new, set(after) - _HOUSEKEEPING):
        payload = {
            "id": old.id,
            "version": new.version,
            "old": {name: before[name] for name in names},
            "new": {name: after[name] for name in names},
        }
        unit.record(kind, payload, space_uid=where, card_uid=old.uid)
    return new


def _kinds(old: Card, new: Card, names: set[str]) -> list[tuple[str, list[str]]]:
    """Return the events that tell of a change, each with the fields that are its part of it."""
    told = []
    moved = (old.board_id, old.column_id, old.lane_id) != (
        new.board_id,
        new.column_id,
        new.lane_id,
    )
    if moved:
        of_move = names & (_OF_MOVE | {"sort_order"})
        told.append((events.CARD_MOVED, sorted(of_move)))
        names -= of_move
    if "condition" in names:
        told.append((_CONDITION_EVENTS[Condition(new.condition)], ["condition"]))
        names.discard("condition")
    if names:
        told.append((events.CARD_CHANGED, sorted(names)))
    return told


def _must_leave(unit: UnitOfWork, old: Card, new: Card) -> bool:
    if new.condition == Condition.DELETED or new.space_id != old.space_id:
        return True
    if new.condition == old.condition or new.condition != Condition.ARCHIVED:
        return False
    ids = [old.iteration_id] if old.iteration_id else []
    (iteration,) = iterations.by_ids(unit.tx, old.company_id, ids)
    return leaves_when_archived(iteration.status)


def holds_cards(unit: UnitOfWork, place: str, place_id: int) -> bool:
    """Tell whether a card, live or archived, stands where its `place` (`board_id`, say) is this."""
    return bool(cards.standing_in(unit.tx, unit.actor.company_id, place, place_id))


def delete_cards(unit: UnitOfWork, space_uid: str, doomed: Sequence[Card]) -> None:
    """Delete cards of boards of one space, because what held them is deleted."""
    take_out_cards(unit, doomed)
    out = [
        replace(card, iteration_id=None, revision=card.revision + 1) if card.iteration_id else card
        for card in doomed
    ]
    changed = {"condition": Condition.DELETED.value}
    change_all(unit, space_uid, out, events.CARD_DELETED, changed)


def change_states(
    unit: UnitOfWork, space_uid: str, column_ids: Sequence[int], state: ColumnType
) -> None:
    """Change the state of the cards in these columns, because their column means another now."""
    company_id = unit.actor.company_id
    for column_id in column_ids:
        found = cards.standing_in(unit.tx, company_id, "column_id", column_id)
        completed_at = unit.now if state == ColumnType.DONE else None
        changed = {"state": state.value, "completed_at": completed_at}
        change_all(unit, space_uid, found, events.CARD_CHANGED, changed)


def change_all(
    unit: UnitOfWork, space_uid: str, found: Sequence[Card], kind: str, changed: dict[str, Any]
) -> None:
    """Change the same fields of many cards at once, with an event for each."""
    cards.CARDS.update_many(
        unit.tx,
        (
            (
                card,
                changed
                | {
                    "version": card.version + 1,
                    "revision": card.revision + 1,
                    "updater_id": unit.actor.user_id,
                    "updated": unit.now,
                },
            )
            for card in found
        ),
    )
    unit.record_all(
        [
            unit.event(
                kind,
                {
                    "id": card.id,
                    "version": card.version + 1,
                    "old": {name: getattr(card, name) for name in changed},
                    "new": changed,
                },
                space_uid=space_uid,
                card_uid=card.uid,
            )
            for card in found
        ]
    )


def ensure_member(unit: UnitOfWork, access: BoardAccess, card: Card, user_id: int) -> CardMember:
    """Make a person a member of a card, unless they are; its version counts that already."""
    found = cards.CARD_MEMBERS.find(unit.tx, card.company_id, card.id, user_id)
    if found is not None:
        return found
    member = CardMember(card.company_id, card.id, user_id, unit.now, unit.now)
    cards.CARD_MEMBERS.insert(unit.tx, member)
    payload = asdict(member) | {"version": card.version}
    unit.record(events.CARD_MEMBER_ADDED, payload, space_uid=access.space_uid, card_uid=card.uid)
    return member


def bump(unit: UnitOfWork, card: Card) -> Card:
    """Count one more change of a card that is kept elsewhere than in its own row."""
    grown = {
        "version": card.version + 1,
        "revision": card.revision + 1,
        "updater_id": unit.actor.user_id,
        "updated": unit.now,
    }
    return cards.CARDS.update(unit.tx, card, grown)


def etag(card: Card) -> str:
    """Return the entity tag of a card as it is."""
    return f'"{card.revision}"'

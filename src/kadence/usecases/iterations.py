"""What people do with iterations."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from kadence.domain import events, statistics
from kadence.domain.access import SpaceAccess
from kadence.domain.calendar import frozen as frozen_calendar
from kadence.domain.changes import differences, made
from kadence.domain.errors import NotFound
from kadence.domain.iteration_cards import moves_on_closing, moves_on_deleting
from kadence.domain.iteration_commands import ChangeIteration, CreateIteration, DeleteIteration
from kadence.domain.lifecycle import (
    OPEN,
    REMOVED,
    check_end,
    check_period,
    check_target,
    step,
)
from kadence.domain.model import Iteration, IterationCard, IterationStatus, SpaceRole
from kadence.domain.timeline import RULES
from kadence.domain.values import said_period_end
from kadence.storage import calendars, cards, history, iteration_cards, iterations
from kadence.usecases.access import authorize_space, require_iterations
from kadence.usecases.iteration_cards import (
    RecordView,
    find_iteration,
    put_in,
    take_out,
)
from kadence.usecases.unit_of_work import UnitOfWork, Validated, unwrap


class IterationQuery(Struct, frozen=True):
    """Which iterations of a space a caller wants; no `statuses` means all."""

    statuses: Sequence[str] = ()
    with_cards: bool = False
    newest_first: bool = False
    limit: int = 100
    offset: int = 0


class Carried(Struct, frozen=True):
    """An iteration that was changed or removed, and the records of the cards that went on."""

    iteration: Iteration
    moved: list[IterationCard]


def create_iteration(
    unit: UnitOfWork, space_uid: str, validated: Validated[CreateIteration]
) -> Iteration:
    """Plan a new iteration at the end of the space.

    Raises:
        KadenceError: FeatureOff, NotFound (no such space), Forbidden (no writer there), BadRequest,
            RuleViolation (code 6); in this order.
    """
    require_iterations(unit)
    space = authorize_space(unit, space_uid, SpaceRole.WRITER)
    new = unwrap(validated)
    start_date, start_timed = said_period_end(new.start_date)
    finish_date, finish_timed = said_period_end(new.finish_date)
    check_period(start_date, finish_date)
    company_id = unit.actor.company_id
    planned = made(
        Iteration,
        new,
        company_id=company_id,
        id=unit.new_id(),
        space_uid=space.space_uid,
        status=IterationStatus.PLANNED.value,
        creator_uid=unit.actor.uid,
        updater_uid=unit.actor.uid,
        start_date=start_date,
        finish_date=finish_date,
        actual_finish_date=None,
        sort_order=0.0,
        data=None,
        capacity=None,
        start_timed=start_timed,
        finish_timed=finish_timed,
        version=1,
        created=unit.now,
        updated=unit.now,
    )
    iteration = iterations.insert_last(unit.tx, planned)
    unit.record(
        events.ITERATION_CREATED,
        iteration,
        space_uid=space.space_uid,
        iteration_id=iteration.id,
    )
    return iteration


def list_iterations(
    unit: UnitOfWork, space_uid: str, query: Validated[IterationQuery]
) -> list[tuple[Iteration, list[RecordView] | None]]:
    """Return the iterations of a space by creation, each with its standing records if asked for.

    Raises:
        KadenceError: FeatureOff, NotFound (no such space), Forbidden (a stranger), BadRequest.
    """
    require_iterations(unit)
    space = authorize_space(unit, space_uid, SpaceRole.READER)
    wanted = unwrap(query)
    company_id = unit.actor.company_id
    found = iterations.page(
        unit.tx,
        company_id,
        space.space_uid,
        statuses=wanted.statuses,
        newest_first=wanted.newest_first,
        limit=wanted.limit,
        offset=wanted.offset,
    )
    if not wanted.with_cards:
        return [(iteration, None) for iteration in found]
    within: dict[str, list[RecordView]] = {i.id: [] for i in found if i.status != REMOVED}
    for record, card_id in iteration_cards.standing_in(unit.tx, company_id, list(within)):
        within[record.iteration_id].append(RecordView(record, card_id))
    return [(iteration, within.get(iteration.id)) for iteration in found]


def get_iteration(
    unit: UnitOfWork, space_uid: str, iteration_id: str, validated: Validated[None]
) -> Iteration:
    """Return one iteration of a space, a removed one too.

    Raises:
        KadenceError: FeatureOff, NotFound (no such space, or no such iteration in it), Forbidden,
            BadRequest.
    """
    require_iterations(unit)
    space = authorize_space(unit, space_uid, SpaceRole.READER)
    iteration = find_iteration(unit, space, iteration_id)
    unwrap(validated)
    return iteration


def change_iteration(
    unit: UnitOfWork, space_uid: str, iteration_id: str, validated: Validated[ChangeIteration]
) -> Carried:
    """Change what the body names; start or close the iteration when its status says so.

    Raises:
        KadenceError: FeatureOff, NotFound, Forbidden, PreconditionFailed, BadRequest,
            RuleViolation (codes 1, 2, 6, 7, 8, 3, 4, 5); in this order.
    """
    require_iterations(unit)
    access = authorize_space(unit, space_uid, SpaceRole.WRITER)
    old = find_iteration(unit, access, iteration_id)
    unit.match(etag(old))
    made = step(old, unwrap(validated), unit.now)
    if made.closes and isinstance(made.change.actual_finish_date, int):
        told = history.changes_of(unit.tx, old.company_id, [old.id]).get(old.id, ())
        activated = (event.at for event in told if event.kind == events.ITERATION_ACTIVATED)
        check_end(made.change.actual_finish_date, next(activated, None), unit.now)
    target_id = made.change.new_iteration_id
    target = _target(unit, access, old, target_id if made.closes else None)
    if made.activates:
        inside = [card for _, card in iteration_cards.standing_with_cards(unit.tx, old)]
        data = msgspec.json.encode(statistics.committed(inside)).decode()
        new = replace(made.new, data=data)
        return Carried(store(unit, old, new, events.ITERATION_ACTIVATED, {"rules": RULES}), [])
    if made.closes:
        return _close(unit, old, made.new, target)
    return Carried(store(unit, old, made.new, events.ITERATION_CHANGED), [])


def delete_iteration(
    unit: UnitOfWork, space_uid: str, iteration_id: str, validated: Validated[DeleteIteration]
) -> Carried:
    """Remove an iteration; its cards go into the one that the body names, if it names one.

    Raises:
        KadenceError: FeatureOff, NotFound (a removed one too), Forbidden, PreconditionFailed,
            BadRequest, RuleViolation (codes 3, 4, 5).
    """
    require_iterations(unit)
    access = authorize_space(unit, space_uid, SpaceRole.WRITER)
    old = find_iteration(unit, access, iteration_id)
    if old.status == REMOVED:
        raise NotFound
    unit.match(etag(old))
    target = _target(unit, access, old, unwrap(validated).new_iteration_id)
    standing = iteration_cards.standing_with_cards(unit.tx, old)
    moving = [card for _, card in standing if moves_on_deleting(old, card, access.space_id)]
    removed = remove_iteration(unit, old, [record for record, _ in standing])
    return Carried(removed, put_in(unit, target, moving) if target else [])


def remove_iteration(
    unit: UnitOfWork, iteration: Iteration, standing: Sequence[IterationCard] | None = None
) -> Iteration:
    """Let an iteration and all that stands in it be removed."""
    if standing is None:
        standing = iteration_cards.records(unit.tx, iteration, "active")
    take_out(unit, iteration.space_uid, standing)
    cards.let_go(unit.tx, iteration)
    new = replace(iteration, status=REMOVED.value)
    return store(unit, iteration, new, events.ITERATION_REMOVED)


def _close(unit: UnitOfWork, old: Iteration, new: Iteration, target: Iteration | None) -> Carried:
    """Freeze the numbers, then carry the unfinished cards over."""
    standing = iteration_cards.standing_with_cards(unit.tx, old)
    before = msgspec.json.decode(old.data or "", type=statistics.Committed).committed
    frozen = statistics.outcome(before, [card for _, card in standing])
    data = msgspec.json.encode(frozen).decode()
    iteration_cards.end_all(unit.tx, old)
    cards.let_go(unit.tx, old)
    # What the report of a closed iteration needs and what may be changed afterwards.
    calendar = calendars.find(unit.tx, old.company_id, old.space_uid)
    told = {
        "rules": RULES,
        "new_iteration_id": target.id if target else None,
        "calendar": frozen_calendar(
            calendar, new.start_date, new.finish_date, new.actual_finish_date, unit.now
        ),
    }
    closed = store(unit, old, replace(new, data=data), events.ITERATION_CLOSED, told)
    if target is None:
        return Carried(closed, [])
    moving = [(record, card) for record, card in standing if moves_on_closing(card)]
    take_out(unit, old.space_uid, [record for record, _ in moving])
    return Carried(closed, put_in(unit, target, [card for _, card in moving]))


def _target(
    unit: UnitOfWork, access: SpaceAccess, iteration: Iteration, target_id: object
) -> Iteration | None:
    """Return the iteration into which leftovers go, or None when none is named."""
    if not isinstance(target_id, str):
        return None
    wanted = target_id.lower()
    found = iterations.find(unit.tx, unit.actor.company_id, access.space_uid, wanted)
    return check_target(iteration, wanted, found)


def store(
    unit: UnitOfWork,
    old: Iteration,
    new: Iteration,
    kind: str,
    told: Mapping[str, Any] = MappingProxyType({}),
) -> Iteration:
    """Keep an iteration as it is now, with its event; one that did not change leaves no trace.

    The event says what is `told` too.
    """
    if old == new:
        return old
    new = replace(
        new,
        updater_uid=unit.actor.uid or old.updater_uid,
        updated=unit.now,
        version=old.version + 1,
    )
    before, after = differences(old, new)
    iterations.ITERATIONS.update(unit.tx, old, after)
    if old.status in OPEN and new.status in OPEN:
        cards.touch(unit.tx, new)
    unit.record(
        kind,
        {"id": old.id, "old": before, "new": after, **told},
        space_uid=old.space_uid,
        iteration_id=old.id,
    )
    return new


def etag(iteration: Iteration) -> str:
    """Return the entity tag of an iteration as it is."""
    return f'"{iteration.version}"'

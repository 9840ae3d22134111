"""What people do with iterations."""

from collections.abc import Sequence

from msgspec import Struct

from kadence.domain import events
from kadence.domain.errors import NotFound
from kadence.domain.lifecycle import check_period
from kadence.domain.model import Instant, Iteration, IterationStatus, SpaceRole
from kadence.storage import iterations
from kadence.usecases.access import enter_by_uid, require_iterations
from kadence.usecases.unit import Draft, Unit, opened


class NewIteration(Struct, frozen=True, gc=False):
    """What a caller says of an iteration to be made."""

    title: str
    goal: str | None = None
    start_date: Instant | None = None
    finish_date: Instant | None = None


class IterationQuery(Struct, frozen=True):
    """Which iterations of a space a caller wants; no `statuses` means all."""

    statuses: Sequence[str] = ()
    newest_first: bool = False
    limit: int = 100
    offset: int = 0


def create_iteration(unit: Unit, space_uid: str, draft: Draft[NewIteration]) -> Iteration:
    """Plan a new iteration at the end of the space.

    Raises:
        KadenceError: FeatureOff, NotFound (no such space), Forbidden (no writer there), BadRequest,
            RuleViolation (code 6); in this order.
    """
    require_iterations(unit)
    space = enter_by_uid(unit, space_uid, SpaceRole.WRITER)
    new = opened(draft)
    check_period(new.start_date, new.finish_date)
    company_id = unit.actor.company_id
    iteration = Iteration(
        company_id=company_id,
        id=unit.new_id(),
        space_uid=space.space_uid,
        title=new.title,
        goal=new.goal,
        status=IterationStatus.PLANNED.value,
        creator_uid=unit.actor.uid,
        updater_uid=unit.actor.uid,
        start_date=new.start_date,
        finish_date=new.finish_date,
        actual_finish_date=None,
        sort_order=iterations.next_sort_order(unit.tx, company_id, space.space_uid),
        data=None,
        created=unit.now,
        updated=unit.now,
    )
    iterations.insert_iteration(unit.tx, iteration)
    unit.record(
        events.ITERATION_CREATED,
        iteration,
        space_uid=space.space_uid,
        iteration_id=iteration.id,
    )
    return iteration


def list_iterations(unit: Unit, space_uid: str, query: Draft[IterationQuery]) -> list[Iteration]:
    """The iterations of a space by creation.

    Raises:
        KadenceError: FeatureOff, NotFound (no such space), Forbidden (a stranger), BadRequest.
    """
    require_iterations(unit)
    space = enter_by_uid(unit, space_uid, SpaceRole.READER)
    wanted = opened(query)
    return iterations.page(
        unit.tx,
        unit.actor.company_id,
        space.space_uid,
        statuses=wanted.statuses,
        newest_first=wanted.newest_first,
        limit=wanted.limit,
        offset=wanted.offset,
    )


def get_iteration(unit: Unit, space_uid: str, iteration_id: str, draft: Draft[None]) -> Iteration:
    """One iteration of a space, a removed one too.

    Raises:
        KadenceError: FeatureOff, NotFound (no such space, or no such iteration in it), Forbidden,
            BadRequest.
    """
    require_iterations(unit)
    space = enter_by_uid(unit, space_uid, SpaceRole.READER)
    iteration = iterations.find(unit.tx, unit.actor.company_id, space.space_uid, iteration_id)
    if iteration is None:
        raise NotFound
    opened(draft)
    return iteration

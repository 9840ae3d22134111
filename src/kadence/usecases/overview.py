"""A space as a whole: what a page of it begins with, and what its iterations hold and last."""

from collections.abc import Sequence
from datetime import date
from typing import TypeAlias

from msgspec import Struct

from kadence.domain.calendar import WorkingCalendar, ends
from kadence.domain.model import Iteration, IterationStatus, SpaceRole
from kadence.storage import calendars, history, iterations, journal, overview, spaces
from kadence.storage.overview import LeftOver, Total
from kadence.storage.timeline import calendar_kept
from kadence.usecases.access import authorize_space, title_of
from kadence.usecases.calendars import CalendarView, get_calendar
from kadence.usecases.insights import Amounts, VelocityQuery, get_velocity
from kadence.usecases.spaces import SpaceView, views_of
from kadence.usecases.unit_of_work import UnitOfWork, Validated, unwrap

LOOK_BACK = 26
"""Closed iterations in which leftovers are looked for: those of a year of two-week sprints."""


class Head(Struct, frozen=True):
    """What a page of a space begins with, as it is at one position of the journal."""

    view: SpaceView
    calendar: CalendarView
    mean: Amounts | None
    """What the space achieved on average in its last closed iterations."""
    position: int


def get_head(unit: UnitOfWork, space_uid: str, validated: Validated[None]) -> Head:
    """Return what a space is: its boards, the actor's role, calendar and velocity.

    Raises:
        KadenceError: NotFound, Forbidden (a stranger), BadRequest.
    """
    access = authorize_space(unit, space_uid, SpaceRole.READER)
    unwrap(validated)
    company_id = unit.actor.company_id
    space = spaces.find_space(unit.tx, company_id, access.space_id)
    assert space is not None  # noqa: S101 - the actor has been let in
    (view,) = views_of(unit, [(space, access.member_role)])
    newest = journal.of_space(
        unit.tx, company_id, access.space_uid, after=0, kinds=(), newest_first=True, limit=1
    )
    return Head(
        view,
        get_calendar(unit, access.space_uid, None),
        get_velocity(unit, access.space_uid, VelocityQuery()).mean,
        newest[0].seq if newest else 0,
    )


def get_totals(unit: UnitOfWork, space_uid: str, validated: Validated[None]) -> list[Total]:
    """Return what each planned and active iteration of a space holds.

    Raises:
        KadenceError: NotFound, Forbidden (a stranger), BadRequest.
    """
    access = authorize_space(unit, space_uid, SpaceRole.READER)
    unwrap(validated)
    return overview.totals(unit.tx, unit.actor.company_id, access.space_uid)


Lasting: TypeAlias = tuple[Iteration, date | None, date | None]
"""An iteration with its first and its last day."""


def get_periods(
    unit: UnitOfWork, space_uid: str, validated: Validated[Sequence[str]]
) -> list[Lasting]:
    """Return the iterations of a space in these statuses, each with its first and last day.

    No status means all that are not removed.

    Raises:
        KadenceError: NotFound, Forbidden (a stranger), BadRequest.
    """
    access = authorize_space(unit, space_uid, SpaceRole.READER)
    return _lasting(unit, access.space_uid, unwrap(validated))[1]


def calendar_feed(
    unit: UnitOfWork, space_uid: str
) -> tuple[str, WorkingCalendar, Sequence[Lasting]]:
    """Return a space's title, its calendar, and its iterations that are not removed.

    Raises:
        KadenceError: NotFound (no such space), Forbidden (a stranger).
    """
    access = authorize_space(unit, space_uid, SpaceRole.READER)
    return (title_of(unit, access.space_uid), *_lasting(unit, access.space_uid))


def _lasting(
    unit: UnitOfWork, space_uid: str, statuses: Sequence[str] = ()
) -> tuple[WorkingCalendar, list[Lasting]]:
    """Return the calendar of a space and its iterations; a closed one has the days it closed by."""
    company_id = unit.actor.company_id
    calendar = calendars.find(unit.tx, company_id, space_uid)
    live = iterations.live(unit.tx, company_id, space_uid)
    found = [one for one in live if not statuses or one.status in statuses]
    closed = [one.id for one in found if one.status == IterationStatus.CLOSED]
    told = history.changes_of(unit.tx, company_id, closed)
    kept = {id_: calendar_kept(changes) for id_, changes in told.items()}
    return calendar, [(one, *ends(kept.get(one.id) or calendar, one)) for one in found]


def get_leftovers(unit: UnitOfWork, space_uid: str, validated: Validated[None]) -> list[LeftOver]:
    """Return the unfinished cards of the backlog that closed iterations left over.

    Each comes with the last of these iterations.

    Raises:
        KadenceError: NotFound, Forbidden (a stranger), BadRequest.
    """
    access = authorize_space(unit, space_uid, SpaceRole.READER)
    unwrap(validated)
    company_id = unit.actor.company_id
    return overview.left_over(unit.tx, company_id, access.space_id, access.space_uid, LOOK_BACK)

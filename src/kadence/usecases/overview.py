"""What the open iterations of a space hold, what closed ones left over, and when each lasts."""

from datetime import date

from kadence.domain.calendar import ends
from kadence.domain.model import SpaceRole
from kadence.storage import calendars, iterations, overview
from kadence.storage.overview import LeftOver, Total
from kadence.usecases.access import authorize_space
from kadence.usecases.unit_of_work import UnitOfWork, Validated, unwrap

LOOK_BACK = 26
"""Closed iterations in which leftovers are looked for: those of a year of two-week sprints."""


def get_totals(unit: UnitOfWork, space_uid: str, validated: Validated[None]) -> list[Total]:
    """Return what each planned and active iteration of a space holds.

    Raises:
        KadenceError: NotFound, Forbidden (a stranger), BadRequest.
    """
    access = authorize_space(unit, space_uid, SpaceRole.READER)
    unwrap(validated)
    return overview.totals(unit.tx, unit.actor.company_id, access.space_uid)


def get_periods(
    unit: UnitOfWork, space_uid: str, validated: Validated[None]
) -> list[tuple[str, date | None, date | None]]:
    """Return the iterations of a space that are not removed, each with its first and last day.

    Raises:
        KadenceError: NotFound, Forbidden (a stranger), BadRequest.
    """
    access = authorize_space(unit, space_uid, SpaceRole.READER)
    unwrap(validated)
    company_id = unit.actor.company_id
    calendar = calendars.find(unit.tx, company_id, access.space_uid)
    found = iterations.live(unit.tx, company_id, access.space_uid)
    return [(iteration.id, *ends(calendar, iteration)) for iteration in found]


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

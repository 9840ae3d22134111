"""What the open iterations of a space hold, and what its closed ones left over."""

from kadence.domain.model import SpaceRole
from kadence.storage import overview
from kadence.storage.overview import LeftOver, Total
from kadence.usecases.access import enter_by_uid
from kadence.usecases.unit import Draft, Unit, opened

LOOK_BACK = 26
"""Closed iterations in which leftovers are looked for: those of a year of two-week sprints."""


def get_totals(unit: Unit, space_uid: str, draft: Draft[None]) -> list[Total]:
    """What each planned and active iteration of a space holds.

    Raises:
        KadenceError: NotFound, Forbidden (a stranger), BadRequest.
    """
    door = enter_by_uid(unit, space_uid, SpaceRole.READER)
    opened(draft)
    return overview.totals(unit.tx, unit.actor.company_id, door.space_uid)


def get_leftovers(unit: Unit, space_uid: str, draft: Draft[None]) -> list[LeftOver]:
    """The unfinished cards of the backlog that a closed iteration left over, each with the last.

    Raises:
        KadenceError: NotFound, Forbidden (a stranger), BadRequest.
    """
    door = enter_by_uid(unit, space_uid, SpaceRole.READER)
    opened(draft)
    company_id = unit.actor.company_id
    return overview.left_over(unit.tx, company_id, door.space_id, door.space_uid, LOOK_BACK)

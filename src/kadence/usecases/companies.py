"""What is done with a company: it is made, named, and its features are switched."""

from msgspec import Struct
from msgspec.structs import asdict, replace

from kadence.domain import events
from kadence.domain.errors import NotFound
from kadence.domain.model import Company
from kadence.domain.text import required_line
from kadence.domain.values import Name
from kadence.storage import people
from kadence.usecases.access import require_owner
from kadence.usecases.unit_of_work import UnitOfWork, Validated, unwrap


class ChangeCompany(Struct, frozen=True):
    """The company's new name."""

    name: Name | None = None


def make_company(unit: UnitOfWork, name: str) -> Company:
    """Make a company; the unit acts for it from here on.

    Raises:
        BadRequest: the name cannot be seen, or is too long.
    """
    line = required_line("company", name)
    company = people.insert_company(
        unit.tx, Company(0, unit.new_id(), line, None, unit.now, unit.now)
    )
    unit.actor = replace(unit.actor, company_id=company.id)
    unit.record(events.COMPANY_CREATED, asdict(company))
    return company


def get_company(unit: UnitOfWork, validated: Validated[None]) -> Company:
    """Return the actor's company.

    Raises:
        BadRequest: the body is invalid.
    """
    unwrap(validated)
    return _company(unit)


def rename_company(unit: UnitOfWork, validated: Validated[ChangeCompany]) -> Company:
    """Give the actor's company another name; a body without one leaves it.

    Raises:
        KadenceError: Forbidden (no owner), BadRequest.
    """
    require_owner(unit)
    name = unwrap(validated).name
    company = _company(unit)
    if name is None or name == company.name:
        return company
    changed = people.COMPANIES.update(unit.tx, company, {"name": name, "updated": unit.now})
    unit.record(events.COMPANY_CHANGED, {"old": {"name": company.name}, "new": {"name": name}})
    return changed


def _company(unit: UnitOfWork) -> Company:
    company = people.COMPANIES.find(unit.tx, unit.actor.company_id)
    if company is None:
        raise NotFound
    return company


def switch_iterations(unit: UnitOfWork, *, on: bool) -> None:
    """Switch the company's iterations on or off; off, their endpoints answer 402."""
    off_at = None if on else unit.now
    people.switch_iterations(unit.tx, unit.actor.company_id, off_at=off_at, now=unit.now)
    unit.record(events.COMPANY_CHANGED, {"new": {"iterations_off_at": off_at}})

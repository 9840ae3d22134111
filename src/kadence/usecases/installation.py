"""Whether this database speaks for itself, or may be a copy: then what acts by itself is paused.

Backups, restored and copied databases have a mark. So does one that is served at another address.
A plain `cp` that is served at the same address is not seen.
"""

from msgspec.structs import replace

from kadence.domain.installation import Because, Installation
from kadence.storage import installation
from kadence.usecases.unit_of_work import UnitOfWork, Validated, unwrap


def find(unit: UnitOfWork) -> Installation:
    """Return what is known of where the database is served."""
    return installation.find(unit.tx)


def begin(unit: UnitOfWork, public_url: str | None) -> Installation:
    """Note where the database is served from now on; returns whether it is paused.

    An address that it does not know pauses it; without one nothing is noted.
    """
    known = installation.find(unit.tx)
    if public_url is None or public_url == known.public_url:
        return known
    if known.public_url is None:
        new = replace(known, public_url=public_url)
    elif known.paused_at is None:
        new = replace(known, paused_at=unit.now, paused_because=Because.OTHER_URL.value)
    else:
        return known
    installation.store(unit.tx, new)
    return new


def resume(unit: UnitOfWork, public_url: str | None) -> Installation:
    """Let what acts by itself go on; returns what it was. The address is the right one now."""
    known = installation.find(unit.tx)
    going_on = replace(known, public_url=public_url or None, paused_at=None, paused_because=None)
    installation.store(unit.tx, going_on)
    return known


def get_installation(unit: UnitOfWork, validated: Validated[None]) -> Installation:
    """Return whether what acts by itself is paused.

    Raises:
        BadRequest: the query is invalid.
    """
    unwrap(validated)
    return installation.find(unit.tx)

"""The few functions through which use cases enter a space; permission is reviewed here once."""

from kadence.domain.access import Door, role_in_space
from kadence.domain.errors import FeatureOff, Forbidden, NotFound
from kadence.domain.model import SpaceRole
from kadence.storage import spaces
from kadence.usecases.unit import Unit


def enter_by_uid(unit: Unit, space_uid: str, need: SpaceRole) -> Door:
    """Enter a space by its uid, as the iterations routes do.

    Raises:
        NotFound: no such space in the actor's company.
        Forbidden: the actor's role there is lower than `need`, or none.
    """
    door = spaces.door_by_uid(unit.tx, unit.actor, space_uid)
    if door is None:
        raise NotFound
    role = role_in_space(unit.actor.company_role, door)
    if role is None or role < need:
        raise Forbidden
    return door


def enter_by_id(unit: Unit, space_id: int, need: SpaceRole) -> Door:
    """Enter a space by its integer id, as the workspace routes do.

    Raises:
        NotFound: no such space, or one that the actor cannot read: the two look the same.
        Forbidden: the actor can read it but has a lower role than `need`.
    """
    door = spaces.door_by_id(unit.tx, unit.actor, space_id)
    role = role_in_space(unit.actor.company_role, door) if door else None
    if door is None or role is None:
        raise NotFound
    if role < need:
        raise Forbidden
    return door


def require_iterations(unit: Unit) -> None:
    """Stop here when the company has iterations switched off.

    Raises:
        FeatureOff: it has.
    """
    if unit.actor.iterations_off_at is not None:
        raise FeatureOff

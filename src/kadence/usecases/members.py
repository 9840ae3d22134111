"""What people do with the members of a space."""

from typing import Annotated

from msgspec import Meta, Struct, field
from msgspec.structs import asdict, replace

from kadence.domain import audit_log, events
from kadence.domain.access import SpaceAccess, role_in_space
from kadence.domain.error_ids import ErrorId
from kadence.domain.errors import NotFound, RuleViolation
from kadence.domain.model import Member, SpaceRole, User
from kadence.domain.values import Role
from kadence.storage import people, spaces
from kadence.usecases.access import authorize_space_by_id
from kadence.usecases.people import invite
from kadence.usecases.unit_of_work import UnitOfWork, Validated, unwrap


class SpaceMember(Struct, frozen=True):
    """A person in a space: the role that they have there and their own, if any."""

    space_uid: str
    user: User
    role: SpaceRole | None
    own_role: SpaceRole | None
    current: bool


class AddMember(Struct, frozen=True):
    """Whom to let in, and as what: writer unless said otherwise."""

    email: Annotated[str, Meta(max_length=254, extra_json_schema={"format": "email"})]
    role: Role | None = field(default=None, name="role_id")


class ChangeMember(Struct, frozen=True):
    """The role that the member gets; without it nothing changes."""

    role: Role | None = field(default=None, name="role_id")


class MemberQuery(Struct, frozen=True):
    """Which people of a space: those with an id greater than `after`, at most `limit`.

    `inherited` adds those who are let in without a role of their own; `inactive` lists the
    deactivated in place of the others.
    """

    inherited: bool = False
    inactive: bool = False
    limit: int = 100
    after: int = 0


def list_members(
    unit: UnitOfWork, space_id: int, validated: Validated[MemberQuery]
) -> list[SpaceMember]:
    """Return the people with a role of their own in the space, by id.

    Raises:
        KadenceError: NotFound (no such space, or the actor cannot read it), BadRequest.
    """
    access = authorize_space_by_id(unit, space_id, SpaceRole.READER)
    query = unwrap(validated)
    members = [
        as_member(unit, access, user, own_role)
        for user, own_role in spaces.people(unit.tx, unit.actor.company_id, space_id)
        if query.inactive == (user.deactivated_at is not None) and user.id > query.after
    ]
    found = [m for m in members if m.own_role or (query.inherited and m.role)]
    return found[: query.limit]


def get_member(
    unit: UnitOfWork, space_id: int, user_id: int, validated: Validated[None]
) -> SpaceMember:
    """Return one person with a role of their own in the space.

    Raises:
        KadenceError: NotFound (no such space, or unreadable, or no such member), BadRequest.
    """
    access = authorize_space_by_id(unit, space_id, SpaceRole.READER)
    member, user = _own_member(unit, access, user_id)
    unwrap(validated)
    return as_member(unit, access, user, member.role)


def add_member(unit: UnitOfWork, space_id: int, validated: Validated[AddMember]) -> SpaceMember:
    """Give the person with this address a role in the space, writer unless said otherwise.

    An address that nobody has makes a person of the company, who has no token until one is made.
    One who is a member already gets the role that is asked for, or keeps theirs.

    Raises:
        KadenceError: NotFound (or unreadable), Forbidden (no admin), BadRequest (also an address
            that is invalid, or of a deactivated person).
    """
    access = authorize_space_by_id(unit, space_id, SpaceRole.ADMIN)
    new = unwrap(validated)
    user = invite(unit, new.email)
    if user.deactivated_at is not None:
        raise RuleViolation(ErrorId.USER_DEACTIVATED, 2, "email belongs to a deactivated user")
    member = spaces.find_member(unit.tx, unit.actor.company_id, space_id, user.id)
    if member is None:
        role = new.role or SpaceRole.WRITER
        give_role(unit, space_id, access.space_uid, user.id, role)
    else:
        role = new.role or SpaceRole(member.role)
        _set_role(unit, access, member, user, role)
    return as_member(unit, access, user, role)


def change_member(
    unit: UnitOfWork, space_id: int, user_id: int, validated: Validated[ChangeMember]
) -> SpaceMember:
    """Give a member another role.

    Raises:
        KadenceError: NotFound (space or member), Forbidden (no admin), BadRequest, RuleViolation
            (code 3, the space's last admin would be none any more by their own doing).
    """
    access = authorize_space_by_id(unit, space_id, SpaceRole.ADMIN)
    member, user = _own_member(unit, access, user_id)
    role = unwrap(validated).role or SpaceRole(member.role)
    _set_role(unit, access, member, user, role)
    return as_member(unit, access, user, role)


def remove_member(
    unit: UnitOfWork, space_id: int, user_id: int, validated: Validated[None]
) -> SpaceMember:
    """Take a person's own role in the space away; what everyone has there, they keep.

    Raises:
        KadenceError: NotFound (space or member), Forbidden (no admin), BadRequest, RuleViolation
            (code 3, the space's last admin leaves).
    """
    access = authorize_space_by_id(unit, space_id, SpaceRole.ADMIN)
    member, user = _own_member(unit, access, user_id)
    unwrap(validated)
    _demand_another_admin(unit, access, member)
    spaces.delete_member(unit.tx, member)
    unit.record(
        events.MEMBER_REMOVED,
        {"space_id": space_id, "user_id": user_id},
        space_uid=access.space_uid,
    )
    unit.audit(audit_log.MEMBER_REMOVED, subject=user_id, space_uid=access.space_uid)
    return as_member(unit, access, user, None)


def give_role(
    unit: UnitOfWork, space_id: int, space_uid: str, user_id: int, role: SpaceRole
) -> None:
    """Give somebody who has none a role of their own in a space."""
    member = Member(unit.actor.company_id, space_id, user_id, role.value, unit.now, unit.now)
    spaces.insert_member(unit.tx, member)
    unit.record(events.MEMBER_ADDED, asdict(member), space_uid=space_uid)
    unit.audit(audit_log.MEMBER_ADDED, subject=user_id, space_uid=space_uid, role_id=role.value)


def _set_role(
    unit: UnitOfWork, access: SpaceAccess, member: Member, user: User, role: SpaceRole
) -> None:
    if role == member.role:
        return
    _demand_another_admin(unit, access, member)
    spaces.update_member(unit.tx, replace(member, role=role.value, updated=unit.now))
    unit.record(
        events.MEMBER_CHANGED,
        {
            "space_id": access.space_id,
            "user_id": user.id,
            "old": {"role": member.role},
            "new": {"role": role.value},
        },
        space_uid=access.space_uid,
    )
    unit.audit(
        audit_log.ROLE_CHANGED, subject=user.id, space_uid=access.space_uid, role_id=role.value
    )


def _demand_another_admin(unit: UnitOfWork, access: SpaceAccess, member: Member) -> None:
    """Demand that somebody else is the space's admin when one takes it from themselves."""
    if member.user_id != unit.actor.user_id or member.role != SpaceRole.ADMIN:
        return
    everybody = spaces.people(unit.tx, unit.actor.company_id, access.space_id)
    others = (
        user for user, role in everybody if role == SpaceRole.ADMIN and user.id != member.user_id
    )
    if not any(user.deactivated_at is None for user in others):
        raise RuleViolation(
            ErrorId.LAST_ADMIN, 3, "The last admin of the space should name another one first"
        )


def _own_member(unit: UnitOfWork, access: SpaceAccess, user_id: int) -> tuple[Member, User]:
    member = spaces.find_member(unit.tx, unit.actor.company_id, access.space_id, user_id)
    user = people.find_user(unit.tx, unit.actor.company_id, user_id)
    if member is None or user is None:
        raise NotFound
    return member, user


def as_member(
    unit: UnitOfWork, access: SpaceAccess, user: User, own_role: int | None
) -> SpaceMember:
    """Return a person with what they may do in a space."""
    return SpaceMember(
        access.space_uid,
        user,
        role_in_space(user.role, replace(access, member_role=own_role)),
        SpaceRole(own_role) if own_role else None,
        current=user.id == unit.actor.user_id,
    )

"""What people do with spaces and their members."""

from typing import TypeAlias

from msgspec import UNSET, Struct, UnsetType
from msgspec.structs import asdict, replace

from kadence.domain import events
from kadence.domain.access import SpaceAccess, role_in_space
from kadence.domain.errors import NotFound, RuleViolation
from kadence.domain.model import Member, Space, SpaceRole, SpaceVisibility, User
from kadence.storage import iterations, people, spaces
from kadence.usecases.access import authorize_space_by_id
from kadence.usecases.boards import FullBoard, boards_of, erase_board, hide_board
from kadence.usecases.iterations import remove_iteration
from kadence.usecases.pages import Page
from kadence.usecases.people import current_user, invite
from kadence.usecases.sort_orders import behind_all
from kadence.usecases.unit_of_work import UnitOfWork, Validated, unwrap


class NewSpace(Struct, frozen=True):
    """What a caller says of a space to be made."""

    title: str
    description: str | None = None
    external_id: str | None = None
    access: SpaceVisibility = SpaceVisibility.FOR_EVERYONE
    everyone_role: SpaceRole = SpaceRole.WRITER
    parent_uid: str | None = None
    sort_order: float | None = None


class SpaceChange(Struct, frozen=True):
    """What a caller wants changed of a space; what is UNSET stays."""

    title: str | UnsetType = UNSET
    description: str | UnsetType | None = UNSET
    external_id: str | UnsetType | None = UNSET
    access: SpaceVisibility | UnsetType = UNSET
    everyone_role: SpaceRole | UnsetType = UNSET
    parent_uid: str | UnsetType | None = UNSET
    sort_order: float | UnsetType = UNSET


class SpaceView(Struct, frozen=True):
    """A space as one person sees it: with their effective role there, and its boards."""

    space: Space
    reader_id: int
    role: SpaceRole
    boards: list[FullBoard]


class SpaceMember(Struct, frozen=True):
    """A person in a space: the role that they have there and their own, if any."""

    space_uid: str
    user: User
    role: SpaceRole | None
    own_role: SpaceRole | None
    current: bool


class NewMember(Struct, frozen=True):
    """Whom to let into a space, and as what."""

    email: str
    role: SpaceRole | None = None


RoleChange: TypeAlias = SpaceRole | None
"""The role that a member gets; None leaves it."""


class MemberQuery(Struct, frozen=True):
    """Which people of a space: those with an id greater than `after`, at most `limit`.

    `inherited` adds those who are let in without a role of their own; `inactive` lists the
    deactivated in place of the others.
    """

    inherited: bool = False
    inactive: bool = False
    limit: int = 100
    after: int = 0


def list_spaces(unit: UnitOfWork, validated: Validated[Page]) -> list[SpaceView]:
    """Return the spaces that the actor can read, by id, with their boards.

    Raises:
        BadRequest: the query is invalid.
    """
    page = unwrap(validated)
    found = spaces.readable(unit.tx, unit.actor, page.limit, page.offset)
    boards = boards_of(unit, [space.id for space, _ in found])
    views = []
    for space, own_role in found:
        role = role_in_space(unit.actor.company_role, _access(space, own_role))
        if role is not None:
            views.append(SpaceView(space, unit.actor.user_id, role, boards[space.id]))
    return views


def get_space(unit: UnitOfWork, space_id: int, validated: Validated[None]) -> Space:
    """Return one space.

    Raises:
        KadenceError: NotFound (or unreadable), BadRequest.
    """
    authorize_space_by_id(unit, space_id, SpaceRole.READER)
    unwrap(validated)
    return _space(unit, space_id)


def create_space(unit: UnitOfWork, validated: Validated[NewSpace]) -> tuple[Space, SpaceMember]:
    """Make a space; the actor becomes its admin and only member.

    Raises:
        BadRequest: the body is invalid, or its parent is no space that the actor can read.
    """
    new = unwrap(validated)
    uid = unit.new_id()
    parent = _parent(unit, new.parent_uid)
    space = spaces.insert_space(
        unit.tx,
        Space(
            id=0,
            uid=uid,
            company_id=unit.actor.company_id,
            title=new.title,
            description=new.description,
            external_id=new.external_id,
            access=new.access.value,
            everyone_role=new.everyone_role.value,
            parent_uid=new.parent_uid,
            path=_path(parent, uid),
            sort_order=new.sort_order or _behind_spaces(unit),
            deleted_at=None,
            created=unit.now,
            updated=unit.now,
        ),
    )
    unit.record(events.SPACE_CREATED, asdict(space), space_uid=uid)
    _add_member(unit, space.id, uid, unit.actor.user_id, SpaceRole.ADMIN)
    return space, _member(unit, _access(space, None), current_user(unit), SpaceRole.ADMIN)


def _behind_spaces(unit: UnitOfWork) -> float:
    company_id = unit.actor.company_id
    return behind_all(
        spaces.next_sort_order(unit.tx, company_id),
        lambda: spaces.of_company(unit.tx, company_id),
        lambda space, place: _store_change(unit, space, replace(space, sort_order=place)),
    )


def change_space(unit: UnitOfWork, space_id: int, validated: Validated[SpaceChange]) -> Space:
    """Change what the body names; a body that changes nothing leaves no trace.

    Raises:
        KadenceError: NotFound (or unreadable), Forbidden (no admin), BadRequest.
    """
    authorize_space_by_id(unit, space_id, SpaceRole.ADMIN)
    change = unwrap(validated)
    space = _space(unit, space_id)
    asked = {k: v for k, v in asdict(change).items() if v is not UNSET}
    if "parent_uid" in asked and asked["parent_uid"] != space.parent_uid:
        parent = _parent(unit, asked["parent_uid"])
        if parent is not None and f"{parent.path}/".startswith(f"{space.path}/"):
            raise RuleViolation(
                2, "parent_entity_uid should not be the space itself or one below it"
            )
        _replant(unit, space, parent)
        space = _space(unit, space_id)
    _store_change(unit, space, replace(space, **asked))
    return _space(unit, space_id)


def delete_space(unit: UnitOfWork, space_id: int, validated: Validated[None]) -> int:
    """Delete a space with its boards; its iterations become removed, spaces below it move up.

    Raises:
        KadenceError: NotFound (or unreadable), Forbidden (no admin), BadRequest.
    """
    access = authorize_space_by_id(unit, space_id, SpaceRole.ADMIN)
    unwrap(validated)
    space = _space(unit, space_id)
    parent = (
        spaces.find_space_by_uid(unit.tx, space.company_id, space.parent_uid)
        if space.parent_uid
        else None
    )
    for child in spaces.below(unit.tx, space):
        if child.parent_uid == space.uid:
            _replant(unit, child, parent)
    for shown in boards_of(unit, [space_id])[space_id]:
        if shown.board.space_id == space_id:
            erase_board(unit, shown.board, space.uid)
        else:
            hide_board(unit, shown.board.id, access)
    for iteration in iterations.live(unit.tx, space.company_id, space.uid):
        remove_iteration(unit, iteration)
    spaces.update_space(unit.tx, replace(space, deleted_at=unit.now, updated=unit.now))
    unit.record(events.SPACE_DELETED, {"id": space.id}, space_uid=space.uid)
    return space.id


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
        _member(unit, access, user, own_role)
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
    return _member(unit, access, user, member.role)


def add_member(unit: UnitOfWork, space_id: int, validated: Validated[NewMember]) -> SpaceMember:
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
        raise RuleViolation(2, "email belongs to a deactivated user")
    member = spaces.find_member(unit.tx, unit.actor.company_id, space_id, user.id)
    if member is None:
        role = new.role or SpaceRole.WRITER
        _add_member(unit, space_id, access.space_uid, user.id, role)
    else:
        role = new.role or SpaceRole(member.role)
        _set_role(unit, access, member, user, role)
    return _member(unit, access, user, role)


def change_member(
    unit: UnitOfWork, space_id: int, user_id: int, validated: Validated[RoleChange]
) -> SpaceMember:
    """Give a member another role.

    Raises:
        KadenceError: NotFound (space or member), Forbidden (no admin), BadRequest, RuleViolation
            (code 3, the space's last admin would be none any more by their own doing).
    """
    access = authorize_space_by_id(unit, space_id, SpaceRole.ADMIN)
    member, user = _own_member(unit, access, user_id)
    role = unwrap(validated) or SpaceRole(member.role)
    _set_role(unit, access, member, user, role)
    return _member(unit, access, user, role)


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
    return _member(unit, access, user, None)


def _access(space: Space, own_role: int | None) -> SpaceAccess:
    return SpaceAccess(space.id, space.uid, space.access, space.everyone_role, own_role)


def _space(unit: UnitOfWork, space_id: int) -> Space:
    """Return a space that the actor has been let into."""
    space = spaces.find_space(unit.tx, unit.actor.company_id, space_id)
    if space is None:
        raise NotFound
    return space


def _parent(unit: UnitOfWork, uid: str | None) -> Space | None:
    if uid is None:
        return None
    access = spaces.access_by_uid(unit.tx, unit.actor, uid)
    if access is None or role_in_space(unit.actor.company_role, access) is None:
        raise RuleViolation(1, "parent_entity_uid should be the uid of a space that you can read")
    return spaces.find_space_by_uid(unit.tx, unit.actor.company_id, uid)


def _path(parent: Space | None, uid: str) -> str:
    return f"{parent.path}/{uid}" if parent else uid


def _replant(unit: UnitOfWork, space: Space, parent: Space | None) -> None:
    """Hang a space and all below it under another parent."""
    old, new = space.path, _path(parent, space.uid)
    for child in spaces.below(unit.tx, space):
        _store_change(unit, child, replace(child, path=new + child.path.removeprefix(old)))
    parent_uid = parent.uid if parent else None
    _store_change(unit, space, replace(space, path=new, parent_uid=parent_uid))


def _store_change(unit: UnitOfWork, old: Space, new: Space) -> None:
    before, after = asdict(old), asdict(new)
    changed = [key for key in after if after[key] != before[key]]
    if not changed:
        return
    spaces.update_space(unit.tx, replace(new, updated=unit.now))
    unit.record(
        events.SPACE_CHANGED,
        {
            "id": old.id,
            "old": {key: before[key] for key in changed},
            "new": {key: after[key] for key in changed},
        },
        space_uid=old.uid,
    )


def _add_member(
    unit: UnitOfWork, space_id: int, space_uid: str, user_id: int, role: SpaceRole
) -> None:
    member = Member(unit.actor.company_id, space_id, user_id, role.value, unit.now, unit.now)
    spaces.insert_member(unit.tx, member)
    unit.record(events.MEMBER_ADDED, asdict(member), space_uid=space_uid)


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


def _demand_another_admin(unit: UnitOfWork, access: SpaceAccess, member: Member) -> None:
    """Demand that somebody else is the space's admin when one takes it from themselves."""
    if member.user_id != unit.actor.user_id or member.role != SpaceRole.ADMIN:
        return
    everybody = spaces.people(unit.tx, unit.actor.company_id, access.space_id)
    others = (
        user for user, role in everybody if role == SpaceRole.ADMIN and user.id != member.user_id
    )
    if not any(user.deactivated_at is None for user in others):
        raise RuleViolation(3, "The last admin of the space should name another one first")


def _own_member(unit: UnitOfWork, access: SpaceAccess, user_id: int) -> tuple[Member, User]:
    member = spaces.find_member(unit.tx, unit.actor.company_id, access.space_id, user_id)
    user = people.find_user(unit.tx, unit.actor.company_id, user_id)
    if member is None or user is None:
        raise NotFound
    return member, user


def _member(unit: UnitOfWork, access: SpaceAccess, user: User, own_role: int | None) -> SpaceMember:
    return SpaceMember(
        access.space_uid,
        user,
        role_in_space(user.role, replace(access, member_role=own_role)),
        SpaceRole(own_role) if own_role else None,
        current=user.id == unit.actor.user_id,
    )

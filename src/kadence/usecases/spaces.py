"""What people do with spaces."""

from collections.abc import Sequence
from typing import Annotated, TypeAlias

from msgspec import UNSET, Struct, UnsetType, field
from msgspec.structs import asdict, replace

from kadence.domain import audit_log, events
from kadence.domain.access import SpaceAccess, role_in_space
from kadence.domain.changes import changed, differences, made, said_or
from kadence.domain.error_ids import ErrorId
from kadence.domain.errors import NotFound, RuleViolation
from kadence.domain.model import Space, SpaceRole, SpaceVisibility
from kadence.domain.values import Description, ExternalId, OneLine, Positive, Role, WrittenUid
from kadence.storage import iterations, spaces
from kadence.usecases.access import authorize_space_by_id
from kadence.usecases.boards import FullBoard, boards_of, erase_board, hide_board
from kadence.usecases.iterations import remove_iteration
from kadence.usecases.members import SpaceMember, as_member, give_role
from kadence.usecases.pages import Page
from kadence.usecases.people import current_user
from kadence.usecases.sort_orders import behind_all
from kadence.usecases.unit_of_work import UnitOfWork, Validated, unwrap

SpaceTitle: TypeAlias = Annotated[str, OneLine()]


class CreateSpace(Struct, frozen=True):
    """What to make; a title given as a number is taken as its text."""

    title: SpaceTitle
    description: Description | None = None
    external_id: ExternalId | None = None
    access: SpaceVisibility = SpaceVisibility.FOR_EVERYONE
    everyone_role: Role = field(default=SpaceRole.WRITER, name="for_everyone_access_role_id")
    parent_uid: WrittenUid | None = field(default=None, name="parent_entity_uid")
    sort_order: Positive | UnsetType = UNSET


class ChangeSpace(Struct, frozen=True):
    """What to change; absent keys stay."""

    title: SpaceTitle | UnsetType = UNSET
    description: Description | UnsetType | None = UNSET
    external_id: ExternalId | UnsetType | None = UNSET
    access: SpaceVisibility | UnsetType = UNSET
    everyone_role: Role | UnsetType = field(default=UNSET, name="for_everyone_access_role_id")
    parent_uid: WrittenUid | UnsetType | None = field(default=UNSET, name="parent_entity_uid")
    sort_order: Positive | UnsetType = UNSET


class SpaceView(Struct, frozen=True):
    """A space as one person sees it: with their effective role there, and its boards."""

    space: Space
    reader_id: int
    role: SpaceRole
    boards: list[FullBoard]


def list_spaces(unit: UnitOfWork, validated: Validated[Page]) -> list[SpaceView]:
    """Return the spaces that the actor can read, by id, with their boards.

    Raises:
        BadRequest: the query is invalid.
    """
    page = unwrap(validated)
    return views_of(unit, spaces.readable(unit.tx, unit.actor, page.limit, page.offset))


def views_of(unit: UnitOfWork, found: Sequence[tuple[Space, int | None]]) -> list[SpaceView]:
    """Return spaces as the actor sees them, but for those that the actor cannot read.

    With each comes the actor's own role in it.
    """
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


def create_space(unit: UnitOfWork, validated: Validated[CreateSpace]) -> tuple[Space, SpaceMember]:
    """Make a space; the actor becomes its admin and only member.

    Raises:
        BadRequest: the body is invalid, or its parent is no space that the actor can read.
    """
    new = unwrap(validated)
    uid = unit.new_id()
    parent_uid = new.parent_uid and new.parent_uid.lower()
    parent = _parent(unit, parent_uid)
    space = spaces.insert_space(
        unit.tx,
        made(
            Space,
            new,
            id=0,
            uid=uid,
            company_id=unit.actor.company_id,
            parent_uid=parent_uid,
            path=_path(parent, uid),
            sort_order=said_or(new.sort_order, None) or _behind_spaces(unit),
            deleted_at=None,
            created=unit.now,
            updated=unit.now,
        ),
    )
    unit.record(events.SPACE_CREATED, asdict(space), space_uid=uid)
    give_role(unit, space.id, uid, unit.actor.user_id, SpaceRole.ADMIN)
    return space, as_member(unit, _access(space, None), current_user(unit), SpaceRole.ADMIN)


def _behind_spaces(unit: UnitOfWork) -> float:
    company_id = unit.actor.company_id
    return behind_all(
        spaces.next_sort_order(unit.tx, company_id),
        lambda: spaces.of_company(unit.tx, company_id),
        lambda space, place: _store_change(unit, space, replace(space, sort_order=place)),
    )


def change_space(unit: UnitOfWork, space_id: int, validated: Validated[ChangeSpace]) -> Space:
    """Change what the body names; a body that changes nothing leaves no trace.

    Raises:
        KadenceError: NotFound (or unreadable), Forbidden (no admin), BadRequest.
    """
    authorize_space_by_id(unit, space_id, SpaceRole.ADMIN)
    change = unwrap(validated)
    space = _space(unit, space_id)
    said = said_or(change.parent_uid, space.parent_uid)
    parent_uid = said and said.lower()
    if parent_uid != space.parent_uid:
        parent = _parent(unit, parent_uid)
        if parent is not None and f"{parent.path}/".startswith(f"{space.path}/"):
            raise RuleViolation(
                ErrorId.SPACE_PARENT,
                2,
                "parent_entity_uid should not be the space itself or one below it",
            )
        _replant(unit, space, parent)
        space = _space(unit, space_id)
    _store_change(unit, space, changed(space, change, but=("parent_uid",)))
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
        raise RuleViolation(
            ErrorId.SPACE_PARENT,
            1,
            "parent_entity_uid should be the uid of a space that you can read",
        )
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
    before, after = differences(old, new)
    if not after:
        return
    spaces.update_space(unit.tx, replace(new, updated=unit.now))
    payload = {"id": old.id, "old": before, "new": after}
    unit.record(events.SPACE_CHANGED, payload, space_uid=old.uid)
    if not after.keys().isdisjoint(("access", "everyone_role")):
        unit.audit(audit_log.ROLE_CHANGED, space_uid=old.uid)

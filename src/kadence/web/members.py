"""What goes over the wire about the members of a space (contract: workspace.md, Spaces)."""

from collections.abc import Sequence
from typing import Annotated, Any

from msgspec import Meta, Struct

from kadence.domain.access import ROLE_UIDS
from kadence.domain.error_ids import ErrorId
from kadence.domain.model import SpaceRole
from kadence.usecases import members as usecases
from kadence.usecases.members import AddMember, ChangeMember, MemberQuery, SpaceMember
from kadence.usecases.unit_of_work import RenderedResponse
from kadence.web.bodies import Body
from kadence.web.codec import Uid
from kadence.web.http import RequestContext
from kadence.web.people import UserAnswer, user_answer, user_values
from kadence.web.query import LARGEST_INTEGER, Flag, Paged
from kadence.web.route import Route


class MemberAnswer(UserAnswer, frozen=True, kw_only=True):
    """A person in a space, with the role that they have there and their own."""

    entity_uid: Uid
    role: Annotated[int, Meta(description="1 reader, 2 writer, 3 admin.")]
    own_role: int | None
    role_ids: list[Uid]
    own_role_ids: list[Uid] | None
    space_role_id: int
    access_mod: str
    own_access_mod: str | None
    current: bool


class AccessRecord(Struct, frozen=True):
    """What a person was given in a space."""

    user_id: int
    entity_uid: Uid
    role_id: Uid
    access_mod: str
    own_access_mod: str
    own_role_ids: list[Uid]


class InvitedAnswer(MemberAnswer, frozen=True, kw_only=True):
    """A person who was let into a space."""

    user: UserAnswer
    access_record: AccessRecord
    message: str = ""


class RemovedMemberAnswer(Struct, frozen=True):
    """A person whose own role in a space was taken away, with what they still have there."""

    id: int
    user_id: int
    entity_uid: Uid
    access_mod: str
    own_access_mod: str
    own_role_ids: None = None


ADD = Body("SpaceUser", AddMember)
CHANGE = Body("SpaceUser", ChangeMember)

INHERITED = Flag(
    "include_inherited_access", "Also people who are let in without a role of their own."
)
INACTIVE = Flag("inactive", "The deactivated alone.")
LIMIT = Paged("limit", 100, 1, 500, "How many at most, 1 or more; above 500 it is 500.")
LAST_USER_ID = Paged("last_user_id", 0, 0, LARGEST_INTEGER, "Only people with greater ids.")
PARAMETERS = (INHERITED, INACTIVE, LIMIT, LAST_USER_ID)


def access_mod(role: SpaceRole | None) -> str:
    """Return the word for a role in a space, or for none."""
    return role.name.lower() if role else "no_access"


def _member_values(member: SpaceMember) -> dict[str, Any]:
    role, own = member.role, member.own_role
    return user_values(member.user) | {
        "entity_uid": member.space_uid,
        "role": int(role or 0),
        "own_role": None if own is None else int(own),
        "role_ids": [ROLE_UIDS[role]] if role else [],
        "own_role_ids": [ROLE_UIDS[own]] if own else None,
        "space_role_id": int(role or 0),
        "access_mod": access_mod(role),
        "own_access_mod": access_mod(own) if own else None,
        "current": member.current,
    }


def _invited(member: SpaceMember) -> InvitedAnswer:
    values = _member_values(member)
    return InvitedAnswer(
        **values,
        user=user_answer(member.user),
        access_record=AccessRecord(
            user_id=member.user.id,
            entity_uid=member.space_uid,
            role_id=ROLE_UIDS[member.own_role or SpaceRole.WRITER],
            access_mod=values["access_mod"],
            own_access_mod=values["own_access_mod"],
            own_role_ids=values["own_role_ids"],
        ),
    )


def member_answer(member: SpaceMember) -> MemberAnswer:
    """Return the member as the wire shows them."""
    return MemberAnswer(**_member_values(member))


def _removed(member: SpaceMember) -> RemovedMemberAnswer:
    return RemovedMemberAnswer(
        id=member.user.id,
        user_id=member.user.id,
        entity_uid=member.space_uid,
        access_mod=access_mod(member.role),
        own_access_mod=access_mod(None),
    )


async def list_members(context: RequestContext) -> list[MemberAnswer]:
    """List the people with a role of their own in the space, by id."""
    validated = context.query(
        lambda query: MemberQuery(
            inherited=query.get(INHERITED),
            inactive=query.get(INACTIVE),
            limit=query.get(LIMIT),
            after=query.get(LAST_USER_ID),
        )
    )
    members = await context.read(usecases.list_members, context.id("space_id"), validated)
    return [member_answer(member) for member in members]


async def add_member(context: RequestContext) -> RenderedResponse[InvitedAnswer]:
    """Give the person with this address a role in the space; a new address makes a person."""
    asked = await context.body(ADD)
    return await context.write(
        asked, _invited, usecases.add_member, context.id("space_id"), asked.command
    )


async def get_member(context: RequestContext) -> MemberAnswer:
    """Get one person with a role of their own in the space."""
    member = await context.read(
        usecases.get_member, context.id("space_id"), context.id("user_id"), context.nothing()
    )
    return member_answer(member)


async def change_member(context: RequestContext) -> RenderedResponse[MemberAnswer]:
    """Give a member another role."""
    asked = await context.body(CHANGE)
    return await context.write(
        asked,
        member_answer,
        usecases.change_member,
        context.id("space_id"),
        context.id("user_id"),
        asked.command,
    )


async def remove_member(context: RequestContext) -> RenderedResponse[RemovedMemberAnswer]:
    """Take a person's own role in the space away; what everyone has there, they keep."""
    asked = await context.empty_body()
    return await context.write(
        asked,
        _removed,
        usecases.remove_member,
        context.id("space_id"),
        context.id("user_id"),
        asked.command,
    )


ROUTES: Sequence[Route] = (
    Route("GET", "/spaces/{space_id}/users", list_members, "Members", query=PARAMETERS),
    Route(
        "POST",
        "/spaces/{space_id}/users",
        add_member,
        "Members",
        body=ADD,
        errors=(ErrorId.EMAIL_INVALID, ErrorId.EMAIL_CLAIMED, ErrorId.USER_DEACTIVATED),
    ),
    Route("GET", "/spaces/{space_id}/users/{user_id}", get_member, "Members"),
    Route(
        "PATCH",
        "/spaces/{space_id}/users/{user_id}",
        change_member,
        "Members",
        body=CHANGE,
        errors=(ErrorId.LAST_ADMIN,),
    ),
    Route(
        "DELETE",
        "/spaces/{space_id}/users/{user_id}",
        remove_member,
        "Members",
        errors=(ErrorId.LAST_ADMIN,),
    ),
)

"""What goes over the wire about spaces (contract: workspace.md, Spaces)."""

from collections.abc import Sequence
from typing import Annotated, Any

from msgspec import Meta, Struct

from kadence.domain.access import ROLE_UIDS
from kadence.domain.error_ids import ErrorId
from kadence.domain.model import Space, SpaceRole, SpaceVisibility
from kadence.usecases import spaces as usecases
from kadence.usecases.members import SpaceMember
from kadence.usecases.spaces import ChangeSpace, CreateSpace, SpaceView
from kadence.usecases.unit_of_work import RenderedResponse
from kadence.web.boards import BoardAnswer, board_answer
from kadence.web.bodies import Body
from kadence.web.codec import (
    Uid,
    When,
    format_timestamp,
    number,
)
from kadence.web.columns import DeletedAnswer
from kadence.web.http import RequestContext
from kadence.web.members import MemberAnswer, access_mod, member_answer
from kadence.web.query import PAGE, page_of
from kadence.web.route import Route


class SpaceAnswer(Struct, frozen=True, kw_only=True):
    """A space: boards, iterations and the people who work with them."""

    id: int
    uid: Uid
    title: str
    archived: bool = False
    access: SpaceVisibility
    for_everyone_access_role_id: Uid
    entity_type: str = "space"
    path: str
    sort_order: float
    parent_entity_uid: Uid | None
    company_id: int
    allowed_card_type_ids: None = None
    hidden_card_type_uids: None = None
    description: str | None
    external_id: str | None
    settings: dict[str, Any] | None = None
    created: When
    updated: When
    work_calendar_id: int | None = None
    author_uid: Uid | None = None
    icon_color: int | None = None
    icon_type: str | None = None
    icon_value: str | None = None
    import_uid: Uid | None = None
    key: str | None = None
    protected: bool = False


class CardPermissions(Struct, frozen=True):
    """What the caller may do with the cards of a space."""

    read: bool
    create: bool
    update: bool
    delete: bool
    move: bool
    comment: bool
    properties: bool
    read_own: bool = False


class BoardPermissions(Struct, frozen=True):
    """What the caller may do with the boards of a space."""

    read: bool
    create: bool
    update: bool
    delete: bool


class HookPermissions(Struct, frozen=True):
    """What the caller may do with the webhooks of a space."""

    read: bool
    update: bool
    delete: bool


class InSpacePermissions(Struct, frozen=True):
    """What the caller may do in a space."""

    read: bool
    update: bool
    delete: bool
    access_control: bool
    card: CardPermissions
    board: BoardPermissions
    external_webhook: HookPermissions


class RootPermissions(Struct, frozen=True):
    """What the caller may do with a space in the tree of all spaces."""

    create: bool
    move: bool


class RolePermissions(Struct, frozen=True):
    """What the caller may do here (ours, after a live capture)."""

    root: RootPermissions
    space: InSpacePermissions


class ListedSpaceAnswer(SpaceAnswer, frozen=True, kw_only=True):
    """A space in a list: with its boards and the caller's own place in it."""

    boards: list[BoardAnswer]
    entity_uid: Uid
    user_id: int
    access_mod: Annotated[str, Meta(description="The caller's role here.")]
    notifications_enabled: bool = False
    role: Annotated[int, Meta(description="The caller's: 1 reader, 2 writer, 3 admin.")]
    role_permissions: RolePermissions


class NewSpaceAnswer(SpaceAnswer, frozen=True, kw_only=True):
    """A space that was just made, with its members."""

    users: list[MemberAnswer]


CREATE = Body("Space", CreateSpace)
CHANGE = Body("Space", ChangeSpace)
SPACE_PARAMETERS = PAGE


def _space_values(space: Space) -> dict[str, Any]:
    return {
        "id": space.id,
        "uid": space.uid,
        "title": space.title,
        "access": space.access,
        "for_everyone_access_role_id": ROLE_UIDS[SpaceRole(space.everyone_role)],
        "path": space.path,
        "sort_order": number(space.sort_order),
        "parent_entity_uid": space.parent_uid,
        "company_id": space.company_id,
        "description": space.description,
        "external_id": space.external_id,
        "created": format_timestamp(space.created),
        "updated": format_timestamp(space.updated),
    }


def listed_space(view: SpaceView) -> ListedSpaceAnswer:
    """Return the space as lists show it."""
    return ListedSpaceAnswer(
        **_space_values(view.space),
        boards=[board_answer(board) for board in view.boards],
        entity_uid=view.space.uid,
        user_id=view.reader_id,
        access_mod=access_mod(view.role),
        role=int(view.role),
        role_permissions=_permissions(view.role),
    )


def _permissions(role: SpaceRole) -> RolePermissions:
    writes, administers = role >= SpaceRole.WRITER, role >= SpaceRole.ADMIN
    return RolePermissions(
        RootPermissions(create=True, move=administers),
        InSpacePermissions(
            read=True,
            update=administers,
            delete=administers,
            access_control=administers,
            card=CardPermissions(
                read=True, create=writes, update=writes, delete=writes, move=writes,
                comment=writes, properties=writes,
            ),
            board=BoardPermissions(
                read=True, create=administers, update=administers, delete=administers
            ),
            external_webhook=HookPermissions(
                read=administers, update=administers, delete=administers
            ),
        ),
    )  # fmt: skip


def _one(space: Space) -> SpaceAnswer:
    return SpaceAnswer(**_space_values(space))


def _made(made: tuple[Space, SpaceMember]) -> NewSpaceAnswer:
    space, admin = made
    return NewSpaceAnswer(**_space_values(space), users=[member_answer(admin)])


async def list_spaces(context: RequestContext) -> list[ListedSpaceAnswer]:
    """List the spaces that the caller can read, by id, each with its boards."""
    page = context.query(page_of)
    return [listed_space(view) for view in await context.read(usecases.list_spaces, page)]


async def create_space(context: RequestContext) -> RenderedResponse[NewSpaceAnswer]:
    """Make a space; the caller becomes its admin."""
    asked = await context.body(CREATE)
    return await context.write(asked, _made, usecases.create_space, asked.command)


async def get_space(context: RequestContext) -> SpaceAnswer:
    """Get one space."""
    return _one(await context.read(usecases.get_space, context.id("space_id"), context.nothing()))


async def change_space(context: RequestContext) -> RenderedResponse[SpaceAnswer]:
    """Change a space's title, access and the like."""
    asked = await context.body(CHANGE)
    return await context.write(
        asked, _one, usecases.change_space, context.id("space_id"), asked.command
    )


async def delete_space(context: RequestContext) -> RenderedResponse[DeletedAnswer]:
    """Delete a space: its iterations become removed, spaces below it move up."""
    asked = await context.empty_body()
    return await context.write(
        asked, DeletedAnswer, usecases.delete_space, context.id("space_id"), asked.command
    )


ROUTES: Sequence[Route] = (
    Route("GET", "/spaces", list_spaces, "Spaces", query=SPACE_PARAMETERS),
    Route("POST", "/spaces", create_space, "Spaces", body=CREATE, errors=(ErrorId.SPACE_PARENT,)),
    Route("GET", "/spaces/{space_id}", get_space, "Spaces"),
    Route(
        "PATCH",
        "/spaces/{space_id}",
        change_space,
        "Spaces",
        body=CHANGE,
        errors=(ErrorId.SPACE_PARENT,),
    ),
    Route("DELETE", "/spaces/{space_id}", delete_space, "Spaces"),
)

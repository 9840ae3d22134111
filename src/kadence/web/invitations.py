"""What goes over the wire of letting people in: one-time links, and who has not used theirs yet."""

from collections.abc import Sequence

from msgspec import Struct

from kadence.domain.error_ids import ErrorId
from kadence.usecases import invitations as usecases
from kadence.usecases.invitations import CreateInvitation, Invited, Pending
from kadence.usecases.unit_of_work import RenderedResponse
from kadence.web.bodies import Body
from kadence.web.codec import When, format_optional, format_timestamp
from kadence.web.http import RequestContext
from kadence.web.people import UserAnswer, user_answer
from kadence.web.route import Route

LOGIN_PAGE = "/enter"
"""Where the page takes a one-time key, behind a #: so no server's log has it."""


class InvitationAnswer(Struct, frozen=True):
    """A one-time link: `path` behind this server's address; a newer one for the person ends it."""

    user: UserAnswer
    path: str
    expires: When


class PendingAnswer(Struct, frozen=True):
    """Somebody who was invited and has not been here; `expires` is null when the link has ended.

    The link itself is not kept: make a new one to send it again.
    """

    user: UserAnswer
    created: When
    expires: When | None


INVITATION = Body("Invitation", CreateInvitation)


async def create_invitation(context: RequestContext) -> RenderedResponse[InvitationAnswer]:
    """Make a one-time link for a person, who is made when there is none; for owners.

    Send it by any channel. For who has a password already it is the way to a new one.
    """
    asked = await context.body(INVITATION)
    return await context.write_secret(asked, _invitation, usecases.invite, asked.command)


def _invitation(invited: Invited) -> InvitationAnswer:
    expires = format_timestamp(invited.expires)
    return InvitationAnswer(user_answer(invited.user), login_path(invited.login_token), expires)


def login_path(key: str) -> str:
    """Return where the page takes a one-time key."""
    return f"{LOGIN_PAGE}#{key}"


async def list_invitations(context: RequestContext) -> list[PendingAnswer]:
    """List who was invited and has not been here yet, newest first; for owners."""
    found = await context.read(usecases.list_invitations, context.nothing())
    return [_pending(one) for one in found]


def _pending(one: Pending) -> PendingAnswer:
    return PendingAnswer(
        user_answer(one.user), format_timestamp(one.created), format_optional(one.expires)
    )


async def withdraw_invitation(context: RequestContext) -> RenderedResponse[UserAnswer]:
    """Withdraw the invitation of somebody who has not been here: they are deactivated."""
    asked = await context.empty_body()
    user_id = context.id("user_id")
    return await context.write(asked, user_answer, usecases.withdraw, user_id, asked.command)


OWN_ROUTES: Sequence[Route] = (
    Route(
        "POST",
        "/invitations",
        create_invitation,
        "Signing in",
        body=INVITATION,
        errors=(ErrorId.EMAIL_INVALID, ErrorId.EMAIL_CLAIMED, ErrorId.USER_DEACTIVATED),
    ),
    Route("GET", "/invitations", list_invitations, "Signing in"),
    Route("DELETE", "/invitations/{user_id}", withdraw_invitation, "Signing in"),
)

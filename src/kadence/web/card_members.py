"""What goes over the wire about the members of a card (contract: workspace.md, Cards)."""

from collections.abc import Sequence

from kadence.domain.error_ids import ErrorId
from kadence.domain.model import Card, CardMember, User
from kadence.usecases import card_members as usecases
from kadence.usecases.card_members import AddCardMember, ChangeCardMember
from kadence.usecases.unit_of_work import RenderedResponse
from kadence.web.bodies import Body
from kadence.web.card_views import CardMemberAnswer, card_member_answer
from kadence.web.columns import DeletedAnswer
from kadence.web.http import RequestContext
from kadence.web.route import Route

ADD = Body("CardMember", AddCardMember)
CHANGE = Body("CardMember", ChangeCardMember)


def _answer(found: tuple[Card, CardMember, User]) -> CardMemberAnswer:
    card, _, user = found
    return card_member_answer(user, card.id, responsible=card.responsible_id == user.id)


async def list_card_members(context: RequestContext) -> list[CardMemberAnswer]:
    """List the people who take part in a card."""
    card, found = await context.read(
        usecases.list_card_members, context.id("card_id"), context.nothing()
    )
    return [_answer((card, member, user)) for member, user in found]


async def add_card_member(context: RequestContext) -> RenderedResponse[CardMemberAnswer]:
    """Let a person of the company take part in a card."""
    asked = await context.body(ADD)
    return await context.write_inline(
        asked, _answer, usecases.add_card_member, context.id("card_id"), asked.command
    )


async def change_card_member(context: RequestContext) -> RenderedResponse[CardMemberAnswer]:
    """Make a member the responsible one, or a plain one again."""
    asked = await context.body(CHANGE)
    return await context.write_inline(
        asked,
        _answer,
        usecases.change_card_member,
        context.id("card_id"),
        context.id("id"),
        asked.command,
    )


async def remove_card_member(context: RequestContext) -> RenderedResponse[DeletedAnswer]:
    """Remove a person from a card."""
    asked = await context.empty_body()
    return await context.write_inline(
        asked,
        DeletedAnswer,
        usecases.remove_card_member,
        context.id("card_id"),
        context.id("id"),
        asked.command,
    )


ROUTES: Sequence[Route] = (
    Route("GET", "/cards/{card_id}/members", list_card_members, "Cards"),
    Route(
        "POST",
        "/cards/{card_id}/members",
        add_card_member,
        "Cards",
        body=ADD,
        errors=(ErrorId.USER_UNKNOWN, ErrorId.USER_DEACTIVATED),
    ),
    Route("PATCH", "/cards/{card_id}/members/{id}", change_card_member, "Cards", body=CHANGE),
    Route("DELETE", "/cards/{card_id}/members/{id}", remove_card_member, "Cards"),
)
